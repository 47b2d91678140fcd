"""Exact inference on few data points. Pure, no approximation where the exact is affordable.

Methods: Theil–Sen slope with Sen's confidence interval (Sen 1968), Kendall's S with its exact
permutation distribution (Kendall 1938), Fisher's exact test (one-sided), the binomial tail, the
exact sign-flip test (Fisher 1935), and Benjamini–Hochberg (1995).
"""

from collections.abc import Sequence
from functools import cache
from itertools import combinations, product
from math import comb, erfc, exp, lgamma, log, sqrt
from statistics import median
from typing import Final

EXACT_PERMUTATION_POINTS: Final = 8
EXACT_FLIP_PAIRS: Final = 16
GRID_STEPS: Final = 2_000


def theil_sen(values: Sequence[tuple[float, float]]) -> float:
    """Return the median of all pairwise slopes of (x, y); at least two different x are needed."""
    return median(_slopes(values))


def theil_sen_interval(
    values: Sequence[tuple[float, float]], *, confidence: float
) -> tuple[float, float]:
    """Return Sen's interval of the slope: order statistics chosen by the spread of Kendall's S."""
    slopes = sorted(_slopes(values))
    n = len(values)
    spread = sqrt(n * (n - 1) * (2 * n + 5) / 18)
    reach = _normal_quantile((1 + confidence) / 2) * spread
    low = int((len(slopes) - reach) / 2)
    high = int((len(slopes) + reach) / 2) + 1
    return slopes[max(low, 0)], slopes[min(high, len(slopes)) - 1]


def kendall_p(values: Sequence[float]) -> float:
    """Return the two-sided p of Kendall's S of the values against their order.

    Exact by recursion without ties, exact by enumeration with ties up to eight points, and by the
    normal approximation with tie correction and continuity correction beyond that.
    """
    n = len(values)
    if n < 2:
        return 1.0
    score = _kendall_s(values)
    if len(set(values)) == n:
        return _exact_tail(n, abs(score))
    if n <= EXACT_PERMUTATION_POINTS:
        return _tied_tail(tuple(sorted(values)), abs(score))
    ties = [values.count(value) for value in set(values)]
    variance = (
        n * (n - 1) * (2 * n + 5) - sum(tie * (tie - 1) * (2 * tie + 5) for tie in ties)
    ) / 18
    if variance == 0:
        return 1.0
    return min(1.0, erfc(max(abs(score) - 1, 0) / sqrt(2 * variance)))


def kendall_sign(values: Sequence[float]) -> int:
    """Return 1 where the values rise with their order, -1 where they fall, 0 otherwise."""
    score = _kendall_s(values)
    return (score > 0) - (score < 0)


def binomial_tail(hits: int, n: int, rate: float) -> float:
    """Return P(at least `hits` of `n`) where each has the probability `rate`."""
    return min(1.0, sum(comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(hits, n + 1)))


def fisher_greater(hits: int, n: int, other_hits: int, other_n: int) -> float:
    """Return Fisher's one-sided p that the first rate (hits of n) is not above the second."""
    total, marked = n + other_n, hits + other_hits
    ways = comb(total, marked)
    top = min(n, marked)
    return min(
        1.0, sum(comb(n, k) * comb(other_n, marked - k) for k in range(hits, top + 1)) / ways
    )


def sign_flip_p(values: Sequence[float]) -> float:
    """Return the two-sided p that the mean is 0, by flipping signs (exact up to 16 values)."""
    kept = [value for value in values if value != 0]
    if not kept:
        return 1.0
    observed = abs(sum(kept))
    if len(kept) > EXACT_FLIP_PAIRS:
        return erfc(observed / sqrt(2 * sum(value * value for value in kept)))
    tolerance = 1e-9
    flips = product((1, -1), repeat=len(kept))
    sums = [abs(sum(s * v for s, v in zip(signs, kept, strict=True))) for signs in flips]
    return sum(one >= observed - tolerance for one in sums) / len(sums)


def beta_greater(later: tuple[int, int], earlier: tuple[int, int]) -> float:
    """Return P(later rate > earlier rate) with Jeffreys priors, Beta(½, ½).

    Each argument is (successes, n). Integrated by the midpoint rule on a fixed grid.
    """
    late, early = _beta_grid(*later), _beta_grid(*earlier)
    probability = below = 0.0
    for late_mass, early_mass in zip(late, early, strict=True):
        probability += late_mass * (below + early_mass / 2)
        below += early_mass
    return probability


def beta_interval(successes: int, n: int, *, confidence: float) -> tuple[float, float]:
    """Return Jeffreys' equal-tailed interval of a rate."""
    tail, low, high, total = (1 - confidence) / 2, 0.0, 1.0, 0.0
    for index, mass in enumerate(_beta_grid(successes, n)):
        before, total = total, total + mass
        if before <= tail < total:
            low = index / GRID_STEPS
        if before <= 1 - tail < total:
            high = (index + 1) / GRID_STEPS
    rate = successes / n if n else 0.5
    return min(low, rate), max(high, rate)


def benjamini_hochberg(p_values: Sequence[float], *, q: float) -> tuple[bool, ...]:
    """Return which hypotheses are rejected at false discovery rate `q`, in the order given."""
    ranked = sorted(range(len(p_values)), key=lambda index: p_values[index])
    passed = 0
    for rank, index in enumerate(ranked, start=1):
        if p_values[index] <= q * rank / len(p_values):
            passed = rank
    kept = set(ranked[:passed])
    return tuple(index in kept for index in range(len(p_values)))


def _slopes(values: Sequence[tuple[float, float]]) -> list[float]:
    return [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(values, 2) if x1 != x2]


def _kendall_s(values: Sequence[float]) -> int:
    return sum((b > a) - (b < a) for a, b in combinations(values, 2))


@cache
def _exact_tail(n: int, score: int) -> float:
    # counts[i]: permutations of so many points with i inversions; S = pairs - 2 * inversions.
    counts = [1]
    for size in range(2, n + 1):
        grown = [0] * (len(counts) + size - 1)
        for inversions, count in enumerate(counts):
            for more in range(size):
                grown[inversions + more] += count
        counts = grown
    pairs = n * (n - 1) // 2
    tail = sum(c for inversions, c in enumerate(counts) if abs(pairs - 2 * inversions) >= score)
    return tail / sum(counts)


@cache
def _tied_tail(values: tuple[float, ...], score: int) -> float:
    # Distinct orders only, weighted alike: each distinct order stands for as many permutations.
    met = total = 0
    for order in _distinct_orders(values):
        total += 1
        met += abs(_kendall_s(order)) >= score
    return met / total


def _distinct_orders(values: tuple[float, ...]) -> list[tuple[float, ...]]:
    if len(values) <= 1:
        return [values]
    orders = []
    for index, value in enumerate(values):
        if index and value == values[index - 1]:
            continue
        rest = values[:index] + values[index + 1 :]
        orders += [(value, *order) for order in _distinct_orders(rest)]
    return orders


@cache
def _beta_grid(successes: int, n: int) -> tuple[float, ...]:
    a, b = successes + 0.5, n - successes + 0.5
    scale = lgamma(a + b) - lgamma(a) - lgamma(b)
    points = ((index + 0.5) / GRID_STEPS for index in range(GRID_STEPS))
    density = [exp(scale + (a - 1) * log(x) + (b - 1) * log(1 - x)) for x in points]
    total = sum(density)
    return tuple(value / total for value in density)


def _normal_quantile(probability: float) -> float:
    low, high = -10.0, 10.0
    for _ in range(80):
        middle = (low + high) / 2
        if 1 - erfc(middle / sqrt(2)) / 2 < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2
