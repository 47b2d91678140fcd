"""A small arc of four stages, two personas, three dimensions; builders to vary it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

import pytest

from consumer.arc import Arc
from consumer.drafts import ArcRead, DimensionScore, ReviewDraft, Scoring
from schemas.events import (
    ArtefactSubmitted,
    ConversationMessage,
    Issue,
    ObjectiveRolledUp,
    Persona,
    Scenario,
    ScenarioCompleted,
    Stage,
    XpDimension,
    XpPlan,
)
from schemas.review import SeriesPoint, Signal
from tests.unit.sample_event import EVENT, START

LEARNER_TEXT = "I checked the log twice before I changed a single line of it."
PERSONA_TEXT = "Please send me the numbers for the board before noon on Friday."
OTHER_TEXT = "The budget freeze stays secret until the whole company hears on Monday, TOKEN-9471x."


def _objective(number: int, stage: str, **changes: Any) -> ObjectiveRolledUp:
    fields: dict[str, Any] = {
        "objective_id": f"o{number}",
        "stage_id": stage,
        "title": f"Objective {'ABCDEFGH'[number - 1]}",
        "dimension_ids": ("d1",) if number % 2 else ("d2",),
        "attempts": 1,
        "hints": 0,
        "score": 0.8,
    }
    return ObjectiveRolledUp(**EVENT, **(fields | changes))


def _message(number: int, persona: str, sender: str, stage: str, text: str) -> ConversationMessage:
    return ConversationMessage.model_validate(
        EVENT
        | {
            "message_id": f"m{number}",
            "persona_id": persona,
            "stage_id": stage,
            "sequence": number,
            "sender": sender,
            "sent_at": START + timedelta(minutes=number),
            "text": text,
        }
    )


@pytest.fixture
def arc() -> Arc:
    """Return the arc most tests start from."""
    trigger = ScenarioCompleted(
        **EVENT,
        scenario=Scenario(scenario_id="sc", title="The broken export"),
        stages=tuple(Stage(stage_id=f"s{i}", title=f"Part {i}") for i in range(1, 5)),
        personas=(
            Persona(persona_id="dana", name="Dana", role="manager", voice="short"),
            Persona(persona_id="sam", name="Sam", role="senior_peer", voice="warm"),
            Persona(persona_id="kim", name="Kim", role="cross_functional_partner", voice="dry"),
        ),
        xp=XpPlan(
            expected_total=100,
            dimensions=(
                XpDimension(dimension_id="d1", title="Craft"),
                XpDimension(dimension_id="d2", title="Clarity"),
                XpDimension(dimension_id="d3", title="Care"),
            ),
        ),
        started_at=START,
        completed_at=START + timedelta(hours=3),
    )
    issue = Issue(
        kind="unstated_assumption", note="You assumed that the file was complete and new."
    )
    return Arc(
        trigger=trigger,
        objectives=(
            _objective(1, "s1", score=0.4, hints=2, attempts=3, issues=(issue,)),
            _objective(2, "s2", score=0.6, feedback="Say what you take for granted, every time."),
            _objective(3, "s3", score=0.9),
            _objective(4, "s4", score=0.8),
        ),
        messages=(
            _message(1, "dana", "persona", "s1", PERSONA_TEXT),
            _message(2, "dana", "user", "s2", LEARNER_TEXT),
            _message(3, "sam", "persona", "s3", OTHER_TEXT),
            _message(4, "sam", "user", "s4", "Thank you, I will keep that in mind for now."),
        ),
        artefacts=(
            ArtefactSubmitted(
                **EVENT,
                artefact_id="a1",
                stage_id="s2",
                revision=1,
                kind="note",
                submitted_at=START,
                text="He was not a student of that school at any time.",
            ),
            ArtefactSubmitted(
                **EVENT,
                artefact_id="a1",
                stage_id="s2",
                revision=2,
                kind="note",
                submitted_at=START,
                text="The ﬁle  was\nsent twice because the job ran twice.",
            ),
        ),
    )


class MakeSignal(Protocol):
    """Builds one signal with the given changes."""

    def __call__(self, kind: str, verdict: str, **changes: Any) -> Signal: ...


@pytest.fixture
def make_signal() -> MakeSignal:
    """Return a builder of signals."""

    def build(kind: str, verdict: str, **changes: Any) -> Signal:
        fields: dict[str, Any] = {
            "signal_id": f"{kind}-1",
            "kind": kind,
            "name": kind,
            "verdict": verdict,
            "value": -12.5,
            "unit": "percent",
            "low": -20.0,
            "high": -4.0,
            "n": 37,
            "minimum_n": 4,
            "series": tuple(SeriesPoint(stage_id=f"s{i}", value=None) for i in range(1, 5)),
        }
        return Signal.model_validate(fields | changes)

    return build


@pytest.fixture
def make_draft() -> Callable[..., ReviewDraft]:
    """Return a builder of drafts that propose nothing but what is given."""

    def build(reviewer: str = "model", **changes: Any) -> ReviewDraft:
        read: dict[str, Any] = {
            "headline": "A steady run.",
            "summary": "You worked through it. It held.",
            "patterns": (),
            "did_well": (),
            "kept_stuck": (),
            "push_next": (),
            "writing_style": None,
        }
        raw = 30.0 if reviewer == "model" else None
        scores = tuple(
            DimensionScore(dimension_id=d, raw_xp=raw, rationale="As seen.", evidence=())
            for d in ("d1", "d2", "d3")
        )
        return ReviewDraft(
            reviewer="model" if reviewer == "model" else "rules",
            language=changes.pop("language", "en"),
            scoring=changes.pop("scoring", Scoring(dimensions=scores)),
            perspectives=changes.pop("perspectives", {}),
            arc_read=ArcRead.model_validate(read | changes),
            calls=(),
            prompt_version="p1",
        )

    return build
