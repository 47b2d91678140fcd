"""One sound value of every input event, in its JSON form, and one whole review."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.registry import InputName
from schemas.review import ReviewReady

REVIEW_FILE = Path(__file__).resolve().parents[2] / "data" / "review.json"
TIME = "2026-03-14T09:00:00.125Z"
HEAD = {
    "event_id": "638316f4-ac90-5f68-bae1-c18b04d8c6c4",
    "occurred_at": TIME,
    "run_id": "run-1",
    "user_id": "learner-1",
}
EVENTS: dict[InputName, dict[str, Any]] = {
    "scenario_completed": {
        **HEAD,
        "scenario": {"scenario_id": "churn", "title": "Churn", "brief": "Find out why."},
        "stages": [
            {"stage_id": "s1", "title": "Frame", "expected_minutes": 12.5},
            {"stage_id": "s2", "title": "Build", "expected_minutes": None},
        ],
        "personas": [{"persona_id": "p1", "name": "Mara", "role": "manager", "voice": "Dry."}],
        "xp": {
            "expected_total": 100,
            "dimensions": [
                {"dimension_id": "d1", "title": "Clarity", "max_xp": 80},
                {"dimension_id": "d2", "title": "Care", "max_xp": None},
            ],
        },
        "expected": {"objective_rollups": 4, "messages": 20, "artefacts": None},
        "started_at": "2026-03-14T08:00:00.000Z",
        "completed_at": TIME,
        "language": "en-GB",
    },
    "objective_rolled_up": {
        **HEAD,
        "objective_id": "o1",
        "stage_id": "s1",
        "title": "Say what churn means",
        "dimension_ids": ["d1", "d2"],
        "attempts": 2,
        "hints": 1,
        "hint_before_first_attempt": False,
        "started_at": "2026-03-14T08:00:00.000Z",
        "completed_at": "2026-03-14T08:20:00.000Z",
        "active_seconds": 640.5,
        "score": 0.75,
        "first_score": 0.5,
        "issues": [{"kind": "unstated_assumption", "note": "Which month?", "attempt": 1}],
        "feedback": "Say who decides.",
        "opportunities": ["unstated_assumption"],
        "feedback_kinds": ["unstated_assumption"],
    },
    "conversation_message": {
        **HEAD,
        "message_id": "m1",
        "persona_id": "p1",
        "stage_id": "s1",
        "sequence": 7,
        "sender": "user",
        "sent_at": TIME,
        "text": "Who decides what counts as churn? – 顧客",
    },
    "artefact_submitted": {
        **HEAD,
        "artefact_id": "a1",
        "stage_id": "s2",
        "revision": 1,
        "kind": "summary",
        "submitted_at": TIME,
        "text": "Churn fell\nby a third.",
        "self_rating": 0.9,
    },
    "user_erased": {key: HEAD[key] for key in ("event_id", "occurred_at", "user_id")},
}

Changed = Callable[..., dict[str, Any]]


@pytest.fixture(params=EVENTS)
def event(request: pytest.FixtureRequest) -> InputName:
    name: InputName = request.param
    return name


@pytest.fixture
def changed() -> Changed:
    """Return a function that gives a fresh copy of an event's value with fields set."""

    def change(name: InputName, **fields: Any) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(json.dumps(EVENTS[name]))
        return {**value, **fields}

    return change


@pytest.fixture
def review() -> ReviewReady:
    return ReviewReady.model_validate_json(REVIEW_FILE.read_text(encoding="utf-8"))
