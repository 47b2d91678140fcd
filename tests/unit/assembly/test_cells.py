"""The cells that a number of the prose may be: what is counted, summed and measured."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.assembly.figures import Figures, index_figures, totals_of
from schemas.events import Issue
from schemas.review import Signal
from tests.arcs import START, artefact, objective

ONCE, TWICE = ((Issue(kind="late"),) * times for times in (1, 2))
OTHER = (Issue(kind="vague"),) * 2


@pytest.mark.parametrize(
    ("change", "plain"),
    [
        ({"hints": 5}, {}),
        ({"hint_before_first_attempt": True}, {"hint_before_first_attempt": False}),
        ({"hint_before_first_attempt": False}, {}),
        ({"attempts": 1}, {"attempts": 2, "hints": 1}),
        ({"attempts": 3}, {"hints": 1}),
        ({"score": 0.7, "first_score": 0.1}, {"score": 0.6}),
        ({"score": 0.69, "first_score": 0.1}, {"score": 0.9}),
        ({"score": 0.1, "first_score": 0.7}, {"score": 0.1}),
        ({"score": 0.1}, {}),
        ({"issues": TWICE}, {}),
        ({"issues": TWICE}, {"issues": OTHER}),
        ({"opportunities": ("late",)}, {"issues": ONCE}),
    ],
)
def test_objectives_of_one_sort_are_counted(change: dict[str, Any], plain: dict[str, Any]) -> None:
    pool = [objective(n, **(change if n <= 17 else plain)) for n in range(1, 61)]
    assert 17 in set(totals_of(pool))


def test_the_stages_from_the_first_and_to_the_last_have_sums(arc: Arc) -> None:
    hints = zip(arc.objectives, (100, 220, 430, 810), strict=True)
    counted = tuple(o.model_copy(update={"hints": number}) for o, number in hints)
    figures = index_figures(replace(arc, objectives=counted), ())
    assert figures.unverified("100, 320 and 750 from the first") == ()
    assert figures.unverified("810, 1240 and 1460 to the last") == ()
    assert figures.unverified("1560 over the run") == ()
    assert figures.unverified("650 in two stages between") == ("650",)


def test_a_value_is_read_as_what_its_unit_says(
    arc: Arc, make_signal: Callable[..., Signal]
) -> None:
    measured = {"value": 0.19, "low": 0.11, "high": 0.27, "minimum_n": 23}
    rates = make_signal("calibration", "present", unit="points of 1", **measured)
    points = index_figures(arc, [rates])
    assert points.unverified("0.19 over 37 ratings, of 23 at least, from 0.11 to 0.27") == ()
    assert points.unverified("19 % and 0.19 %") == ("19 %", "0.19 %")
    share = index_figures(arc, [make_signal("help_seeking", "present", unit="ratio", **measured)])
    assert share.unverified("0.19, which is 19 %") == ()
    assert share.unverified("0.19 %") == ("0.19 %",)


def test_a_percentage_in_chinese_is_one() -> None:
    figures = Figures(frozenset({3.0}), frozenset({0.72}))
    assert figures.unverified("百分之72") == ()
    assert figures.unverified("百分之3") == ("百分之3",)


def test_the_run_has_a_length_and_its_texts_are_counted_once_and_by_revision(arc: Arc) -> None:
    ended = arc.trigger.model_copy(update={"completed_at": START + timedelta(minutes=95 * 60)})
    texts = (*(artefact(n, "s2") for n in range(1, 14)), artefact(1, "s2", revision=2))
    figures = index_figures(replace(arc, trigger=ended, artefacts=texts), ())
    assert figures.unverified("95 hours, 5700 minutes, 13 texts in 14 versions") == ()
