"""Rollups: the objectives of one generated arc, with its factors planted in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log, log1p, sqrt
from random import Random
from typing import Final

from consumer.evaluation.factors import (
    AVOIDANCE_LOSS,
    GAIN_SHARES,
    HINT_LADDER,
    HINTS_FEW,
    HINTS_MANY,
    HINTS_USUAL,
    OUTLIER_RATE,
    OUTLIER_TIMES,
    SCORE_NOISE,
    Factors,
)

PASS: Final = 0.7
SECOND_DIMENSION: Final = 0.25
DIFFICULTY_LOSS: Final = 0.02
# Where a returning kind goes away and comes back, and where a fixed one goes, of the objectives.
GONE_FROM, BACK_FROM, FIXED_FROM = 0.35, 0.70, 0.30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """Where one objective stands, `place` 0 to 1 over the run, and what it exercises."""

    stage: int
    place: float
    dimensions: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """One objective's figures: `place` 0 to 1 over the run, `named` what its feedback names.

    `gain` is the share that trying again won back of what the first try left open.
    """

    stage: int
    place: float
    dimensions: tuple[int, ...]
    seconds: float | None
    hints: int
    asked_first: bool | None
    attempts: int
    first_score: float | None
    score: float | None
    gain: float
    kinds: tuple[str, ...]
    chances: tuple[str, ...] | None
    named: tuple[str, ...]


def rollups_of(factors: Factors, source: Random, minutes: Sequence[float]) -> tuple[Rollup, ...]:
    """Return the figures of every objective; `minutes` is the time expected for each stage."""
    stages = [stage for stage, count in enumerate(factors.objectives) for _ in range(count)]
    baseline = source.uniform(0.8, 1.25)
    drawn = []
    for at, stage in enumerate(stages):
        place = at / (len(stages) - 1) if len(stages) > 1 else 0.0
        share = 60 * minutes[stage] / factors.objectives[stage]
        dimensions = [at % len(factors.quality)]
        if source.random() < SECOND_DIMENSION:
            dimensions.append(source.randrange(len(factors.quality)))
        bare = Bare(stage=stage, place=place, dimensions=tuple(dict.fromkeys(dimensions)))
        drawn.append(_drawn(factors, source, bare, seconds=baseline * share))
    return _with_issues(factors, source, drawn)


def seconds_noise(cv: float) -> float:
    """Return the spread of the logarithm of times with that coefficient of variation."""
    return sqrt(log1p(cv * cv))


def hint_share(factors: Factors, place: float) -> float:
    """Return the share of the hint ladder that an objective at that place takes in the mean."""
    if factors.help == "none":
        return 0.0
    if factors.help == "flat":
        return HINTS_USUAL
    falling = HINTS_MANY + (HINTS_FEW - HINTS_MANY) * place
    return HINTS_MANY + HINTS_FEW - falling if factors.help == "leaning" else falling


def mean_score(factors: Factors, dimensions: Sequence[int], place: float) -> float:
    """Return what the first try of such an objective scores in the mean."""
    quality = sum(factors.quality[d] for d in dimensions) / len(dimensions)
    loss = AVOIDANCE_LOSS * place if factors.help == "avoiding" else 0.0
    return quality - loss - DIFFICULTY_LOSS * place + factors.first_rise * (place - 0.5)


def planted_score(factors: Factors, rollup: Rollup) -> float:
    """Return what the objective would have scored at last without the noise of scores."""
    first = mean_score(factors, rollup.dimensions, rollup.place)
    return first + (1 - first) * rollup.gain


def _drawn(factors: Factors, source: Random, bare: Bare, *, seconds: float) -> Rollup:
    place, dimensions = bare.place, bare.dimensions
    noise = seconds_noise(factors.noise_cv)
    seconds *= exp(log1p(factors.slope) * bare.stage + source.gauss(0, noise))
    seconds *= OUTLIER_TIMES if source.random() < OUTLIER_RATE else 1.0
    share_taken = hint_share(factors, place)
    hints = sum(source.random() < share_taken for _ in range(HINT_LADDER))
    first = min(max(mean_score(factors, dimensions, place) + source.gauss(0, SCORE_NOISE), 0.02), 1)
    retried = first < PASS and source.random() < 0.8
    gain = source.uniform(*GAIN_SHARES[factors.gains]) * retried
    score = first + (1 - first) * gain
    asked = None if factors.help == "none" else hints > 0 and source.random() < share_taken
    return Rollup(
        stage=bare.stage,
        place=place,
        dimensions=dimensions,
        seconds=None if source.random() < factors.untimed_rate else round(seconds, 1),
        hints=hints,
        asked_first=asked,
        attempts=source.choice((2, 2, 3)) if retried else 1,
        first_score=round(first, 3) if factors.scored else None,
        score=round(score, 3) if factors.scored else None,
        gain=gain,
        kinds=(),
        chances=_chances(factors, source),
        named=(),
    )


def _chances(factors: Factors, source: Random) -> tuple[str, ...] | None:
    if not factors.names_chances:
        return None
    return tuple(kind for kind in factors.rates if source.random() < 0.8)


def _with_issues(factors: Factors, source: Random, drawn: Sequence[Rollup]) -> tuple[Rollup, ...]:
    """Let each objective show the kinds it shows, and name the touched one where it is named."""
    told: list[Rollup] = []
    for rollup in drawn:
        kinds = []
        for kind, rate in factors.rates.items():
            has_chance = rollup.chances is None or kind in rollup.chances
            planted = kind == factors.touched
            now = _touched_rate(factors, told, rollup.place) if planted else rate
            if source.random() < now and has_chance:
                kinds.append(kind)
        named: tuple[str, ...] = ()
        if factors.touched in kinds and _is_named(factors, told, rollup):
            named = (str(factors.touched),)
        told.append(replace(rollup, kinds=tuple(kinds), named=named))
    return tuple(told)


def is_fixed(told: Sequence[Rollup], touched: str | None) -> bool:
    """Tell whether a kind to be fixed was seen and named, so that it has gone since."""
    return any(touched in rollup.named for rollup in told)


def _touched_rate(factors: Factors, told: Sequence[Rollup], place: float) -> float:
    if factors.issue == "fixed" and is_fixed(told, factors.touched):
        return 0.0
    if factors.issue == "returning" and GONE_FROM <= place < BACK_FROM:
        return 0.0
    return factors.touched_rate


def _is_named(factors: Factors, told: Sequence[Rollup], rollup: Rollup) -> bool:
    """Tell whether the feedback on this objective, which shows the touched kind, names it."""
    hits = [one for one in told if factors.touched in one.kinds]
    if factors.issue != "fixed":
        return not hits
    stages = {one.stage for one in (*hits, rollup)}
    return len(hits) >= 3 and len(stages) >= 2 and rollup.place >= FIXED_FROM


def log_ratio(rollup: Rollup, share: float) -> float | None:
    """Return the logarithm of time taken against its share of the expected; None if untimed."""
    return None if rollup.seconds is None else log(rollup.seconds / share)
