from collections.abc import Callable
from math import expm1
from typing import Any

import pytest

from consumer.signals.pace import pace
from schemas.review import Signal

Series = Callable[[Signal], list[float | None]]


def _timed(minutes: list[float]) -> list[tuple[int, dict[str, Any]]]:
    return [(i, {"active_seconds": 60 * m}) for i, m in enumerate(minutes, start=1)]


def test_four_stages_each_a_fifth_faster_is_improving(make_arc: Any) -> None:
    signal = pace(make_arc(_timed([10, 8, 6.4, 5.12]), expected_minutes=[10] * 4))
    assert (signal.verdict, signal.n) == ("improving", 4)
    assert signal.value == pytest.approx(-20)
    assert signal.low == signal.high == signal.value


def test_getting_slower_is_worsening_and_above_0(make_arc: Any) -> None:
    signal = pace(make_arc(_timed([5, 6, 7.5, 9]), expected_minutes=[10] * 4))
    assert signal.verdict == "worsening"
    assert signal.value is not None
    assert signal.value > 10


def test_the_expected_time_of_each_stage_counts(make_arc: Any, series_of: Series) -> None:
    # Always twice as long as before, as expected: nothing changed.
    signal = pace(make_arc(_timed([5, 10, 20, 40]), expected_minutes=[10, 20, 40, 80]))
    assert (signal.verdict, signal.value) == ("steady", 0)
    assert series_of(signal) == [0.5, 0.5, 0.5, 0.5]


def test_three_stages_are_too_few_even_in_perfect_order(make_arc: Any) -> None:
    signal = pace(make_arc(_timed([10, 5, 2]), stages=3, expected_minutes=[10] * 3))
    assert (signal.verdict, signal.n, signal.minimum_n) == ("too_little_data", 3, 4)


def test_four_stages_out_of_order_are_unclear(make_arc: Any) -> None:
    signal = pace(make_arc(_timed([10, 8, 8.5, 5]), expected_minutes=[10] * 4))
    assert signal.verdict == "unclear"


def test_a_perfect_order_of_small_changes_is_steady(make_arc: Any) -> None:
    signal = pace(make_arc(_timed([10, 9.6, 9.2, 8.8]), expected_minutes=[10] * 4))
    assert signal.verdict == "steady"


def test_without_expected_times_stages_are_not_compared(make_arc: Any, series_of: Series) -> None:
    signal = pace(make_arc(_timed([10, 8, 6, 4])))
    assert (signal.verdict, signal.n, signal.value) == ("too_little_data", 0, None)
    assert series_of(signal) == [None] * 4


def test_a_stage_with_one_untimed_objective_is_left_out(make_arc: Any, series_of: Series) -> None:
    objectives = [*_timed([10, 8, 6, 5, 4]), (2, {"active_seconds": None})]
    signal = pace(make_arc(objectives, stages=5, expected_minutes=[10] * 5))
    assert signal.n == 4
    assert series_of(signal) == [1, None, 0.6, 0.5, 0.4]


def test_the_slope_is_over_the_places_of_the_stages_not_over_their_ranks(make_arc: Any) -> None:
    # The second stage of five is untimed: 21 % over two stages is 10 % each.
    objectives = [(1, {"active_seconds": 1210.0}), (3, {"active_seconds": 1000.0})]
    objectives += [(4, {"active_seconds": 1000 / 1.1}), (5, {"active_seconds": 1000 / 1.21})]
    signal = pace(make_arc(objectives, stages=5, expected_minutes=[10] * 5))
    assert signal.value == pytest.approx(100 * (1 / 1.1 - 1), abs=1e-3)


def test_a_stage_without_any_time_has_no_ratio(make_arc: Any, series_of: Series) -> None:
    signal = pace(make_arc(_timed([10, 0, 6, 4]), expected_minutes=[10] * 4))
    assert signal.n == 3
    assert series_of(signal)[1] is None


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [
        ([8.5, 7.2, 10, 5.2, 6.1, 3.1, 3.7, 4.4], "improving"),
        ([7.2, 8.5, 10, 5.2, 6.1, 3.1, 3.7, 4.4], "unclear"),
    ],
)
def test_an_order_as_likely_as_one_in_nine_claims_nothing(
    minutes: list[float], verdict: str, *, make_arc: Any
) -> None:
    # Of eight stages six pairs out of order have p = .061, seven have .109.
    arc = make_arc(_timed(minutes), stages=8, expected_minutes=[10] * 8)
    assert pace(arc).verdict == verdict


@pytest.mark.parametrize(("ratio", "moved"), [(0.90, True), (0.901, False)])
def test_less_than_a_tenth_a_stage_is_no_change_however_regular(
    ratio: float, *, moved: bool, make_arc: Any
) -> None:
    arc = make_arc(_timed([10 * ratio**i for i in range(6)]), stages=6, expected_minutes=[10] * 6)
    assert (pace(arc).verdict == "improving") is moved


@pytest.mark.parametrize("minutes", [[10, 10.9, 12, 13.2], [10, 9.1, 8, 7]])
def test_a_change_that_may_be_more_than_a_tenth_is_not_steady(
    minutes: list[float], *, make_arc: Any
) -> None:
    # The slopes lie on both sides of a tenth, and the last stage breaks the order.
    arc = make_arc(_timed([*minutes, minutes[0]]), stages=5, expected_minutes=[10] * 5)
    assert pace(arc).verdict == "unclear"


def test_a_time_beyond_all_measure_is_left_out(make_arc: Any, series_of: Series) -> None:
    arc = make_arc(_timed([10, 8, 6, 4, 2]), stages=5, expected_minutes=[10, 1e-20, 10, 10, 10])
    signal = pace(arc)
    assert signal.n == 4
    assert series_of(signal) == [1, None, 0.6, 0.4, 0.2]


def test_a_leap_beyond_all_measure_still_gives_a_figure(make_arc: Any) -> None:
    # From e^-710 to e^34 in one stage.
    times = [(i, {"active_seconds": 1e-300 if i < 3 else 6e6}) for i in range(1, 5)]
    signal = pace(make_arc(times, expected_minutes=[1e7, 1e7, 1e-10, 1e-10]))
    assert signal.verdict == "unclear"
    assert signal.high == pytest.approx(100 * expm1(20))
