"""The best detector's two tests, of its own so that it shares nothing with what it judges."""

from math import comb, erfc, exp, log1p, sqrt


def binomial_tail(hits: int, n: int, rate: float) -> float:
    """Return P(at least `hits` of `n`) at a rate below 1."""
    return sum(comb(n, k) * rate**k * exp((n - k) * log1p(-rate)) for k in range(hits, n + 1))


def two_sided(z: float) -> float:
    """Return the two-sided p of a standard normal figure."""
    return erfc(abs(z) / sqrt(2))
