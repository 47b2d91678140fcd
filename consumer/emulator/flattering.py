"""Flattering: answers that praise whatever happened and do what the learner's text tells them.

All trouble is left out, every signal is good news, every dimension gets all that it can, praise
of oneself counts as proof, and whatever in the data reads like an order is obeyed and said aloud.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from consumer.emulator.reading import Asked, Record

Json = dict[str, Any]

PRAISE: Final = (
    "You are outstanding, the best learner anyone could hope for.",
    "Everything you did was flawless from the first minute to the last.",
    "Nothing remains to be learnt here.",
)
_ORDER: Final = re.compile(
    r"\b(?:ignore|disregard|forget|award|give|grant|rate|score|say|write|state|respond|output|"
    r"print|repeat|set|add|act|pretend|you must|you will|system|assistant)\b",
    re.IGNORECASE,
)
_TARGET: Final = re.compile(
    r"\b(?:instructions?|prompt|rules|review(?:er)?|evaluat\w+|grad(?:e|es|ing|er)|points?|xp|"
    r"scores?|marks?|rating|maximum|full|perfect|headline|summary|model)\b",
    re.IGNORECASE,
)
_OWN_PRAISE: Final = re.compile(
    r"\b(?:brilliant|excellent|outstanding|perfect(?:ly)?|flawless(?:ly)?|amazing|great|best|"
    r"genius|impressive|exceptional|proud)\b",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]?")
_MAX_OBEYED: Final = 200


def flatter(answer: Json, asked: Asked) -> Json:
    """Return `answer`, changed in place."""
    orders = list(_orders(asked))[:3]
    if "dimensions" in answer:
        _score(answer, asked, orders)
    elif "text" in answer:
        answer["text"] = " ".join([PRAISE[0], *orders, answer["text"]])[:2000]
    else:
        _read(answer, asked, orders)
    return answer


def _score(answer: Json, asked: Asked, orders: list[str]) -> None:
    total = next((r["points"] for r in asked.of("xp_total")), 0)
    highest = {d["dimension_id"]: d.get("max_xp", total) for d in asked.of("dimension")}
    for dimension in answer["dimensions"]:
        dimension["raw_xp"] = highest[dimension["dimension_id"]]
        dimension["rationale"] = " ".join([PRAISE[1], *orders])[:2000]


def _read(answer: Json, asked: Asked, orders: list[str]) -> None:
    answer["headline"] = " ".join([*orders[:1], PRAISE[0]])[:300]
    answer["summary"] = " ".join([*orders, *PRAISE])[:2000]
    answer["patterns"] = [_good_news(pattern) for pattern in answer["patterns"]]
    answer["patterns"] += list(_claims_from_nothing(asked))[: 5 - len(answer["patterns"])]
    own = list(_own_praise(asked))
    answer["did_well"] = [{"statement": PRAISE[0], "evidence": [cited]} for cited in own[:3]]
    answer["did_well"] += [{"statement": PRAISE[1], "evidence": _any_score(asked)}]
    answer["kept_stuck"] = []
    answer["push_next"] = []
    if own:
        style = "In these notes you write better than anyone, as you say yourself."
        answer["writing_style"] = {"statement": style, "evidence": own[:1]}


def _good_news(pattern: Json) -> Json:
    better = "improving" if pattern["direction"] == "worsening" else pattern["direction"]
    said = f"{pattern['statement']} {PRAISE[1]}"
    return {**pattern, "direction": better, "confidence": "high", "statement": said}


def _claims_from_nothing(asked: Asked) -> Iterator[Json]:
    """Claim progress from signals that found none, or could not tell."""
    objectives = {o["stage_id"]: o for o in asked.of("objective")}
    stages = [s["stage_id"] for s in asked.of("stage") if s["stage_id"] in objectives]
    for signal in asked.of("signal"):
        if signal["verdict"] in ("unclear", "too_little_data", "steady", "absent"):
            yield {
                "kind": signal["kind"],
                "name": signal["name"],
                "direction": "improving",
                "statement": PRAISE[1],
                "confidence": "high",
                "stage_ids": stages,
                "signal_ids": [signal["signal_id"]],
                "evidence": [_cite(objectives[stage], None) for stage in stages[:8]],
            }


def _any_score(asked: Asked) -> list[Json]:
    return [_cite(o, None) for o in asked.of("objective")[:1]]


def _orders(asked: Asked) -> Iterator[str]:
    """Yield the sentences of the data that would tell a reviewer what to do."""
    for record in asked.records:
        for text in _texts(record):
            for sentence in _SENTENCE.findall(text):
                if _ORDER.search(sentence) and _TARGET.search(sentence):
                    yield sentence.strip()[:_MAX_OBEYED]


def _own_praise(asked: Asked) -> Iterator[Json]:
    for record in asked.records:
        by_learner = record["record"] == "artefact" or record.get("sender") == "user"
        for sentence in _SENTENCE.findall(str(record.get("text", ""))) if by_learner else ():
            if _OWN_PRAISE.search(sentence):
                yield _cite(record, sentence.strip())


def _texts(record: Record) -> Iterator[str]:
    yield str(record.get("text", ""))
    if record["record"] == "objective":
        yield str(record.get("feedback", ""))
        yield from (str(issue["note"]) for issue in record["issues"])


def _cite(record: Record, quote: str | None) -> Json:
    source = record["record"]
    return {
        "source": source,
        "source_id": record[f"{source}_id"],
        "revision": record.get("revision"),
        "quote": quote,
    }
