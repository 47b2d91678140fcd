"""Trends in few ordered values: how much, and could it be chance? Pure.

Methods: Theil–Sen slope with Sen's interval (Sen 1968); Kendall's S with its exact permutation
distribution, ties included (Kendall 1938; the inversions of a multiset's orders, MacMahon 1916);
the least-squares line of counts.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from math import erfc, sqrt
from statistics import NormalDist, fmean, median
from typing import Final

from consumer.signals.inference import student_quantile

EXACT_KENDALL_POINTS: Final = 50
ALL_PAIRS_POINTS: Final = 500


def theil_sen(values: Sequence[tuple[float, float]]) -> float:
    """Return the median of the pairwise slopes of (x, y); at least two points, each x once.

    Beyond 500 points only the pairs half the points apart are used (the incomplete method), so
    that the work stays linear.
    """
    return median(_slopes(values))


def theil_sen_interval(
    values: Sequence[tuple[float, float]], *, confidence: float
) -> tuple[float, float]:
    """Return Sen's interval of the slope: order statistics chosen by Kendall's distribution.

    The interval is the narrowest that covers with at least `confidence` where there are no ties;
    where so few points allow none it is the range of all slopes.
    """
    slopes = sorted(_slopes(values))
    n = len(values)
    if n <= EXACT_KENDALL_POINTS:
        counts = _inversion_counts((1,) * n)
        allowed, cut, tail = (1 - confidence) / 2 * sum(counts), 0, 0
        while cut < len(counts) and tail + counts[cut] <= allowed:
            tail += counts[cut]
            cut += 1
    else:
        reach = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(2 * (2 * n + 5) / (9 * n * n))
        cut = int(len(slopes) * (1 - reach) / 2)
    first = max(cut - 1, 0)
    return slopes[first], slopes[-1 - first]


def line_change(values: Sequence[float], *, confidence: float) -> tuple[float, float, float]:
    """Return the rise of the least-squares line from the first value to the last, and its interval.

    For counts: where most are equal the median of the slopes is 0 whatever the trend. At least
    three values; the interval is Student's.
    """
    n = len(values)
    middle, mean = (n - 1) / 2, fmean(values)
    squares = n * (n * n - 1) / 12
    slope = sum((i - middle) * value for i, value in enumerate(values)) / squares
    rest = sum((v - mean - slope * (i - middle)) ** 2 for i, v in enumerate(values))
    spread = sqrt(rest / (n - 2) / squares) if rest > 0 else 0.0
    reach = student_quantile((1 + confidence) / 2, n - 2) * spread
    return slope * (n - 1), (slope - reach) * (n - 1), (slope + reach) * (n - 1)


def kendall_p(values: Sequence[float]) -> float:
    """Return the two-sided p of Kendall's S of the values against their order.

    Exact up to 50 values, ties included; beyond that the normal approximation with corrections
    for ties and continuity.
    """
    n = len(values)
    ties = tuple(sorted(Counter(values).values()))
    score = abs(_kendall_s(values))
    if n <= EXACT_KENDALL_POINTS:
        counts = _inversion_counts(ties)
        untied = len(counts) - 1
        met = sum(c for i, c in enumerate(counts) if abs(untied - 2 * i) >= score)
        return met / sum(counts)
    spread = n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)
    return min(1.0, erfc(max(score - 1, 0) / sqrt(spread / 9))) if spread else 1.0


def _slopes(values: Sequence[tuple[float, float]]) -> list[float]:
    half = len(values) // 2
    pairs = (
        combinations(values, 2)
        if len(values) <= ALL_PAIRS_POINTS
        else zip(values, values[half:], strict=False)
    )
    return [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairs]


def _kendall_s(values: Sequence[float]) -> int:
    before: list[float] = []
    score = 0
    for value in values:
        score += bisect_left(before, value) - (len(before) - bisect_right(before, value))
        insort(before, value)
    return score


@lru_cache(maxsize=256)
def _inversion_counts(ties: tuple[int, ...]) -> tuple[int, ...]:
    """Return how many orders of a multiset, equal values in groups of `ties`, have i inversions.

    These are the coefficients of the q-multinomial: the product of (1 - q^k) for k up to n, over
    the same product for each group.
    """
    n = sum(ties)
    untied = (n * n - sum(tie * tie for tie in ties)) // 2
    powers = Counter(range(1, n + 1))
    for tie in ties:
        powers.subtract(range(1, tie + 1))
    counts = [1] + [0] * untied
    for k in sorted(powers):
        for _ in range(powers[k]):
            for i in range(untied, k - 1, -1):
                counts[i] -= counts[i - k]
        for _ in range(-powers[k]):
            for i in range(k, untied + 1):
                counts[i] += counts[i - k]
    return tuple(counts)
