"""Sticking points: what is noted on how many objectives."""

from collections.abc import Callable
from typing import Any

from consumer.reviewing.rules.reading import reading_of
from consumer.reviewing.rules.sticking import sticking_points_of
from schemas.events import Issue


def _said(make_arc: Callable[..., Any], shown: set[int], chances: set[int]) -> str:
    """Return what is said of a kind shown by, and possible on, the objectives of those numbers."""
    objectives = tuple(
        o.model_copy(
            update={
                "issues": (Issue(kind="late_update"),) if number in shown else (),
                "opportunities": ("late_update",) if number in chances else (),
                "score": 0.9,
            }
        )
        for number, o in enumerate(make_arc().objectives, start=1)
    )
    arc = make_arc(objectives=objectives)
    (point,) = sticking_points_of(reading_of(arc, ()), praised=())
    return point.statement


def test_a_kind_is_noted_on_a_part_of_the_objectives_where_it_could_be(
    make_arc: Callable[..., Any],
) -> None:
    said = _said(make_arc, shown={2, 5}, chances={2, 5, 8, 11})
    assert said.startswith("Late update was noted on two of four objectives, the last of them ")


def test_a_kind_noted_where_it_could_not_be_by_the_record_is_a_part_of_nothing(
    make_arc: Callable[..., Any],
) -> None:
    said = _said(make_arc, shown={2, 5, 9}, chances={2, 5, 8, 11})
    assert said.startswith("Late update was noted on three objectives, the last of them ")
