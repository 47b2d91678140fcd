"""Builders of one small run: two stages, two personas, and records of every kind."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from consumer.context.records import ContextRecord
from producer.records import SourceRecord
from schemas.events import (
    ArtefactSubmitted,
    ContextEvent,
    ConversationMessage,
    ObjectiveRolledUp,
    ScenarioCompleted,
)

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
Make = Callable[..., Any]


def _fields(number: int) -> dict[str, Any]:
    return {
        "event_id": UUID(int=number),
        "occurred_at": START + timedelta(minutes=number),
        "run_id": "run-1",
        "user_id": "learner-1",
        "stage_id": "s1",
    }


def _objective(number: int = 1, **changes: Any) -> ObjectiveRolledUp:
    fields = {"objective_id": f"o{number}", "title": "Plan", "attempts": 1, "hints": 0}
    return ObjectiveRolledUp(**(_fields(number) | fields | changes))


def _message(number: int = 1, **changes: Any) -> ConversationMessage:
    fields = {
        "message_id": f"m{number}",
        "persona_id": "p1",
        "sequence": number,
        "sender": "user",
        "sent_at": START,
        "text": "hello",
    }
    return ConversationMessage(**(_fields(number) | fields | changes))


def _artefact(number: int = 1, **changes: Any) -> ArtefactSubmitted:
    fields = {
        "artefact_id": f"a{number}",
        "revision": 1,
        "kind": "note",
        "submitted_at": START,
        "text": "what I learnt",
    }
    return ArtefactSubmitted(**(_fields(number) | fields | changes))


def _kept(event: ContextEvent, *, offset: int = 0) -> ContextRecord:
    source = SourceRecord(
        topic="any", partition=0, offset=offset, key=None, value=b"", headers=(), timestamp_ms=0
    )
    return ContextRecord(event=event, record=source)


@pytest.fixture
def objective() -> Make:
    return _objective


@pytest.fixture
def message() -> Make:
    return _message


@pytest.fixture
def artefact() -> Make:
    return _artefact


@pytest.fixture
def kept() -> Make:
    return _kept


@pytest.fixture
def trigger() -> ScenarioCompleted:
    return ScenarioCompleted.model_validate(
        {
            "event_id": UUID(int=900),
            "occurred_at": START + timedelta(hours=2),
            "run_id": "run-1",
            "user_id": "learner-1",
            "scenario": {"scenario_id": "sc", "title": "Launch"},
            # Not in the order of their names, so that the order of the event shows.
            "stages": [{"stage_id": "s2", "title": "Two"}, {"stage_id": "s1", "title": "One"}],
            "personas": [
                {"persona_id": "p2", "name": "Bo", "role": "senior_peer"},
                {"persona_id": "p1", "name": "Ana", "role": "manager"},
            ],
            "xp": {"expected_total": 10, "dimensions": [{"dimension_id": "d", "title": "D"}]},
            "started_at": START,
            "completed_at": START + timedelta(hours=2),
        }
    )
