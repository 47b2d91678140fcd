"""Builders of small arcs: only what a test is about has to be said."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

import pytest

from consumer.arc import Arc
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
from schemas.review import Signal
from tests.unit.sample_event import EVENT, START


class MakeArc(Protocol):
    """Builds an arc; objectives are given as (stage number, changed fields)."""

    def __call__(
        self,
        objectives: Sequence[tuple[int, dict[str, Any]]] = (),
        *,
        stages: int = 4,
        expected_minutes: Sequence[float | None] | None = None,
        messages: Sequence[tuple[int, str, str]] = (),
        artefacts: Sequence[tuple[int, dict[str, Any]]] = (),
        dimensions: int = 2,
        language: str = "en",
    ) -> Arc: ...


@pytest.fixture
def make_arc() -> MakeArc:
    """Return the builder of arcs; messages are (stage number, sender, text)."""

    def build(
        objectives: Sequence[tuple[int, dict[str, Any]]] = (),
        *,
        stages: int = 4,
        expected_minutes: Sequence[float | None] | None = None,
        messages: Sequence[tuple[int, str, str]] = (),
        artefacts: Sequence[tuple[int, dict[str, Any]]] = (),
        dimensions: int = 2,
        language: str = "en",
    ) -> Arc:
        minutes = expected_minutes or [None] * stages
        trigger = ScenarioCompleted(
            **EVENT,
            scenario=Scenario(scenario_id="sc", title="The broken export"),
            stages=tuple(
                Stage(stage_id=f"s{i}", title=f"Part {i}", expected_minutes=minutes[i - 1])
                for i in range(1, stages + 1)
            ),
            personas=(Persona(persona_id="dana", name="Dana", role="manager"),),
            xp=XpPlan(
                expected_total=100,
                dimensions=tuple(
                    XpDimension(dimension_id=f"d{i}", title=f"Dimension {i}")
                    for i in range(1, dimensions + 1)
                ),
            ),
            started_at=START,
            completed_at=START + timedelta(hours=2),
            language=language,
        )
        return Arc(
            trigger=trigger,
            objectives=tuple(_objective(i, s, f) for i, (s, f) in enumerate(objectives)),
            messages=tuple(_message(i, *one) for i, one in enumerate(messages)),
            artefacts=tuple(_artefact(i, s, f) for i, (s, f) in enumerate(artefacts)),
        )

    return build


@pytest.fixture
def spread() -> Callable[[Sequence[dict[str, Any]], int], list[tuple[int, dict[str, Any]]]]:
    """Return a function that lays fields of objectives over so many stages, in order."""

    def over(fields: Sequence[dict[str, Any]], stages: int) -> list[tuple[int, dict[str, Any]]]:
        return [(1 + index * stages // len(fields), one) for index, one in enumerate(fields)]

    return over


@pytest.fixture
def series_of() -> Callable[[Signal], list[float | None]]:
    """Return a function that reads a signal's series."""
    return lambda signal: [point.value for point in signal.series]


def _objective(number: int, stage: int, fields: dict[str, Any]) -> ObjectiveRolledUp:
    kinds = fields.pop("kinds", ()) if "kinds" in (fields := dict(fields)) else ()
    known: dict[str, Any] = {
        "objective_id": f"o{number}",
        "stage_id": f"s{stage}",
        "title": f"Objective {number}",
        "attempts": 1,
        "hints": 0,
        "issues": tuple(Issue(kind=kind) for kind in kinds),
    }
    return ObjectiveRolledUp(**EVENT, **(known | fields))


def _message(number: int, stage: int, sender: str, text: str) -> ConversationMessage:
    return ConversationMessage.model_validate(
        EVENT
        | {
            "message_id": f"m{number}",
            "persona_id": "dana",
            "stage_id": f"s{stage}",
            "sequence": number,
            "sender": sender,
            "sent_at": START + timedelta(minutes=number),
            "text": text,
        }
    )


def _artefact(number: int, stage: int, fields: dict[str, Any]) -> ArtefactSubmitted:
    known: dict[str, Any] = {
        "artefact_id": f"a{number}",
        "stage_id": f"s{stage}",
        "revision": 1,
        "kind": "note",
        "submitted_at": START + timedelta(minutes=number),
        "text": f"This is the note number {number}.",
    }
    return ArtefactSubmitted(**EVENT, **(known | fields))
