"""XP: exact integers from the rollups, with a bounded say for the model.

Quality of one rollup, 0.05 to 1:  outcome x (1 - .03 x extra attempts) x (1 - .01 x hints),
where outcome is `score`, else `first_score`, else .5 for an objective that was tried and 0 for one
that was not; at most four extra attempts and four hints count. It rises with the score and falls
with attempts and hints; no text enters, so text cannot buy points.

A dimension's weight is the mean quality of the rollups that exercise it x `max_xp` (else 1),
however many they are. A dimension without rollups gets the mean weight, which is an even part of
the total; the others divide the rest in proportion to their weights, within the caps. Under rules
these shares become integers by largest remainder (Hamilton's method), ties in the order of the
event. A model's figure is clamped into a band around its share and the cap; the figures are
scaled together, within those bounds, and become integers by the order in which each next point is
due (Webster's method), ties in the order of the event.

Monotone: where only one dimension's weight rises, its share does not fall and no other's rises.
Largest remainder keeps that order only while all others fall; bounds make others move both ways,
so scaled figures use Webster's order, in which a dimension's next point never comes later because
another's evidence is weaker beside it. Arithmetic is exact (`Fraction`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, fsum

from schemas.events import ObjectiveRolledUp, XpDimension, XpPlan
from schemas.fields import MAX_RAW_XP

LOWEST_QUALITY = 0.05
UNKNOWN_OUTCOME = 0.5
# The score says how it went; that it took a further try or a hint says a little less well. Greater
# steps lose the planted quality, none at all would let a learner spend hints and tries for nothing:
# `consumer.evaluation.steps` shows them.
ATTEMPT_STEP, HINT_STEP = 0.03, 0.01
MAX_STEPS = 4
# The schema's own bound; a sum of twelve such figures stays finite.
_RAW_LIMIT = MAX_RAW_XP


@dataclass(frozen=True, slots=True, kw_only=True)
class XpPoints:
    """The points in the order of the event; `raw` is None under rules."""

    xp: tuple[int, ...]
    raw: tuple[float, ...] | None
    raw_total: float | None
    normalized: bool
    clamped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """One dimension while its points are worked out: weight within low and high."""

    weight: Fraction
    low: Fraction
    high: Fraction


def quality(
    rollup: ObjectiveRolledUp,
    *,
    attempt_step: float = ATTEMPT_STEP,
    hint_step: float = HINT_STEP,
) -> float:
    """Return how well one objective went, 0.05 to 1, rounded to six places.

    The steps are what a further attempt and a hint cost; a simulation asks for others.
    """
    outcome = rollup.score if rollup.score is not None else rollup.first_score
    if outcome is None:
        outcome = UNKNOWN_OUTCOME if rollup.attempts > 0 else 0.0
    extra = min(max(rollup.attempts - 1, 0), MAX_STEPS)
    hints = min(rollup.hints, MAX_STEPS)
    value = outcome * (1 - attempt_step * extra) * (1 - hint_step * hints)
    return round(max(value, LOWEST_QUALITY), 6)


def rollups_of(
    dimension_id: str, objectives: Sequence[ObjectiveRolledUp]
) -> tuple[ObjectiveRolledUp, ...]:
    """Return the objectives that exercise a dimension, in their order."""
    return tuple(o for o in objectives if dimension_id in o.dimension_ids)


def award(
    plan: XpPlan,
    objectives: Sequence[ObjectiveRolledUp],
    *,
    raw: Mapping[str, float] | None,
    band: float,
) -> XpPoints:
    """Give every dimension its points: integers that sum to `plan.expected_total`.

    `raw` is the model's figure by dimension (a dimension it left out counts as 0), None under
    rules. `band` is the part of its share by which a model may move a dimension, 0 to 1.
    """
    shares = _shares(plan, objectives)
    if raw is None:
        xp = _largest_remainder(shares)
        return XpPoints(xp=xp, raw=None, raw_total=None, normalized=False, clamped=False)
    said = [_said(raw.get(d.dimension_id, 0.0)) for d in plan.dimensions]
    width = Fraction(str(band))
    bounded: list[Fraction] = []
    slots: list[_Slot] = []
    for figure, share, cap in zip(said, shares, _caps(plan), strict=True):
        low, high = share * (1 - width), min(share * (1 + width), cap)
        bounded.append(min(max(Fraction(figure), low), high))
        # A figure of nothing still has an order in which points would be due.
        weight = max(bounded[-1], share / 1000)
        slots.append(_Slot(weight=weight, low=Fraction(floor(low)), high=Fraction(ceil(high))))
    xp = _in_order_due(slots, plan.expected_total)
    return XpPoints(
        xp=xp,
        raw=tuple(said),
        raw_total=fsum(said),
        # Rounding to whole points is no rescaling.
        normalized=sum(bounded, Fraction(0)) != plan.expected_total,
        clamped=any(Fraction(f) != figure for f, figure in zip(said, bounded, strict=True)),
    )


def _said(figure: float) -> float:
    return min(max(figure, -_RAW_LIMIT), _RAW_LIMIT)


def _caps(plan: XpPlan) -> list[Fraction]:
    total = plan.expected_total
    caps = (total if d.max_xp is None else min(d.max_xp, total) for d in plan.dimensions)
    return [Fraction(cap) for cap in caps]


def _shares(plan: XpPlan, objectives: Sequence[ObjectiveRolledUp]) -> list[Fraction]:
    """Divide the total by the rollups alone; a rise of one weight raises no other share."""
    total, caps = Fraction(plan.expected_total), _caps(plan)
    weights = [_weight(dimension, objectives) for dimension in plan.dimensions]
    if not any(weight is not None for weight in weights):
        weights = [_unit(dimension) for dimension in plan.dimensions]
    even = total / len(weights)
    shares = [
        min(even, cap) if w is None else Fraction(0) for w, cap in zip(weights, caps, strict=True)
    ]
    known = [i for i, weight in enumerate(weights) if weight is not None]
    rest = total - sum(shares, Fraction(0))
    slots = [_Slot(weight=weights[i] or Fraction(0), low=Fraction(0), high=caps[i]) for i in known]
    for i, share in zip(known, _fill(slots, rest), strict=True):
        shares[i] = share
    if sum(shares, Fraction(0)) < total:  # the measured ones are full: the others take the rest
        others = [i for i, weight in enumerate(weights) if weight is None]
        slots = [_Slot(weight=Fraction(1), low=Fraction(0), high=caps[i]) for i in others]
        held = sum((shares[i] for i in known), Fraction(0))
        for i, share in zip(others, _fill(slots, total - held), strict=True):
            shares[i] = share
    return shares


def _unit(dimension: XpDimension) -> Fraction:
    return Fraction(1 if dimension.max_xp is None else dimension.max_xp)


def _weight(dimension: XpDimension, objectives: Sequence[ObjectiveRolledUp]) -> Fraction | None:
    exercised = rollups_of(dimension.dimension_id, objectives)
    if not exercised:
        return None
    qualities = [Fraction(str(quality(o))) for o in exercised]
    return sum(qualities, Fraction(0)) / len(qualities) * _unit(dimension)


def _amounts(slots: Sequence[_Slot], factor: Fraction) -> list[Fraction]:
    return [min(max(factor * s.weight, s.low), s.high) for s in slots]


def _fill(slots: Sequence[_Slot], total: Fraction) -> list[Fraction]:
    """Scale weights by one factor so that, each held in its bounds, they sum to `total`.

    Where `total` is more than they can hold, each is at its high. Needs sum(low) <= total, and a
    weight wherever high is above low.
    """
    return _amounts(slots, _factor(slots, total))


def _factor(slots: Sequence[_Slot], total: Fraction) -> Fraction:
    """Return the factor at which the bounded weights sum to `total`.

    The sum is piecewise linear and never falls in the factor; its bends are where a weight meets
    a bound, so the answer lies on the line between two neighbouring bends.
    """
    weighted = [s for s in slots if s.weight > 0]
    bends = sorted({Fraction(0)} | {b / s.weight for s in weighted for b in (s.low, s.high)})
    before = bends[0]
    sum_before = sum(_amounts(slots, before), Fraction(0))
    for bend in bends[1:]:
        sum_here = sum(_amounts(slots, bend), Fraction(0))
        if sum_here >= total:
            if sum_here == sum_before:
                return before
            return before + (bend - before) * (total - sum_before) / (sum_here - sum_before)
        before, sum_before = bend, sum_here
    return before


def _in_order_due(slots: Sequence[_Slot], total: int) -> tuple[int, ...]:
    """Give `total` points by Webster's order, each slot between its whole bounds.

    A slot's k-th point is due at (k - 1/2) / weight. Start at the factor that fits the real
    figures, which is at most a few points off, then take back the last or add the next due.
    """
    factor = _factor(slots, Fraction(total))
    points = [
        int(min(max(Fraction(floor(factor * s.weight + Fraction(1, 2))), s.low), s.high))
        for s in slots
    ]

    def due(i: int, point: int) -> tuple[Fraction, int]:
        return (point - Fraction(1, 2)) / slots[i].weight, i

    while sum(points) > total:
        last = max(due(i, p) for i, p in enumerate(points) if p > slots[i].low)
        points[last[1]] -= 1
    while sum(points) < total:
        first = min(due(i, p + 1) for i, p in enumerate(points) if p < slots[i].high)
        points[first[1]] += 1
    return tuple(points)


def _largest_remainder(quotas: Sequence[Fraction]) -> tuple[int, ...]:
    whole = [floor(quota) for quota in quotas]
    left = int(sum(quotas, Fraction(0))) - sum(whole)
    by_remainder = sorted(range(len(quotas)), key=lambda i: (whole[i] - quotas[i], i))
    for i in by_remainder[:left]:
        whole[i] += 1
    return tuple(whole)
