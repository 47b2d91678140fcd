"""The best detector's pace: a slope of the stages' times against none, by likelihood ratio.

It reads what every reader of the record has, the time of each stage against the time expected for
that stage (nobody knows how it divides over the objectives), and besides knows how the times were
made: the spread of each objective's, and how many of them are outliers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, exp, log, log1p, sqrt
from typing import Final

from consumer.evaluation.arcs import GeneratedArc
from consumer.evaluation.factors import OUTLIER_RATE, OUTLIER_TIMES, Factors
from consumer.evaluation.truth import TruePattern

LIKELIHOOD_GAIN: Final = 2.7055 / 2  # half the 90 % point of chi-square, one degree
# The likelihood is smooth over less than a coarse step, so that the fine ones are tried about the
# best coarse one only.
MIN_SLOPE, SLOPE_STEP, COARSE_STEPS, SLOPE_REACH = 0.10, 0.005, 6, 0.45
MIN_STAGES: Final = 4
EM_STEPS: Final = 8


@dataclass(frozen=True, slots=True)
class _Case:
    """So many outliers in a stage: how likely, what they add to the logarithm, its spread."""

    weight: float
    shift: float
    spread: float

    def density(self, value: float) -> float:
        """Return how likely a logarithm is by this case."""
        return self.weight * exp(-(((value - self.shift) / self.spread) ** 2) / 2) / self.spread


@dataclass(frozen=True, slots=True)
class _Stage:
    """One stage timed whole: where it stands, ln(taken ÷ expected), and its cases."""

    at: float
    log_ratio: float
    cases: tuple[_Case, ...]


def best_pace(factors: Factors, arc: GeneratedArc) -> tuple[TruePattern, ...]:
    """Return what the best detector says of the pace."""
    stages = _stages(factors, arc)
    if not factors.expected_known or len(stages) < MIN_STAGES:
        return ()
    reach = round(SLOPE_REACH / SLOPE_STEP)
    fits = {s: _likelihood(stages, SLOPE_STEP * s) for s in range(-reach, reach + 1, COARSE_STEPS)}
    coarse = max(fits, key=lambda step: fits[step])
    around = range(coarse - COARSE_STEPS + 1, coarse + COARSE_STEPS)
    fits |= {s: _likelihood(stages, SLOPE_STEP * s) for s in around if s not in fits}
    best = max(fits, key=lambda step: fits[step])
    change = exp(SLOPE_STEP * best) - 1
    if fits[best] - _likelihood(stages, 0.0) < LIKELIHOOD_GAIN or abs(change) < MIN_SLOPE:
        return ()
    return (TruePattern(kind="pace", direction="improving" if change < 0 else "worsening"),)


def _stages(factors: Factors, arc: GeneratedArc) -> list[_Stage]:
    stages = []
    for stage, minutes in enumerate(arc.minutes):
        seconds = [rollup.seconds for rollup in arc.rollups if rollup.stage == stage]
        timed = [one for one in seconds if one is not None]
        if timed and len(timed) == len(seconds):
            ratio = log(sum(timed) / 60 / minutes)
            stages.append(_Stage(float(stage), ratio, _cases(len(timed), factors.noise_cv)))
    return stages


def _cases(count: int, noise_cv: float) -> tuple[_Case, ...]:
    """Return the cases of a sum of `count` equal log-normal times (moments of the sum)."""
    found = []
    for outliers in range(count + 1):
        whole = count + (OUTLIER_TIMES - 1) * outliers
        squares = count + (OUTLIER_TIMES**2 - 1) * outliers
        variance = log1p(noise_cv**2 * squares / whole**2)
        usual = (1 - OUTLIER_RATE) ** (count - outliers)
        weight = comb(count, outliers) * OUTLIER_RATE**outliers * usual
        found.append(_Case(weight, log(whole / count) - variance / 2, sqrt(variance)))
    return tuple(found)


def _likelihood(stages: Sequence[_Stage], slope: float) -> float:
    """Return the greatest log likelihood over all levels, by a few steps of EM on the outliers."""
    rest = [(stage.log_ratio - slope * stage.at, stage.cases) for stage in stages]
    level = sorted(value for value, _ in rest)[len(rest) // 2]
    total = 0.0
    for _ in range(EM_STEPS):
        pull = weight = total = 0.0
        for value, cases in rest:
            densities = [one.density(value - level) for one in cases]
            density = max(sum(densities), 1e-300)
            total += log(density)
            for one, part in zip(cases, densities, strict=True):
                share = part / density / one.spread**2
                pull += share * (value - one.shift)
                weight += share
        if weight:
            level = pull / weight
    return total
