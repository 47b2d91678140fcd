"""Patterns against the truth, and against the best possible detector on the same runs."""

from collections.abc import Callable, Sequence

from consumer.evaluation.reviewed import Metric, Reviewed, at_least, at_most, originals
from consumer.evaluation.truth import TruePattern

PRECISION, RECALL, FALSE_CLAIMS = 0.95, 0.90, 0.05

Claims = Callable[[Reviewed], tuple[TruePattern, ...]]


def pattern_metrics(reviewed: Sequence[Reviewed]) -> tuple[Metric, ...]:
    """Return precision, recall, claims on runs without a pattern, and claims out of nothing.

    A claim that only follows from what was planted (`implied`) counts neither way.
    """
    runs = originals(reviewed)
    ours, best = _precision(runs, _claims), _precision(runs, _best)
    found, findable = _recall(runs, _claims), _recall(runs, _best)
    plain = [
        one
        for one in runs
        if one.truth.above_minimum and not one.truth.patterns and not one.truth.implied
    ]
    planted = sum(len(one.truth.patterns) for one in runs)
    return (
        at_least(
            "pattern precision ÷ the best detector's",
            _ratio(ours, best),
            PRECISION,
            f"{_figure(ours)} ÷ {_figure(best)}, {sum(len(one.claims) for one in runs)} claims",
        ),
        at_least(
            "pattern recall ÷ the best detector's",
            _ratio(found, findable),
            RECALL,
            f"{_figure(found)} ÷ {_figure(findable)}, {planted} planted",
        ),
        at_most(
            "no-pattern arcs above the minimum n with a claim",
            sum(bool(one.claims) for one in plain) / len(plain) if plain else None,
            FALSE_CLAIMS,
            f"{sum(bool(one.claims) for one in plain)} of {len(plain)} arcs",
        ),
        at_most(
            "claims where n is below the minimum",
            float(sum(map(_below_minimum, reviewed))),
            0,
            f"{len(reviewed)} reviews",
        ),
        at_least(
            "patterns with two stages or more",
            _stage_share(reviewed),
            1,
            f"{sum(len(one.review.patterns) for one in reviewed)} patterns",
        ),
    )


def _claims(one: Reviewed) -> tuple[TruePattern, ...]:
    return one.claims


def _best(one: Reviewed) -> tuple[TruePattern, ...]:
    return one.truth.patterns if one.truth.best is None else one.truth.best


def _precision(runs: Sequence[Reviewed], claims: Claims) -> float | None:
    right = wrong = 0
    for one in runs:
        for claim in claims(one):
            if any(true.is_claimed_by(claim) for true in one.truth.patterns):
                right += 1
            elif not any(true.is_claimed_by(claim) for true in one.truth.implied):
                wrong += 1
    return right / (right + wrong) if right + wrong else None


def _recall(runs: Sequence[Reviewed], claims: Claims) -> float | None:
    planted = [(one, true) for one in runs for true in one.truth.patterns]
    found = sum(any(true.is_claimed_by(c) for c in claims(one)) for one, true in planted)
    return found / len(planted) if planted else None


def _below_minimum(one: Reviewed) -> int:
    """Count the patterns and the writing style that rest on signals without enough data."""
    review = one.review
    enough = {
        signal.signal_id
        for signal in review.signals
        if signal.n >= signal.minimum_n and signal.verdict != "too_little_data"
    }
    count = sum(not enough.issuperset(pattern.signal_ids) for pattern in review.patterns)
    measured = {s.kind for s in review.signals if s.signal_id in enough}
    return count + (review.writing_style is not None and "writing" not in measured)


def _stage_share(reviewed: Sequence[Reviewed]) -> float | None:
    patterns = [(one, pattern) for one in reviewed for pattern in one.review.patterns]
    if not patterns:
        return None
    good = 0
    for one, pattern in patterns:
        known = {stage.stage_id for stage in one.arc.stages}
        named = known & set(pattern.stage_ids)
        good += len(named & {evidence.stage_id for evidence in pattern.evidence}) > 1
    return good / len(patterns)


def _ratio(ours: float | None, best: float | None) -> float | None:
    return ours / best if ours is not None and best else None


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
