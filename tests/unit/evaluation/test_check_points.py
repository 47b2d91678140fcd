from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from consumer.evaluation.check_points import point_metrics, points
from consumer.evaluation.reviewed import Reviewed

Spoil = Callable[..., list[Reviewed]]
Row = Callable[..., Any]


def _given(one: Reviewed, xp: list[int]) -> dict[str, Any]:
    awards = zip(one.review.xp.dimensions, xp, strict=True)
    dimensions = tuple(award.model_copy(update={"xp": points}) for award, points in awards)
    return {"xp": one.review.xp.model_copy(update={"dimensions": dimensions})}


def _is_twin(factor: str) -> Callable[[Reviewed], bool]:
    return lambda one: one.truth.twin is not None and one.truth.twin.factor == factor


def _has_room(one: Reviewed) -> bool:
    return len(one.review.xp.dimensions) > 1 and one.arc.trigger.xp.expected_total > 1


def test_points_by_rules_break_no_rule(reviewed: tuple[Reviewed, ...]) -> None:
    broken = [m.name for m in point_metrics(reviewed) if m.name.startswith("XP") and not m.passed]
    assert broken == []


def test_points_that_miss_the_total_are_counted(
    reviewed: tuple[Reviewed, ...], spoil: Spoil, row: Row
) -> None:
    def one_more(one: Reviewed) -> dict[str, Any]:
        first, *rest = points(one).values()
        return _given(one, [first + 1, *rest])

    assert row(point_metrics(spoil(reviewed, one_more)), "XP: sum").value == 1


def test_points_below_nothing_or_above_a_cap_are_counted(
    reviewed: tuple[Reviewed, ...], spoil: Spoil, row: Row
) -> None:
    def swung(one: Reviewed) -> dict[str, Any]:
        first, second, *rest = points(one).values()
        return _given(one, [first + second + 10**6, -(10**6), *rest])

    spoiled = spoil(reviewed, swung, where=_has_room)
    assert row(point_metrics(spoiled), "XP: sum").value == 0
    assert row(point_metrics(spoiled), "XP: bounds").value == 1


def test_points_that_fall_where_the_evidence_rose_are_counted(
    reviewed: tuple[Reviewed, ...], spoil: Spoil, row: Row
) -> None:
    def fallen(one: Reviewed) -> dict[str, Any]:
        assert one.truth.twin is not None
        lowered = {**points(one), str(one.truth.twin.touches): -1}
        return _given(one, list(lowered.values()))

    spoiled = spoil(reviewed, fallen, where=_is_twin("improved"))
    assert row(point_metrics(spoiled), "XP: monotone").value == 1


def test_points_that_hang_on_the_order_are_counted(
    reviewed: tuple[Reviewed, ...], spoil: Spoil, row: Row
) -> None:
    def other(one: Reviewed) -> dict[str, Any]:
        return _given(one, [value + 1 for value in points(one).values()])

    spoiled = spoil(reviewed, other, where=_is_twin("shuffled"))
    assert row(point_metrics(spoiled), "XP: order").value == 1


@pytest.mark.parametrize("name", ["XP: monotone", "XP: order", "planted quality"])
def test_what_no_run_can_show_is_not_judged(
    reviewed: tuple[Reviewed, ...], row: Row, name: str
) -> None:
    thin = [one for one in reviewed if not one.truth.above_minimum]
    metric = row(point_metrics(thin), name)
    assert (metric.value, metric.passed) == (None, None)


def test_points_against_the_quality_are_told(reviewed: tuple[Reviewed, ...], row: Row) -> None:
    def turned(one: Reviewed) -> Reviewed:
        values = sorted(one.truth.quality.values())
        order = sorted(one.truth.quality, key=lambda key: points(one)[key] / _cap(one, key))
        worst = dict(zip(order, reversed(values), strict=True))
        return replace(one, truth=one.truth.model_copy(update={"quality": worst}))

    metric = row(point_metrics([turned(one) for one in reviewed]), "planted quality")
    assert metric.passed is False
    assert metric.value < 0


def _cap(one: Reviewed, dimension_id: str) -> int:
    plan = one.arc.trigger.xp.dimensions
    return next(d.max_xp or 1 for d in plan if d.dimension_id == dimension_id)
