"""A small arc of four stages, two personas, three dimensions; builders to vary it."""

from collections.abc import Callable
from typing import Any, Protocol

import pytest

from consumer.arc import Arc
from consumer.drafts import ArcRead, DimensionScore, ReviewDraft, Scoring
from schemas.events import (
    ConversationMessage,
    Issue,
    Persona,
)
from schemas.review import SeriesPoint, Signal
from tests.arcs import artefact, message, plan, scored, signal, stages, trigger

LEARNER_TEXT = "I checked the log twice before I changed a single line of it."
PERSONA_TEXT = "Please send me the numbers for the board before noon on Friday."
OTHER_TEXT = "The budget freeze stays secret until the whole company hears on Monday, TOKEN-9471x."


def _said(
    number: int, stage_id: str, sender: str, persona_id: str, text: str
) -> ConversationMessage:
    return message(number, stage_id, sender=sender, persona_id=persona_id, text=text)


@pytest.fixture
def arc() -> Arc:
    """Return the arc most tests start from."""
    issue = Issue(
        kind="unstated_assumption", note="You assumed that the file was complete and new."
    )
    return Arc(
        trigger=trigger(
            stages=stages("Part 1", "Part 2", "Part 3", "Part 4"),
            personas=(
                Persona(persona_id="dana", name="Dana", role="manager", voice="short"),
                Persona(persona_id="sam", name="Sam", role="senior_peer", voice="warm"),
                Persona(persona_id="kim", name="Kim", role="cross_functional_partner", voice="dry"),
            ),
            xp=plan(d1="Craft", d2="Clarity", d3="Care"),
        ),
        objectives=(
            scored(1, "s1", score=0.4, hints=2, attempts=3, issues=(issue,)),
            scored(2, "s2", score=0.6, feedback="Say what you take for granted, every time."),
            scored(3, "s3", score=0.9),
            scored(4, "s4"),
        ),
        messages=(
            _said(1, "s1", "persona", "dana", PERSONA_TEXT),
            _said(2, "s2", "user", "dana", LEARNER_TEXT),
            _said(3, "s3", "persona", "sam", OTHER_TEXT),
            _said(4, "s4", "user", "sam", "Thank you, I will keep that in mind for now."),
        ),
        artefacts=(
            artefact(1, "s2", text="He was not a student of that school at any time."),
            artefact(
                1, "s2", revision=2, text="The ﬁle  was\nsent twice because the job ran twice."
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
        series = tuple(SeriesPoint(stage_id=f"s{i}", value=None) for i in range(1, 5))
        measured: dict[str, Any] = {"value": -12.5, "unit": "percent", "low": -20.0, "high": -4.0}
        counted = {"n": 37, "minimum_n": 4, "series": series}
        return signal(kind, verdict, **(measured | counted | changes))

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
