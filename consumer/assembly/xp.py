"""XP: exact integers from the rollups, with a bounded say for the model.

Quality of one rollup, 0.05 to 1:  outcome x (1 - .05 x extra attempts) x (1 - .05 x hints),
where outcome is `score`, else `first_score`, else .5 for an objective that was tried and 0 for one
that was not; at most four extra attempts and four hints count. It rises with the score and falls
with attempts and hints; no text enters, so text cannot buy points.

A dimension's weight is the mean quality of the rollups that exercise it x `max_xp` (else 1),
however many they are; a dimension without rollups gets the mean weight of the others. Shares are
proportional to weights within the caps (water-filling). A model's figure is clamped into a band
around its share and the cap, then all are scaled together, within the same bounds, to the
total. Integers by largest remainder (Hamilton's method), ties in the order of the event.

Monotone: where one weight rises and no other changes, that share, band, scaled figure and integer
do not fall, because each step raises this one only at the expense of the others. Arithmetic is
exact (`Fraction`), so neither order nor rounding changes a point.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, fsum

from schemas.events import ObjectiveRolledUp, XpDimension, XpPlan

LOWEST_QUALITY = 0.05
UNKNOWN_OUTCOME = 0.5
STEP = 0.05
MAX_STEPS = 4
# Beyond any real figure, and small enough that a sum of twelve stays finite.
_RAW_LIMIT = 1e15


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


def quality(rollup: ObjectiveRolledUp) -> float:
    """Return how well one objective went, 0.05 to 1, rounded to six places."""
    outcome = rollup.score if rollup.score is not None else rollup.first_score
    if outcome is None:
        outcome = UNKNOWN_OUTCOME if rollup.attempts > 0 else 0.0
    extra = min(max(rollup.attempts - 1, 0), MAX_STEPS)
    hints = min(rollup.hints, MAX_STEPS)
    value = outcome * (1 - STEP * extra) * (1 - STEP * hints)
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
    total = Fraction(plan.expected_total)
    weights = _weights(plan.dimensions, objectives)
    caps = [total if d.max_xp is None else Fraction(d.max_xp) for d in plan.dimensions]
    free = [
        _Slot(weight=w, low=Fraction(0), high=min(cap, total))
        for w, cap in zip(weights, caps, strict=True)
    ]
    shares = _fill(free, total)
    if raw is None:
        xp = _largest_remainder(shares)
        return XpPoints(xp=xp, raw=None, raw_total=None, normalized=False, clamped=False)
    said = [_said(raw.get(d.dimension_id, 0.0)) for d in plan.dimensions]
    width = Fraction(str(min(max(band, 0.0), 1.0)))
    bounded = [
        _within_band(figure, share=share, cap=cap, width=width)
        for figure, share, cap in zip(said, shares, caps, strict=True)
    ]
    xp = _largest_remainder(_fill(bounded, total))
    return XpPoints(
        xp=xp,
        raw=tuple(said),
        raw_total=fsum(said),
        normalized=any(x != slot.weight for x, slot in zip(xp, bounded, strict=True)),
        clamped=any(Fraction(f) != slot.weight for f, slot in zip(said, bounded, strict=True)),
    )


def _said(figure: float) -> float:
    return min(max(figure, -_RAW_LIMIT), _RAW_LIMIT)


def _within_band(figure: float, *, share: Fraction, cap: Fraction, width: Fraction) -> _Slot:
    low = share * (1 - width)
    high = min(share * (1 + width), cap)
    return _Slot(weight=min(max(Fraction(figure), low), high), low=low, high=high)


def _weights(
    dimensions: Sequence[XpDimension], objectives: Sequence[ObjectiveRolledUp]
) -> list[Fraction]:
    units = [Fraction(1 if d.max_xp is None else d.max_xp) for d in dimensions]
    measured: list[Fraction | None] = []
    for dimension, unit in zip(dimensions, units, strict=True):
        exercised = rollups_of(dimension.dimension_id, objectives)
        qualities = [Fraction(str(quality(o))) for o in exercised]
        mean = sum(qualities, Fraction(0)) / len(qualities) if qualities else None
        measured.append(None if mean is None else mean * unit)
    known = [weight for weight in measured if weight is not None]
    if not known:
        return units
    middle = sum(known, Fraction(0)) / len(known)
    return [middle if weight is None else weight for weight in measured]


def _fill(slots: Sequence[_Slot], total: Fraction) -> list[Fraction]:
    """Scale weights by one factor so that, each held in its bounds, they sum to `total`.

    Needs sum(low) <= total <= sum(high). Where positive weights cannot reach `total`, because all
    of them stand at their upper bound, the rest goes to the others in proportion to their room.
    """

    def amounts(factor: Fraction) -> list[Fraction]:
        return [min(max(factor * s.weight, s.low), s.high) for s in slots]

    filled = amounts(_factor(slots, total, amounts))
    missing = total - sum(filled, Fraction(0))
    if missing > 0:
        room = [s.high - x for s, x in zip(slots, filled, strict=True)]
        filled = [
            x + missing * r / sum(room, Fraction(0)) for x, r in zip(filled, room, strict=True)
        ]
    return filled


def _factor(
    slots: Sequence[_Slot],
    total: Fraction,
    amounts: Callable[[Fraction], list[Fraction]],
) -> Fraction:
    """Return the factor at which the bounded weights sum to `total`, or the greatest useful one.

    The sum is piecewise linear and never falls in the factor; its bends are where a weight meets
    a bound, so the answer lies on the line between two neighbouring bends.
    """
    weighted = [s for s in slots if s.weight > 0]
    bends = sorted({Fraction(0)} | {b / s.weight for s in weighted for b in (s.low, s.high)})
    before = bends[0]
    sum_before = sum(amounts(before), Fraction(0))
    for bend in bends[1:]:
        sum_here = sum(amounts(bend), Fraction(0))
        if sum_here >= total:
            if sum_here == sum_before:
                return before
            return before + (bend - before) * (total - sum_before) / (sum_here - sum_before)
        before, sum_before = bend, sum_here
    return before


def _largest_remainder(quotas: Sequence[Fraction]) -> tuple[int, ...]:
    whole = [floor(quota) for quota in quotas]
    left = int(sum(quotas, Fraction(0))) - sum(whole)
    by_remainder = sorted(range(len(quotas)), key=lambda i: (whole[i] - quotas[i], i))
    for i in by_remainder[:left]:
        whole[i] += 1
    return tuple(whole)
