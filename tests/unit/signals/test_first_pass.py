from collections.abc import Callable
from typing import Any

import pytest

from consumer.signals.first_pass import first_pass
from schemas.review import Signal

Series = Callable[[Signal], list[float | None]]
HIT, MISS = {"score": 0.9}, {"score": 0.4}


def test_six_misses_then_six_hits_is_improving(make_arc: Any, spread: Any) -> None:
    signal = first_pass(make_arc(spread([MISS] * 6 + [HIT] * 6, 4)))
    assert (signal.verdict, signal.value, signal.n) == ("improving", 1, 12)
    assert signal.low is not None
    assert 0.4 < signal.low < 1


def test_the_other_way_round_is_worsening(make_arc: Any, spread: Any) -> None:
    signal = first_pass(make_arc(spread([HIT] * 6 + [MISS] * 6, 4)))
    assert (signal.verdict, signal.value) == ("worsening", -1)


def test_two_of_six_then_six_of_six_speaks_and_three_does_not(make_arc: Any, spread: Any) -> None:
    two = first_pass(make_arc(spread([HIT] * 2 + [MISS] * 4 + [HIT] * 6, 4)))
    three = first_pass(make_arc(spread([HIT] * 3 + [MISS] * 3 + [HIT] * 6, 4)))
    assert (two.verdict, three.verdict) == ("improving", "unclear")


def test_five_a_side_are_too_few(make_arc: Any, spread: Any) -> None:
    signal = first_pass(make_arc(spread([MISS] * 5 + [HIT] * 6, 4)))
    assert (signal.verdict, signal.n, signal.minimum_n) == ("too_little_data", 11, 12)
    assert signal.value is None


def test_of_an_odd_number_the_middle_one_is_in_neither_half(make_arc: Any, spread: Any) -> None:
    signal = first_pass(make_arc(spread([MISS] * 7 + [HIT] * 6, 4)))
    assert (signal.value, signal.n) == (1, 13)


def test_a_run_without_scores_says_nothing(make_arc: Any, spread: Any, series_of: Series) -> None:
    signal = first_pass(make_arc(spread([{}] * 20, 4)))
    assert (signal.verdict, signal.n) == ("too_little_data", 0)
    assert series_of(signal) == [None] * 4


def test_an_unknown_score_counts_as_success_where_the_run_has_scores(
    make_arc: Any, spread: Any, series_of: Series
) -> None:
    signal = first_pass(make_arc(spread([MISS] * 6 + [{}] * 6, 4)))
    assert signal.value == 1
    assert series_of(signal) == [0, 0, 1, 1]


def test_the_series_holds_the_rate_of_each_stage(make_arc: Any, series_of: Series) -> None:
    signal = first_pass(make_arc([(1, HIT), (1, MISS), (3, HIT)]))
    assert series_of(signal) == [pytest.approx(0.5), None, 1, None]


def test_a_rise_right_at_the_probability_speaks_and_one_just_below_does_not(
    make_arc: Any, spread: Any
) -> None:
    # None of eight, then four: .9933. None of nine, then four: .9925, still below .9925.
    eight = first_pass(make_arc(spread([MISS] * 8 + [HIT, MISS] * 4, 4)))
    nine = first_pass(make_arc(spread([MISS] * 9 + [HIT, MISS] * 4 + [MISS], 4)))
    assert (eight.verdict, nine.verdict) == ("improving", "unclear")


def test_halves_that_hardly_differ_are_unclear(make_arc: Any, spread: Any) -> None:
    for early, late in ((3, 3), (3, 2), (2, 3), (6, 3)):
        halves = [HIT] * early + [MISS] * (6 - early) + [HIT] * late + [MISS] * (6 - late)
        assert first_pass(make_arc(spread(halves, 4))).verdict == "unclear"


def test_a_run_whose_attempts_were_not_counted_says_nothing(make_arc: Any, spread: Any) -> None:
    signal = first_pass(make_arc(spread([HIT | {"attempts": 0}] * 12, 4)))
    assert (signal.verdict, signal.n) == ("too_little_data", 0)
