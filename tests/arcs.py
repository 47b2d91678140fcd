"""Builders of the events of a small arc: a test says what it is about, the rest has a default.

Records are numbered: ids and times come from the number, and a later number is a later record.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from string import ascii_uppercase
from typing import Any, Final, get_args
from uuid import UUID

from consumer.context.records import ContextRecord
from consumer.drafts import PatternDraft
from producer.records import SourceRecord
from schemas.events import (
    ArtefactSubmitted,
    ContextEvent,
    ConversationMessage,
    ObjectiveRolledUp,
    ScenarioCompleted,
    Stage,
    XpDimension,
    XpPlan,
)
from schemas.review import Direction, SeriesPoint, Signal

START: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
END: Final = START + timedelta(hours=2)


def trigger(**changes: Any) -> ScenarioCompleted:
    """Return the end of a run of two hours: two stages, one persona (`p1`), two dimensions."""
    fields = {
        "event_id": UUID(int=900),
        "occurred_at": END,
        "run_id": "run-1",
        "user_id": "learner-1",
        "scenario": {"scenario_id": "sc", "title": "The broken export"},
        "stages": stages("One", "Two"),
        "personas": ({"persona_id": "p1", "name": "Ana", "role": "manager"},),
        "xp": plan(d1="Craft", d2="Clarity"),
        "started_at": START,
        "completed_at": END,
    }
    return ScenarioCompleted.model_validate(fields | changes)


def stages(*titles: str, minutes: Sequence[float | None] | None = None) -> tuple[Stage, ...]:
    """Return stages `s1`, `s2` and so on, with the minutes that each is expected to take."""
    expected = minutes or [None] * len(titles)
    return tuple(
        Stage(stage_id=f"s{number}", title=title, expected_minutes=of_stage)
        for number, (title, of_stage) in enumerate(zip(titles, expected, strict=True), start=1)
    )


def plan(**titles: str) -> XpPlan:
    """Return a plan of 100 points for dimensions, given as id=title."""
    return XpPlan(
        expected_total=100,
        dimensions=tuple(XpDimension(dimension_id=id_, title=t) for id_, t in titles.items()),
    )


def objective(number: int = 1, stage_id: str = "s1", **changes: Any) -> ObjectiveRolledUp:
    """Return an objective done at the first try, without a hint, a score or a dimension."""
    fields = {
        "objective_id": f"o{number}",
        "stage_id": stage_id,
        "title": f"Objective {number}",
        "attempts": 1,
        "hints": 0,
    }
    return ObjectiveRolledUp.model_validate(_record(number) | fields | changes)


def scored(number: int = 1, stage_id: str = "s1", **changes: Any) -> ObjectiveRolledUp:
    """Return an objective that has a score, of `d1` or `d2` in turn, with no digit in its title."""
    fields = {
        "title": f"Objective {ascii_uppercase[number - 1]}",
        "dimension_ids": ("d1",) if number % 2 else ("d2",),
        "score": 0.8,
    }
    return objective(number, stage_id, **(fields | changes))


def message(number: int = 1, stage_id: str = "s1", **changes: Any) -> ConversationMessage:
    """Return a message of the learner's to `p1`."""
    fields = {
        "message_id": f"m{number}",
        "persona_id": "p1",
        "stage_id": stage_id,
        "sequence": number,
        "sender": "user",
        "sent_at": START + timedelta(minutes=number),
        "text": "hello",
    }
    return ConversationMessage.model_validate(_record(number) | fields | changes)


def artefact(number: int = 1, stage_id: str = "s1", **changes: Any) -> ArtefactSubmitted:
    """Return the first revision of a note."""
    fields = {
        "artefact_id": f"a{number}",
        "stage_id": stage_id,
        "revision": 1,
        "kind": "note",
        "submitted_at": START + timedelta(minutes=number),
        "text": f"This is the note number {number}.",
    }
    return ArtefactSubmitted.model_validate(_record(number) | fields | changes)


def kept(event: ContextEvent, *, offset: int = 7) -> ContextRecord:
    """Return an event as it is stored, with awkward bytes around it."""
    source = SourceRecord(
        topic="objective.rolled-up",
        partition=3,
        offset=offset,
        key=b"run-1\x00\xff",
        value=b"\xc3\x01\x00\xfe original bytes",
        headers=(("ce_id", b"\x00\xff"), ("ce_id", b""), ("weird\x00\udc80", b"x")),
        timestamp_ms=1_767_600_000_123,
    )
    return ContextRecord(event=event, record=source)


def signal(kind: str, verdict: str, *, stages: int = 3, **changes: Any) -> Signal:
    """Return a signal of the kind's name, measured as 0.5 in every one of so many stages."""
    fields = {
        "signal_id": f"{kind}-1",
        "kind": kind,
        "name": kind,
        "verdict": verdict,
        "value": 0.5,
        "unit": "ratio",
        "low": 0.2,
        "high": 0.8,
        "n": 4,
        "minimum_n": 3,
        "series": tuple(SeriesPoint(stage_id=f"s{n}", value=0.5) for n in range(1, stages + 1)),
    }
    return Signal.model_validate(fields | changes)


def pattern_of(signal: Signal) -> PatternDraft:
    """Return the draft of a pattern that a signal bears, seen in four stages."""
    return PatternDraft(
        kind=signal.kind,
        name=signal.name,
        direction=next(d for d in get_args(Direction) if d == signal.verdict),
        statement="It was so.",
        confidence="high",
        stage_ids=("s1", "s2", "s4", "s6"),
        signal_ids=(signal.signal_id,),
        evidence=(),
    )


def _record(number: int) -> dict[str, Any]:
    return {
        "event_id": UUID(int=number),
        "occurred_at": START + timedelta(minutes=number),
        "run_id": "run-1",
        "user_id": "learner-1",
    }
