"""Experience points: whole, within bounds, monotone, deaf to order, and in step with quality."""

from collections.abc import Sequence
from statistics import fmean

from consumer.evaluation.association import spearman
from consumer.evaluation.reviewed import (
    Metric,
    Reviewed,
    at_least,
    at_most,
    originals,
    with_originals,
)

SPEARMAN = 0.90
# With fewer points than this for each dimension, whole points cannot tell qualities apart.
POINTS_A_DIMENSION = 20
LEAST_DIMENSIONS = 3


def point_metrics(reviewed: Sequence[Reviewed]) -> tuple[Metric, ...]:
    """Return the violations of what must hold of points, and their correlation with quality."""
    better = with_originals(reviewed, "improved")
    shuffled = with_originals(reviewed, "shuffled")
    pairs = [pair for one in originals(reviewed) for pair in _quality_and_points(one)]
    correlation = spearman([q for q, _ in pairs], [x for _, x in pairs]) if len(pairs) > 2 else None
    many = f"{len(reviewed)} reviews"
    return (
        at_most("XP: sum, violations", float(sum(map(_misses_sum, reviewed))), 0, many),
        at_most("XP: bounds, violations", float(sum(map(_leaves_bounds, reviewed))), 0, many),
        at_most(
            "XP: monotone, violations",
            float(sum(_falls(*pair) for pair in better)) if better else None,
            0,
            f"{len(better)} twins with one dimension improved",
        ),
        at_most(
            "XP: order-invariant, violations",
            float(sum(points(a) != points(b) for a, b in shuffled)) if shuffled else None,
            0,
            f"{len(shuffled)} twins in another order",
        ),
        at_least(
            "planted quality against XP ÷ max_xp (Spearman)",
            correlation,
            SPEARMAN,
            f"{len(pairs)} dimensions",
        ),
    )


def points(one: Reviewed) -> dict[str, int]:
    """Return the points of each dimension."""
    return {award.dimension_id: award.xp for award in one.review.xp.dimensions}


def _misses_sum(one: Reviewed) -> bool:
    return sum(points(one).values()) != one.arc.trigger.xp.expected_total


def _leaves_bounds(one: Reviewed) -> bool:
    plan = one.arc.trigger.xp.dimensions
    given = one.review.xp.dimensions
    if [d.dimension_id for d in plan] != [d.dimension_id for d in given]:
        return True
    return any(
        award.xp < 0 or (dimension.max_xp is not None and award.xp > dimension.max_xp)
        for dimension, award in zip(plan, given, strict=True)
    )


def _falls(original: Reviewed, improved: Reviewed) -> bool:
    touched = improved.truth.twin.touches if improved.truth.twin is not None else None
    return touched is not None and points(improved)[touched] < points(original)[touched]


def _quality_and_points(one: Reviewed) -> list[tuple[float, float]]:
    """Return each dimension's quality and points, both against the run's own mean.

    How many points a run pays against its caps is the plan's, not the learner's.
    """
    quality, plan = one.truth.quality, one.arc.trigger.xp
    if len(quality) < LEAST_DIMENSIONS or plan.expected_total < POINTS_A_DIMENSION * len(
        plan.dimensions
    ):
        return []
    given = points(one)
    shares = {
        d.dimension_id: given[d.dimension_id] / (1 if d.max_xp is None else max(d.max_xp, 1))
        for d in plan.dimensions
        if d.dimension_id in quality
    }
    mean_quality, mean_share = fmean(quality.values()), fmean(shares.values())
    if not mean_quality or not mean_share:
        return []
    return [(quality[key] / mean_quality, share / mean_share) for key, share in shares.items()]
