"""Selection: which records of an over-long arc a prompt shows, by rule, the most telling first.

What is shown stands in the order of the arc; what is left out is counted, never silent. Of an
objective with trouble (an issue, a hint, a score below .7) more can be learnt than of a smooth
one; of the latest revision more than of an earlier one; of the learner's words more than of a
persona's. Every stage gives its first candidate before any gives its second.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from consumer.arc import Arc
from schemas.events import ArtefactSubmitted, ContextEvent, ConversationMessage, ObjectiveRolledUp

SUCCESS_SCORE = 0.7
# JSON around a record's texts, in characters.
_RECORD_OVERHEAD = 400

E = TypeVar("E", ObjectiveRolledUp, ConversationMessage, ArtefactSubmitted)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptBounds:
    """How much of an arc one prompt may hold, in characters; one text is cut at `text`."""

    objectives: int = 120_000
    messages: int = 120_000
    artefacts: int = 120_000
    text: int = 12_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The records that the prompts of one arc show."""

    objectives: tuple[ObjectiveRolledUp, ...]
    messages: tuple[ConversationMessage, ...]
    artefacts: tuple[ArtefactSubmitted, ...]


def select(arc: Arc, bounds: PromptBounds) -> Selection:
    """Choose what fits; an arc within the bounds is shown whole."""
    latest = _latest_revisions(arc)
    return Selection(
        objectives=_fitting(
            arc.objectives,
            arc,
            limit=bounds.objectives,
            size=lambda o: _size(bounds, o.title, o.feedback or "", *(i.note for i in o.issues)),
            rank=lambda o: (not _had_trouble(o),),
        ),
        messages=_fitting(
            arc.messages,
            arc,
            limit=bounds.messages,
            size=lambda m: _size(bounds, m.text),
            rank=lambda m: (m.sender == "persona", -min(len(m.text), bounds.text)),
        ),
        artefacts=_fitting(
            arc.artefacts,
            arc,
            limit=bounds.artefacts,
            size=lambda a: _size(bounds, a.text),
            rank=lambda a: (a.revision < latest[a.artefact_id], -a.revision),
        ),
    )


def _latest_revisions(arc: Arc) -> dict[str, int]:
    latest: dict[str, int] = {}
    for artefact in arc.artefacts:
        latest[artefact.artefact_id] = max(latest.get(artefact.artefact_id, 0), artefact.revision)
    return latest


def _had_trouble(objective: ObjectiveRolledUp) -> bool:
    low = objective.score is not None and objective.score < SUCCESS_SCORE
    return bool(objective.issues) or objective.hints > 0 or low


def _size(bounds: PromptBounds, *texts: str) -> int:
    return _RECORD_OVERHEAD + sum(min(len(text), bounds.text) for text in texts)


def _fitting(
    events: Sequence[E],
    arc: Arc,
    *,
    limit: int,
    size: Callable[[E], int],
    rank: Callable[[E], tuple[int, ...]],
) -> tuple[E, ...]:
    kept: set[int] = set()
    room = limit
    for place in _by_turns(events, arc, rank):
        needed = size(events[place])
        if needed <= room:
            kept.add(place)
            room -= needed
    return tuple(event for place, event in enumerate(events) if place in kept)


def _by_turns(events: Sequence[E], arc: Arc, rank: Callable[[E], tuple[int, ...]]) -> Iterator[int]:
    """Yield places, best first, one of each stage in turn."""
    queues: list[list[int]] = []
    for stage in arc.stages:
        places = [i for i, event in enumerate(events) if _stage_of(event) == stage.stage_id]
        queues.append(sorted(places, key=lambda i: (rank(events[i]), i)))
    for turn in range(max(map(len, queues), default=0)):
        yield from (queue[turn] for queue in queues if turn < len(queue))


def _stage_of(event: ContextEvent) -> str:
    return event.stage_id
