"""The smallest runs that are worth a review: two stages, two objectives, a few words of a persona.

The run's id stands in the scenario's title, so that it can be read off every prompt.
"""

import json
import re
import string
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

TITLE: Final = "The week of"
RUN_ID_IN_PROMPT: Final = re.compile(rf"{TITLE} (r-[a-z]+)".encode())
_AT: Final = "2026-04-14T08:{:02d}:00.000Z"
_ASKED: Final = "Good morning, the shop wants one page on why the returns went up."
_ANSWERED: Final = "I will start with the reasons they already record before I guess."
_NOTED: Final = "Most of what came back was too large, so the size table is what to mend."
_MISSED: Final = "It was never said which month the figures speak of."
_STAGES: Final = ("plan", "page")


@dataclass(frozen=True, slots=True)
class Record:
    """One input record: the topic without its prefix, its key and its value."""

    topic: str
    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class SmallRun:
    """A run: what is written of it, and the trigger that ends it."""

    run_id: str
    context: tuple[Record, ...]
    trigger: Record

    @property
    def records(self) -> tuple[Record, ...]:
        return (*self.context, self.trigger)


def small_runs(count: int) -> list[SmallRun]:
    """Return new runs."""
    return [_small_run(_new_id(), _STAGES) for _ in range(count)]


def runs_of_large_reviews(count: int) -> list[SmallRun]:
    """Return runs of forty stages with long ids, whose reviews take more than 20,000 bytes."""
    more = [letter * 100 for letter in string.ascii_letters[: 40 - len(_STAGES)]]
    return [_small_run(_new_id(), (*_STAGES, *more)) for _ in range(count)]


def bare_runs(count: int) -> Iterator[SmallRun]:
    """Yield triggers that expect no context at all, a million of them in little time."""
    nothing = {"objective_rollups": 0, "messages": 0, "artefacts": 0}
    pattern = _trigger("r-pattern", _STAGES, expected=nothing, personas=())
    assert pattern.value is not None
    event_id = json.loads(pattern.value)["event_id"].encode()
    for _ in range(count):
        run_id = _new_id()
        value = pattern.value.replace(b"r-pattern", run_id.encode())
        value = value.replace(event_id, str(uuid.uuid4()).encode())
        yield SmallRun(run_id, (), Record(pattern.topic, run_id.encode(), value))


def _new_id() -> str:
    # Letters only: a figure in the prose that no record bears would be ungrounded.
    return "r-" + uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


def _small_run(run_id: str, stages: Sequence[str]) -> SmallRun:
    context = (
        *(_objective(run_id, number) for number in (1, 2)),
        *(_message(run_id, number) for number in (1, 2)),
        _artefact(run_id),
    )
    expected = {"objective_rollups": 2, "messages": 2, "artefacts": 1}
    trigger = _trigger(run_id, stages, expected=expected, personas=("nora",))
    return SmallRun(run_id, context, trigger)


def _record(run_id: str, topic: str, minute: int, fields: dict[str, Any]) -> Record:
    common = {
        "event_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{run_id}/{topic}/{minute}")),
        "occurred_at": _AT.format(minute),
        "run_id": run_id,
        "user_id": f"user-of-{run_id}",
    }
    return Record(topic, run_id.encode(), json.dumps(common | fields).encode())


def _trigger(
    run_id: str, stages: Sequence[str], *, expected: dict[str, int], personas: Sequence[str]
) -> Record:
    fields = {
        "scenario": {"scenario_id": "week", "title": f"{TITLE} {run_id}"},
        "stages": [{"stage_id": stage, "title": f"The {stage}"} for stage in stages],
        "personas": [
            {"persona_id": name, "name": name.title(), "role": "manager", "voice": "brisk"}
            for name in personas
        ],
        "xp": {"expected_total": 50, "dimensions": [{"dimension_id": "craft", "title": "Craft"}]},
        "expected": expected,
        "started_at": _AT.format(0),
        "completed_at": _AT.format(58),
        "language": "en",
    }
    return _record(run_id, "scenario.completed", 59, fields)


def _objective(run_id: str, number: int) -> Record:
    fields = {
        "objective_id": f"o{number}",
        "stage_id": _STAGES[number - 1],
        "title": f"Say what is asked, part {number}",
        "dimension_ids": ["craft"],
        "attempts": number,
        "hints": 0,
        "score": 0.8,
        "issues": [{"kind": "unstated_assumption", "note": _MISSED, "attempt": 1}],
    }
    return _record(run_id, "objective.rolled-up", 10 + number, fields)


def _message(run_id: str, number: int) -> Record:
    fields = {
        "message_id": f"m{number}",
        "persona_id": "nora",
        "stage_id": _STAGES[number - 1],
        "sequence": number,
        "sender": "persona" if number == 1 else "user",
        "sent_at": _AT.format(20 + number),
        "text": _ASKED if number == 1 else _ANSWERED,
    }
    return _record(run_id, "conversation.message", 20 + number, fields)


def _artefact(run_id: str) -> Record:
    fields = {
        "artefact_id": "note",
        "stage_id": _STAGES[0],
        "revision": 1,
        "kind": "note",
        "submitted_at": _AT.format(30),
        "text": _NOTED,
    }
    return _record(run_id, "artefact.submitted", 30, fields)
