"""Builders of small arcs: only what a test is about has to be said."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import pytest

from consumer.arc import Arc
from schemas.events import (
    Issue,
    ObjectiveRolledUp,
)
from schemas.review import Signal
from tests.arcs import artefact, message, objective, plan, trigger
from tests.arcs import stages as stages_of


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
        ended = trigger(
            stages=stages_of(
                *(f"Part {i}" for i in range(1, stages + 1)), minutes=expected_minutes
            ),
            xp=plan(**{f"d{i}": f"Dimension {i}" for i in range(1, dimensions + 1)}),
            language=language,
        )
        return Arc(
            trigger=ended,
            objectives=tuple(_objective(i, s, f) for i, (s, f) in enumerate(objectives)),
            messages=tuple(
                message(i, f"s{stage}", sender=sender, text=text)
                for i, (stage, sender, text) in enumerate(messages)
            ),
            artefacts=tuple(artefact(i, f"s{s}", **f) for i, (s, f) in enumerate(artefacts)),
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
    issues = tuple(Issue(kind=kind) for kind in fields.get("kinds", ()))
    named = {name: value for name, value in fields.items() if name != "kinds"}
    return objective(number, f"s{stage}", **({"issues": issues} | named))
