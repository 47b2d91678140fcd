from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product
from math import comb, isclose
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.signals import inference


def test_binomial_tail_of_three_heads_in_four() -> None:
    assert inference.binomial_tail(3, 4, 0.5) == pytest.approx(5 / 16)


@pytest.mark.parametrize(("hits", "rate", "p"), [(0, 0.0, 1.0), (1, 0.0, 0.0), (3, 1.0, 1.0)])
def test_binomial_tail_at_certain_rates(hits: int, rate: float, p: float) -> None:
    assert inference.binomial_tail(hits, 3, rate) == p


def test_binomial_tail_neither_overflows_nor_underflows() -> None:
    assert 0 < inference.binomial_tail(1_100, 5_000, 0.2) < 0.001
    assert inference.binomial_tail(900, 5_000, 0.2) > 0.999


@given(st.integers(1, 8), st.integers(1, 8), st.data())
def test_fisher_agrees_with_dealing_out_the_marks(n: int, other: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    other_hits = data.draw(st.integers(0, other))
    deals = list(combinations(range(n + other), hits + other_hits))
    met = sum(sum(place < n for place in deal) >= hits for deal in deals)
    assert inference.fisher_greater(hits, n, other_hits, other) == pytest.approx(met / len(deals))


def test_fisher_by_logarithms_agrees_with_whole_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = inference.fisher_greater(9, 12, 30, 200)
    monkeypatch.setattr(inference, "EXACT_FISHER_TOTAL", 0)
    assert inference.fisher_greater(9, 12, 30, 200) == pytest.approx(exact, rel=1e-9)


@given(st.lists(st.integers(-4, 4), max_size=8))
def test_sign_flip_agrees_with_every_flip(values: list[int]) -> None:
    sums = [
        abs(sum(s * v for s, v in zip(signs, values, strict=True)))
        for signs in product((1, -1), repeat=len(values))
    ]
    expected = sum(one >= abs(sum(values)) for one in sums) / len(sums)
    assert inference.sign_flip_p([float(v) for v in values]) == pytest.approx(expected)


def test_sign_flip_of_many_values_is_close_to_the_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [0.1, 0.3, -0.2, 0.25, 0.15, -0.05, 0.2, 0.1, -0.1, 0.3, 0.05, -0.15, 0.2, 0.1]
    exact = inference.sign_flip_p(values)
    monkeypatch.setattr(inference, "EXACT_FLIP_VALUES", 4)
    assert inference.sign_flip_p(values) == pytest.approx(exact, abs=0.015)


def _beta_greater_by_simulation_free_sum(later: tuple[int, int], earlier: tuple[int, int]) -> float:
    """P(X > Y) of beta-binomial mixtures by a fine Riemann sum, independent of the angle grid."""
    steps = 20_000

    def density(successes: int, n: int) -> Sequence[float]:
        xs = ((i + 0.5) / steps for i in range(steps))
        raw = [x ** (successes - 0.5) * (1 - x) ** (n - successes - 0.5) for x in xs]
        total = sum(raw)
        return [one / total for one in raw]

    below = probability = 0.0
    for late, early in zip(density(*later), density(*earlier), strict=True):
        probability += late * (below + early / 2)
        below += early
    return probability


@pytest.mark.parametrize(
    ("later", "earlier"), [((5, 6), (1, 6)), ((7, 10), (4, 9)), ((2, 6), (5, 7))]
)
def test_beta_greater_agrees_with_a_plain_sum(
    later: tuple[int, int], earlier: tuple[int, int]
) -> None:
    expected = _beta_greater_by_simulation_free_sum(later, earlier)
    assert inference.beta_greater(later, earlier) == pytest.approx(expected, abs=1e-4)


def test_beta_greater_is_a_half_for_equal_sides() -> None:
    assert inference.beta_greater((3, 7), (3, 7)) == pytest.approx(0.5)
    assert inference.beta_greater((0, 6), (0, 6)) == pytest.approx(0.5)


@given(st.integers(0, 12), st.integers(1, 12), st.integers(0, 12), st.integers(1, 12))
def test_beta_greater_and_its_mirror_sum_to_one(a: int, m: int, b: int, n: int) -> None:
    later, earlier = (min(a, m), m), (min(b, n), n)
    both = inference.beta_greater(later, earlier) + inference.beta_greater(earlier, later)
    assert isclose(both, 1)


def test_rate_interval_is_that_of_jeffreys() -> None:
    # Quantiles .05 and .95 of Beta(3.5, 7.5).
    low, high = inference.rate_interval(3, 10, confidence=0.90)
    assert low == pytest.approx(0.1173, abs=2e-4)
    assert high == pytest.approx(0.5581, abs=2e-4)


def test_rate_interval_reaches_the_end_where_all_agree() -> None:
    assert inference.rate_interval(0, 5, confidence=0.90)[0] == 0
    assert inference.rate_interval(5, 5, confidence=0.90)[1] == 1


@given(st.integers(0, 30), st.integers(1, 30))
def test_rate_interval_holds_the_rate(successes: int, n: int) -> None:
    successes = min(successes, n)
    low, high = inference.rate_interval(successes, n, confidence=0.90)
    assert 0 <= low <= successes / n <= high <= 1


def test_rate_difference_interval_is_wide_for_few_and_holds_the_difference() -> None:
    low, high = inference.rate_difference_interval((5, 6), (1, 6), confidence=0.90)
    assert 0 < low < 4 / 6 < high < 1
    wider = inference.rate_difference_interval((2, 2), (0, 2), confidence=0.90)
    assert wider[0] < low + 1


def test_ratio_interval_of_ones_is_students_interval_of_the_mean() -> None:
    low, high = inference.ratio_interval([1.0, 2.0, 3.0], [1.0] * 3, confidence=0.90)
    # t(.95; 2) = 2.920, standard error 1 / sqrt(3).
    assert high - 2 == pytest.approx(2.920 / 3**0.5, abs=0.01)
    assert 2 - low == pytest.approx(2.920 / 3**0.5, abs=0.01)


@pytest.mark.parametrize(("freedom", "quantile"), [(2, 2.920), (3, 2.353), (5, 2.015), (10, 1.812)])
def test_student_quantile_is_that_of_the_tables(freedom: int, quantile: float) -> None:
    assert inference.student_quantile(0.95, freedom) == pytest.approx(quantile, abs=0.01)


def test_benjamini_hochberg_takes_all_below_the_last_that_passes() -> None:
    # Thresholds .0125, .025, .0375, .05: the third passes, so the second does too.
    assert inference.benjamini_hochberg([0.03, 0.9, 0.037, 0.001], q=0.05) == (
        True,
        False,
        True,
        True,
    )


def test_benjamini_hochberg_of_nothing_is_nothing() -> None:
    assert inference.benjamini_hochberg([], q=0.05) == ()


def test_fisher_of_a_run_gone_by_half_is_one_in_a_count() -> None:
    # Four hits all among the first four of nine: one deal in C(9, 4).
    assert Fraction(1, comb(9, 4)) == pytest.approx(inference.fisher_greater(4, 4, 0, 5))
    assert fmean([inference.fisher_greater(0, 4, 3, 5)]) == 1.0


def test_sums_that_differ_in_their_last_digits_only_are_the_same() -> None:
    # -.1 - .2 + .3 + .6 is as large as .1 + .2 - .3 + .6, and a little less in floats.
    assert inference.sign_flip_p([0.1, 0.2, -0.3, 0.6]) == inference.sign_flip_p([1, 2, -3, 6])


def test_fisher_is_exact_to_the_last_digit() -> None:
    assert inference.fisher_greater(1, 1, 0, 199) == 0.005


def test_ratio_interval_is_in_units_of_the_wholes() -> None:
    low, high = inference.ratio_interval([1.0, 2.0, 3.0], [1.0] * 3, confidence=0.90)
    halves = inference.ratio_interval([1.0, 2.0, 3.0], [2.0] * 3, confidence=0.90)
    assert halves == pytest.approx((low / 2, high / 2))


def test_benjamini_hochberg_takes_a_p_at_its_threshold() -> None:
    assert inference.benjamini_hochberg([0.05], q=0.05) == (True,)
