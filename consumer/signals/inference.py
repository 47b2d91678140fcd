"""Exact inference on few hits, pairs and counts. Pure; approximate only out of the exact's reach.

Methods: Fisher's exact test, one-sided; the binomial tail; the exact sign-flip test (Fisher 1935);
Jeffreys' interval of a rate (Brown, Cai and DasGupta 2001) and of a difference of rates (MOVER,
Newcombe 1998); Student's interval of a mean and of a ratio; Benjamini–Hochberg (1995).
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import comb, cos, erfc, exp, fsum, lgamma, log, log1p, pi, sin, sqrt
from statistics import NormalDist, fmean
from typing import Final

EXACT_FLIP_VALUES: Final = 16
EXACT_FISHER_TOTAL: Final = 1_000
GRID_STEPS: Final = 2_000


def binomial_tail(hits: int, n: int, rate: float) -> float:
    """Return P(at least `hits` of `n`) where each has the probability `rate`."""
    if hits <= 0 or rate >= 1:
        return 1.0
    if rate <= 0:
        return 0.0
    # In logarithms: the power of a small rate underflows, the binomial coefficient overflows.
    logs = (_log_comb(n, k) + k * log(rate) + (n - k) * log1p(-rate) for k in range(hits, n + 1))
    return min(1.0, fsum(exp(one) for one in logs))


def fisher_greater(hits: int, n: int, other_hits: int, other_n: int) -> float:
    """Return Fisher's one-sided p of a first rate (hits of n) this far above the second."""
    marked, total = hits + other_hits, n + other_n
    tail = range(hits, min(n, marked) + 1)
    if total <= EXACT_FISHER_TOTAL:
        met = sum(comb(n, k) * comb(other_n, marked - k) for k in tail)
        return met / comb(total, marked)
    whole = _log_comb(total, marked)
    logs = (_log_comb(n, k) + _log_comb(other_n, marked - k) - whole for k in tail)
    return min(1.0, fsum(exp(one) for one in logs))


def sign_flip_p(values: Sequence[float]) -> float:
    """Return the two-sided p that the mean is 0, by flipping signs.

    Exact up to 16 values other than 0, which the flips do not move; beyond that by the normal
    distribution of the flipped sum.
    """
    moved = [value for value in values if value != 0]
    observed = abs(sum(moved))
    if len(moved) > EXACT_FLIP_VALUES:
        return erfc(observed / sqrt(2 * sum(value * value for value in moved)))
    sums = [0.0]
    for value in moved:
        sums = [s + flipped for s in sums for flipped in (value, -value)]
    # The same sum in another order differs in its last digits.
    return sum(abs(s) >= observed - 1e-9 for s in sums) / len(sums)


def beta_greater(later: tuple[int, int], earlier: tuple[int, int]) -> float:
    """Return P(later rate > earlier rate) with Jeffreys priors, Beta(½, ½).

    Each argument is (successes, n).
    """
    probability = below = 0.0
    for late_mass, early_mass in zip(_rate_grid(*later), _rate_grid(*earlier), strict=True):
        probability += late_mass * (below + early_mass / 2)
        below += early_mass
    return probability


@lru_cache(maxsize=1024)
def rate_interval(successes: int, n: int, *, confidence: float) -> tuple[float, float]:
    """Return Jeffreys' equal-tailed interval of a rate; it reaches 0 (or 1) where all agree."""
    tail, total = (1 - confidence) / 2, 0.0
    low, high = 0.0, 1.0
    for index, mass in enumerate(_rate_grid(successes, n)):
        for bound in (tail, 1 - tail):
            if total <= bound < total + mass:
                rate = sin((index + (bound - total) / mass) * pi / 2 / GRID_STEPS) ** 2
                low, high = (rate, high) if bound == tail else (low, rate)
        total += mass
    return (0.0 if successes == 0 else low), (1.0 if successes == n else high)


def rate_difference_interval(
    later: tuple[int, int], earlier: tuple[int, int], *, confidence: float
) -> tuple[float, float]:
    """Return the interval of the later rate minus the earlier; each is (successes, n > 0)."""
    (late, late_low, late_high), (early, early_low, early_high) = (
        (successes / n, *rate_interval(successes, n, confidence=confidence))
        for successes, n in (later, earlier)
    )
    down = sqrt((late - late_low) ** 2 + (early_high - early) ** 2)
    up = sqrt((late_high - late) ** 2 + (early - early_low) ** 2)
    return max(-1.0, late - early - down), min(1.0, late - early + up)


def ratio_interval(
    parts: Sequence[float], wholes: Sequence[float], *, confidence: float
) -> tuple[float, float]:
    """Return Student's interval of sum(parts) ÷ sum(wholes); at least two pairs, a sum above 0.

    With wholes of 1 this is the interval of a mean. The spread of a ratio is by linearisation
    (Cochran 1977, 6.4).
    """
    n, ratio = len(parts), sum(parts) / sum(wholes)
    rest = sum((part - ratio * whole) ** 2 for part, whole in zip(parts, wholes, strict=True))
    reach = student_quantile((1 + confidence) / 2, n - 1) * sqrt(rest / (n - 1) / n)
    reach /= fmean(wholes)
    return ratio - reach, ratio + reach


def student_quantile(probability: float, freedom: int) -> float:
    """Return Student's quantile (Abramowitz and Stegun 26.7.5), to .01 from two degrees on."""
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    # A float base: of two integers the power has no type of its own.
    return z + sum(term / float(freedom) ** power for power, term in enumerate(terms, start=1))


def benjamini_hochberg(p_values: Sequence[float], *, q: float) -> tuple[bool, ...]:
    """Return for each p whether it is a discovery at the false discovery rate `q`."""
    ranked = sorted(range(len(p_values)), key=lambda index: p_values[index])
    passed = 0
    for rank, index in enumerate(ranked, start=1):
        if p_values[index] <= q * rank / len(p_values):
            passed = rank
    kept = set(ranked[:passed])
    return tuple(index in kept for index in range(len(p_values)))


def _log_comb(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


@lru_cache(maxsize=256)
def _rate_grid(successes: int, n: int) -> tuple[float, ...]:
    """Return the mass of Beta(successes + ½, n - successes + ½) in each step of the angle.

    With rate = sin²(angle) Jeffreys' density has no poles: sin^2s · cos^2(n-s).
    """
    edges = [index * pi / 2 / GRID_STEPS for index in range(GRID_STEPS + 1)]
    logs = []
    for left, right in pairwise(edges):
        angle = (left + right) / 2
        logs.append(2 * successes * log(sin(angle)) + 2 * (n - successes) * log(cos(angle)))
    top = max(logs)
    mass = [exp(one - top) for one in logs]
    total = sum(mass)
    return tuple(one / total for one in mass)
