from itertools import combinations, permutations
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.signals import trends

SHORT = st.lists(st.integers(0, 4), min_size=1, max_size=6)


def _score(values: tuple[int, ...] | list[int]) -> int:
    return sum((b > a) - (b < a) for a, b in combinations(values, 2))


@given(SHORT)
def test_kendall_p_agrees_with_every_order_ties_included(values: list[int]) -> None:
    orders = list(permutations(values))
    met = sum(abs(_score(order)) >= abs(_score(values)) for order in orders)
    assert trends.kendall_p([float(v) for v in values]) == pytest.approx(met / len(orders))


@pytest.mark.parametrize(("n", "p"), [(3, 1 / 3), (4, 1 / 12), (5, 1 / 60), (8, 2 / 40_320)])
def test_kendall_p_of_a_perfect_order(n: int, p: float) -> None:
    assert trends.kendall_p([float(i) for i in range(n)]) == pytest.approx(p)


def test_kendall_p_of_equal_values_is_one() -> None:
    assert trends.kendall_p([2.0] * 9) == 1
    assert trends.kendall_p([2.0] * 90) == 1


def test_kendall_p_beyond_the_exact_is_close_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = (
        [float(i * 7 % 11 + i // 16) for i in range(40)],
        [float(i * 7 % 4 + i // 25) for i in range(40)],
        [float(i * 9 % 41) for i in range(40)],
    )
    exact = [trends.kendall_p(values) for values in runs]
    monkeypatch.setattr(trends, "EXACT_KENDALL_POINTS", 10)
    assert [trends.kendall_p(values) for values in runs] == pytest.approx(exact, abs=0.005)


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=9))
def test_theil_sen_is_the_median_of_all_slopes(values: list[int]) -> None:
    points = [(float(i), float(v)) for i, v in enumerate(values)]
    slopes = [(d - b) / (c - a) for (a, b), (c, d) in combinations(points, 2)]
    assert trends.theil_sen(points) == pytest.approx(median(slopes))
    low, high = trends.theil_sen_interval(points, confidence=0.90)
    assert low <= trends.theil_sen(points) <= high


def test_theil_sen_is_not_moved_by_one_outlier() -> None:
    assert trends.theil_sen([(0, 0.0), (1, 1.0), (2, 2.0), (3, 99.0), (4, 4.0)]) == 1


def test_theil_sen_of_many_points_finds_the_slope_of_a_line() -> None:
    points = [(float(i), 0.5 * i) for i in range(2_001)]
    assert trends.theil_sen(points) == pytest.approx(0.5)


def test_sens_interval_takes_the_order_statistics_that_kendall_allows() -> None:
    points = [(0.0, 0.0), (1.0, 1.0), (2.0, 4.0), (3.0, 9.0), (4.0, 16.0)]
    # Ten slopes 1 2 3 3 4 4 5 5 6 7: with n = 5, P(at most one inversion) is 5/120 ≤ .05.
    assert trends.theil_sen_interval(points, confidence=0.90) == (2, 6)


def test_sens_interval_of_four_points_is_the_range_of_the_slopes() -> None:
    points = [(0.0, 0.0), (1.0, 1.0), (2.0, 4.0), (3.0, 9.0)]
    assert trends.theil_sen_interval(points, confidence=0.90) == (1, 5)


def test_sens_interval_excludes_0_exactly_where_kendall_speaks() -> None:
    for order in permutations(range(6)):
        points = [(float(i), float(v)) for i, v in enumerate(order)]
        low, high = trends.theil_sen_interval(points, confidence=0.90)
        speaks = trends.kendall_p([float(v) for v in order]) <= 0.10
        assert (low > 0 or high < 0) == speaks


def test_sens_interval_of_many_points_holds_the_slope() -> None:
    points = [(float(i), i + (i * 37 % 11)) for i in range(80)]
    low, high = trends.theil_sen_interval(points, confidence=0.90)
    assert low < trends.theil_sen(points) < high
    assert high - low < 0.1


def test_line_change_of_a_straight_line_is_exact() -> None:
    assert trends.line_change([3.0, 2.0, 1.0, 0.0], confidence=0.90) == pytest.approx((-3, -3, -3))


def test_line_change_tells_a_step_among_equal_counts() -> None:
    change, low, high = trends.line_change([2.0] * 3 + [0.0] * 9, confidence=0.90)
    assert low < change < -1
    assert change <= high < 0


def test_line_change_interval_is_that_of_the_slope() -> None:
    # y = 0, 1, 0, 1: slope .2, residual sum .8, standard error sqrt(.4 / 5), t(.95; 2) = 2.920.
    change, low, high = trends.line_change([0.0, 1.0, 0.0, 1.0], confidence=0.90)
    assert change == pytest.approx(0.6)
    assert (high - low) / 2 == pytest.approx(3 * 2.920 * (0.4 / 5) ** 0.5, abs=0.01)
