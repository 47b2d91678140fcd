"""The oracle: what the best possible detector claims of a generated arc.

It reads the same events as everybody, and besides knows how they were made: the spread of the
times and how many are outliers, the rate of each kind of issue and the rate that was planted, the
mean of the hints, the quality planted in each dimension. It does not know which arc has a pattern.
Its tests are the most powerful of those models at the error levels that Debrief's signals have,
and it is held to the same least evidence:

- pace: likelihood ratio of a slope against none on every objective's time, with the mixture of
  usual times and outliers; p ≤ .10, 10 % a stage, four stages timed whole;
- a kind of issue: its hits against the rate it has by nature (binomial, uniformly most powerful);
  p ≤ .005, Benjamini-Hochberg at .05 over the run's kinds, three hits in two stages. Fixed: no hit
  after feedback that named it, p ≤ .01 under the rate that was planted, and more hits before it
  than by nature, p ≤ .01;
- help: the score test of a trend in binomial counts of known rate, p ≤ .005, one hint over the arc;
  the scores held where the known-noise estimate of their loss is ≤ .10, avoidance at ≥ .15 and
  p ≤ .10 (Neyman and Pearson 1933; Cox and Hinkley 1974).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, erfc, exp, log, log1p, sqrt
from statistics import fmean
from typing import Final

from consumer.evaluation.arcs import GeneratedArc
from consumer.evaluation.factors import (
    HINT_LADDER,
    HINTS_USUAL,
    OUTLIER_RATE,
    OUTLIER_TIMES,
    SCORE_NOISE,
    Factors,
)
from consumer.evaluation.rollups import DIFFICULTY_LOSS, Rollup, log_ratio, seconds_noise
from consumer.evaluation.truth import TruePattern
from schemas.review import Direction

PACE_LIKELIHOOD_GAIN: Final = 2.7055 / 2  # half the 90 % point of chi-square, one degree
MIN_SLOPE, SLOPE_STEP, SLOPE_REACH = 0.10, 0.005, 0.45
ISSUE_MAX_P, FIXED_MAX_P, FALSE_DISCOVERY_RATE = 0.005, 0.01, 0.05
HELP_MAX_P, MIN_HINTS, HELD_LOSS, LOSS, LOSS_MAX_P = 0.005, 1.0, 0.10, 0.15, 0.10
MIN_STAGES, MIN_HITS, MIN_HIT_STAGES, MIN_OBJECTIVES = 4, 3, 2, 6


def best_claims(factors: Factors, arc: GeneratedArc) -> tuple[TruePattern, ...]:
    """Return what the best detector claims of the arc."""
    return (*_pace(factors, arc), *_issues(factors, arc.rollups), *_help(factors, arc.rollups))


def _pace(factors: Factors, arc: GeneratedArc) -> tuple[TruePattern, ...]:
    if not factors.expected_known:
        return ()
    points = []
    whole = set(range(factors.stages))
    for rollup in arc.rollups:
        share = 60 * arc.minutes[rollup.stage] / factors.objectives[rollup.stage]
        ratio = log_ratio(rollup, share)
        if ratio is None:
            whole.discard(rollup.stage)
        else:
            points.append((float(rollup.stage), ratio))
    if len(whole) < MIN_STAGES:
        return ()
    noise = seconds_noise(factors.noise_cv)
    steps = round(SLOPE_REACH / SLOPE_STEP)
    slopes = [SLOPE_STEP * step for step in range(-steps, steps + 1)]
    fits = {slope: _likelihood(points, slope, noise) for slope in slopes}
    best = max(slopes, key=lambda slope: fits[slope])
    gain = fits[best] - _likelihood(points, 0.0, noise)
    change = exp(best) - 1
    if gain < PACE_LIKELIHOOD_GAIN or abs(change) < MIN_SLOPE:
        return ()
    return (TruePattern(kind="pace", direction="improving" if change < 0 else "worsening"),)


def _likelihood(points: Sequence[tuple[float, float]], slope: float, noise: float) -> float:
    """Return the greatest log likelihood over all levels, by a few steps of EM on the outliers."""
    rest = [y - slope * x for x, y in points]
    shift = log(OUTLIER_TIMES)
    level = sorted(rest)[len(rest) // 2]
    total = 0.0
    for _ in range(6):
        moved, total = 0.0, 0.0
        for one in rest:
            usual = (1 - OUTLIER_RATE) * exp(-(((one - level) / noise) ** 2) / 2)
            far = OUTLIER_RATE * exp(-(((one - level - shift) / noise) ** 2) / 2)
            density = max(usual + far, 1e-300)
            moved += one - shift * far / density
            total += log(density)
        level = moved / len(rest)
    return total


def _issues(factors: Factors, rollups: Sequence[Rollup]) -> tuple[TruePattern, ...]:
    tested = [_Kind.of(kind, rate, rollups) for kind, rate in factors.rates.items()]
    tested.sort(key=lambda one: one.p)
    passed = max(
        (
            place
            for place, one in enumerate(tested, start=1)
            if one.p <= FALSE_DISCOVERY_RATE * place / len(tested)
        ),
        default=0,
    )
    found = []
    for place, one in enumerate(tested):
        enough = one.hits >= MIN_HITS and one.hit_stages >= MIN_HIT_STAGES
        if enough and one.before_p <= FIXED_MAX_P and _is_silent(factors, one):
            found.append(TruePattern(kind="fixed_issue", name=one.kind, direction="improving"))
        elif enough and place < passed and one.p <= ISSUE_MAX_P:
            found.append(TruePattern(kind="recurring_issue", name=one.kind, direction="present"))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind's hits, and how likely so many are by nature: in all, and up to its feedback."""

    kind: str
    hits: int
    hit_stages: int
    p: float
    before_p: float
    later: int | None

    @classmethod
    def of(cls, kind: str, rate: float, rollups: Sequence[Rollup]) -> "_Kind":
        chances = [r for r in rollups if r.chances is None or kind in r.chances]
        hits = [r for r in chances if kind in r.kinds]
        named = next((at for at, rollup in enumerate(chances) if kind in rollup.named), None)
        later = chances[len(chances) if named is None else named + 1 :]
        silent = named is not None and not any(kind in rollup.kinds for rollup in later)
        return cls(
            kind=kind,
            hits=len(hits),
            hit_stages=len({rollup.stage for rollup in hits}),
            p=_tail(len(hits), len(chances), rate),
            before_p=_tail(len(hits), len(chances) - len(later), rate),
            later=len(later) if silent else None,
        )


def _is_silent(factors: Factors, one: _Kind) -> bool:
    """Tell whether the kind is gone since it was named, beyond chance at the planted rate."""
    return one.later is not None and (1 - factors.touched_rate) ** one.later <= FIXED_MAX_P


def _help(factors: Factors, rollups: Sequence[Rollup]) -> tuple[TruePattern, ...]:
    if factors.help == "none" or not factors.scored or len(rollups) < MIN_OBJECTIVES:
        return ()
    places = [rollup.place for rollup in rollups]
    middle = fmean(places)
    squares = sum((place - middle) ** 2 for place in places)
    moved = sum((r.place - middle) * r.hints for r in rollups)
    change = moved / squares
    spread = sqrt(HINT_LADDER * HINTS_USUAL * (1 - HINTS_USUAL) * squares)
    if abs(change) < MIN_HINTS or _two_sided(moved / spread) > HELP_MAX_P:
        return ()
    if change > 0:
        return (TruePattern(kind="independence", direction="worsening"),)
    rest = [
        r.first_score
        - sum(factors.quality[d] for d in r.dimensions) / len(r.dimensions)
        + DIFFICULTY_LOSS * r.place
        for r in rollups
        if r.first_score is not None
    ]
    slope = sum((p - middle) * y for p, y in zip(places, rest, strict=True)) / squares
    if -slope <= HELD_LOSS:
        return (TruePattern(kind="independence", direction="improving"),)
    if -slope >= LOSS and _two_sided(slope * sqrt(squares) / SCORE_NOISE) <= LOSS_MAX_P:
        return (TruePattern(kind="help_avoidance", direction="present"),)
    return ()


def planted(factors: Factors, arc: GeneratedArc) -> tuple[TruePattern, ...]:
    """Return the patterns that the arc's factors make true."""
    found: list[TruePattern] = []
    if factors.slope:
        direction: Direction = "improving" if factors.slope < 0 else "worsening"
        found.append(TruePattern(kind="pace", direction=direction))
    touched = factors.touched
    if factors.issue == "fixed" and any(touched in r.named for r in arc.rollups):
        found.append(TruePattern(kind="fixed_issue", name=touched, direction="improving"))
    elif factors.issue is not None:
        late: Direction = "worsening" if factors.issue == "returning" else "present"
        found.append(TruePattern(kind="recurring_issue", name=touched, direction=late))
    helps: dict[str, TruePattern] = {
        "independent": TruePattern(kind="independence", direction="improving"),
        "leaning": TruePattern(kind="independence", direction="worsening"),
        "avoiding": TruePattern(kind="help_avoidance", direction="present"),
    }
    if factors.help in helps:
        found.append(helps[factors.help])
    return tuple(found)


def _tail(hits: int, n: int, rate: float) -> float:
    return sum(comb(n, k) * rate**k * exp((n - k) * log1p(-rate)) for k in range(hits, n + 1))


def _two_sided(z: float) -> float:
    return erfc(abs(z) / sqrt(2))
