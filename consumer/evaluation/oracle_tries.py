"""The best detector's reading of tries: does somebody recover, is somebody stuck?

- recovery: three retries or more, and none that wins back less than the least of a good one. That
  is the most powerful test of good retries against middling ones, with p ≤ .011 from three on;
- stuck: ten objectives or more without three in a row that pass at the first try, as everybody is
  to count it; and a mean first score below the mark, p ≤ .05 by its known spread. What is planted
  is planted in all dimensions, so the run as a whole is looked at.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist, fmean
from typing import Final

from consumer.evaluation.factors import GAIN_SHARES, SCORE_NOISE, Factors
from consumer.evaluation.rollups import PASS, Rollup
from consumer.evaluation.truth import TruePattern

RETRIES, ROUNDING = 3, 0.005
STUCK_OBJECTIVES, IN_A_ROW, STUCK_MAX_P = 10, 3, 0.05

RECOVERY: Final = TruePattern(kind="recovery", direction="present")
STUCK: Final = TruePattern(kind="stuck", direction="present")


def best_of_tries(factors: Factors, rollups: Sequence[Rollup]) -> tuple[TruePattern, ...]:
    """Return what the best detector claims of these two."""
    if not factors.scored:
        return ()
    recovers, sticks = _recovers(rollups), _is_stuck(rollups)
    return (*((RECOVERY,) if recovers else ()), *((STUCK,) if sticks else ()))


def planted_in_tries(factors: Factors) -> tuple[TruePattern, ...]:
    """Return which of these two the arc's factors make true."""
    recovers = factors.gains == "good"
    return (*((RECOVERY,) if recovers else ()), *((STUCK,) if factors.is_stuck else ()))


def _recovers(rollups: Sequence[Rollup]) -> bool:
    gains = [
        (r.score - r.first_score) / (1 - r.first_score)
        for r in rollups
        if r.attempts > 1 and r.score is not None and r.first_score is not None
    ]
    return len(gains) >= RETRIES and min(gains) >= GAIN_SHARES["good"][0] - ROUNDING


def _is_stuck(rollups: Sequence[Rollup]) -> bool:
    firsts = [r.first_score for r in rollups if r.first_score is not None]
    if len(firsts) < STUCK_OBJECTIVES or _passes_in_a_row(firsts) >= IN_A_ROW:
        return False
    spread = SCORE_NOISE / sqrt(len(firsts))
    return NormalDist(PASS, spread).cdf(fmean(firsts)) <= STUCK_MAX_P


def _passes_in_a_row(firsts: Sequence[float]) -> int:
    longest = row = 0
    for first in firsts:
        row = row + 1 if first >= PASS else 0
        longest = max(longest, row)
    return longest
