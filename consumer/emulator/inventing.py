"""Inventing: a finished answer in which every single item holds something that nobody wrote.

Each item goes wrong in one way only, so that no check hides behind another: a figure beside a true
quote, a false quote beside true prose. What is invented (words, figures, and claims that no record
can bear out) is listed here, and no run holds it: whoever finds one in a shipped review has found
an untruth.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from consumer.emulator.choosing import choose
from consumer.emulator.reading import Asked

Json = dict[str, Any]

INVENTED_WORDS: Final = (
    "words that nobody in this run has ever written down",
    "the quarterly zebra index was agreed with everyone beforehand",
    "honestly this was never about the plan but about the zebra",
)
INVENTED_FIGURES: Final = ("987654", "8,317", "83.17 percent", "4163.9")
INVENTED_CLAIMS: Final = (
    "You are a gifted and unusually diligent person.",
    "You did better here than most people do.",
    "This reads as if a machine had written it.",
    "Your grammar needs some work.",
    "You went from careless to careful as time went by.",
)
INVENTED_ID: Final = "invented-987654"
ITEM_LISTS: Final = ("patterns", "did_well", "kept_stuck", "push_next", "dimensions")
PROSE: Final = ("statement", "why", "rationale", "text")

Spoil = Callable[[Json, str, Asked, str], None]


def invent(answer: Json, asked: Asked) -> Json:
    """Return `answer`, changed in place: every item of it, its headline and its summary."""
    for field in ("headline", "summary"):
        if field in answer:
            way = choose(_WAYS_OF_PROSE, asked, field)
            way(answer, field, asked, field)
    for place, item in _items(answer):
        prose = next(field for field in PROSE if field in item)
        way = choose(_WAYS if item.get("evidence") else _WAYS_OF_PROSE, asked, place)
        way(item, prose, asked, place)
    return answer


def _items(answer: Json) -> Iterator[tuple[str, Json]]:
    for name in ITEM_LISTS:
        for number, item in enumerate(answer.get(name, ())):
            yield f"{name}[{number}]", item
    if answer.get("writing_style"):
        yield "writing_style", answer["writing_style"]
    if "text" in answer:
        yield "perspective", answer


def _add_figure(item: Json, prose: str, asked: Asked, place: str) -> None:
    figure = choose(INVENTED_FIGURES, asked, f"{place} figure")
    item[prose] = f"{item[prose]} It came to {figure} in all."[-2000:]


def _add_claim(item: Json, prose: str, asked: Asked, place: str) -> None:
    claim = choose(INVENTED_CLAIMS, asked, f"{place} claim")
    item[prose] = f"{item[prose]} {claim}"[-2000:]


def _quote_in_prose(item: Json, prose: str, asked: Asked, place: str) -> None:
    words = choose(INVENTED_WORDS, asked, f"{place} words")
    item[prose] = f'As you put it, "{words}". {item[prose]}'


def _replace_quotes(item: Json, _prose: str, asked: Asked, place: str) -> None:
    for citation in item["evidence"]:
        citation["quote"] = choose(INVENTED_WORDS, asked, f"{place} words")


def _alter_quotes(item: Json, prose: str, asked: Asked, place: str) -> None:
    """Turn each quote's meaning over in one word, as a careless copyist does."""
    quoted = [citation for citation in item["evidence"] if citation["quote"]]
    if not quoted:
        _replace_quotes(item, prose, asked, place)
    for citation in quoted:
        words = citation["quote"].split(" ")
        turned = [word for word in words if word.lower() != "not"]
        if len(turned) == len(words):
            turned.insert(len(turned) // 2, "not")
        citation["quote"] = " ".join(turned)


def _cite_nothing(item: Json, _prose: str, _asked: Asked, _place: str) -> None:
    for citation in item["evidence"]:
        citation["source_id"] = INVENTED_ID


_WAYS_OF_PROSE: Final[tuple[Spoil, ...]] = (_add_figure, _add_claim, _quote_in_prose)
_WAYS: Final[tuple[Spoil, ...]] = (*_WAYS_OF_PROSE, _replace_quotes, _alter_quotes, _cite_nothing)
