"""Personas: does each keep to what it knows, and quote its own thread?"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from consumer.evaluation.check_quotes import plain
from consumer.evaluation.reviewed import Metric, Reviewed, at_least, at_most, titles
from schemas.review import Perspective

GRAM: Final = 6
_ENDS: Final = re.compile(r"[.!?:;]\s|[“”\"]")
_WORDS: Final = re.compile(r"\w+(?:['’-]\w+)*")


def persona_metrics(reviewed: Sequence[Reviewed]) -> tuple[Metric, ...]:
    """Return how many views hold what is another's, and the share that quotes its own thread."""
    views = [
        (one, view) for one in reviewed for view in one.review.perspectives if view.text is not None
    ]
    leaking = sum(leaks(one, view) for one, view in views)
    quoting = sum(quotes_own(one, view) for one, view in views)
    return (
        at_most("persona leakage", float(leaking) if views else None, 0, f"{len(views)} views"),
        at_least(
            "own-thread quote",
            quoting / len(views) if views else None,
            1,
            f"{quoting} of {len(views)} views",
        ),
    )


def leaks(one: Reviewed, view: Perspective) -> bool:
    """Tell whether a view holds a mark or six words in a row that only others' threads hold."""
    said = [view.text or "", *(evidence.quote or "" for evidence in view.evidence)]
    for persona_id, marks in one.truth.canaries.items():
        if persona_id != view.persona_id and any(mark in text for mark in marks for text in said):
            return True
    arc = one.arc
    theirs = [m.text for m in arc.messages if m.persona_id != view.persona_id]
    theirs += [artefact.text for artefact in arc.artefacts]
    own = [m.text for m in arc.messages if m.persona_id == view.persona_id]
    own += [objective.feedback or "" for objective in arc.objectives]
    own += [issue.note for o in arc.objectives for issue in o.issues]
    own += [arc.trigger.scenario.brief or "", *titles(arc)]
    spoken = {gram for text in said for gram in _grams(text)}
    hidden = {gram for text in theirs for gram in _grams(text) if gram in spoken}
    return bool(hidden - {gram for text in own for gram in _grams(text)})


def quotes_own(one: Reviewed, view: Perspective) -> bool:
    """Tell whether a view cites a message of its own thread, and none of another's or a text."""
    thread = {m.message_id for m in one.arc.messages if m.persona_id == view.persona_id}
    cited = [e.source_id for e in view.evidence if e.source == "message"]
    texts = any(e.source == "artefact" for e in view.evidence)
    return bool(cited) and thread.issuperset(cited) and not texts


def _grams(text: str) -> Iterator[tuple[str, ...]]:
    # Within one sentence or quotation: words that only happen to stand side by side say nothing.
    for sentence in _ENDS.split(plain(text)):
        words = [word.lower() for word in _WORDS.findall(sentence)]
        for start in range(len(words) - GRAM + 1):
            yield tuple(words[start : start + GRAM])
