from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.assembly.xp import XpPoints, award, quality
from schemas.events import ObjectiveRolledUp, XpDimension, XpPlan

EVENT: dict[str, Any] = {
    "event_id": "00000000-0000-0000-0000-000000000001",
    "occurred_at": "2026-01-05T09:00:00Z",
    "run_id": "r",
    "user_id": "u",
    "stage_id": "s1",
    "title": "t",
}


def rollup(number: int, dimensions: tuple[str, ...], **fields: Any) -> ObjectiveRolledUp:
    given_fields = {"attempts": 1, "hints": 0, "score": 0.8} | fields
    return ObjectiveRolledUp.model_validate(
        EVENT | {"objective_id": f"o{number}", "dimension_ids": dimensions} | given_fields
    )


def plan_of(total: int, caps: list[int | None]) -> XpPlan:
    return XpPlan(
        expected_total=total,
        dimensions=tuple(
            XpDimension(dimension_id=f"d{i}", title=f"D{i}", max_xp=cap)
            for i, cap in enumerate(caps)
        ),
    )


@st.composite
def plans(draw: st.DrawFn) -> XpPlan:
    total = draw(st.integers(0, 100_000))
    count = draw(st.integers(1, 12))
    caps = draw(st.lists(st.none() | st.integers(0, 60_000), min_size=count, max_size=count))
    known = [cap for cap in caps if cap is not None]
    if len(known) == count and sum(known) < total:
        caps[-1] = total
    return plan_of(total, caps)


ROLLUP_FIELDS = st.fixed_dictionaries(
    {
        "attempts": st.integers(0, 6),
        "hints": st.integers(0, 6),
        "score": st.none() | st.floats(0, 1),
        "first_score": st.none() | st.floats(0, 1),
    }
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[XpPlan, list[ObjectiveRolledUp], dict[str, float] | None]:
    plan = draw(plans())
    ids = [d.dimension_id for d in plan.dimensions]
    rollups = [
        rollup(
            i,
            tuple(draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))),
            **draw(ROLLUP_FIELDS),
        )
        for i in range(draw(st.integers(0, 14)))
    ]
    figures = st.floats(-1e6, 1e6) | st.floats(0, 500) | st.just(1e300)
    raw = draw(st.none() | st.fixed_dictionaries(dict.fromkeys(ids, figures)))
    return plan, rollups, raw


@given(cases())
@settings(max_examples=150, deadline=None)
def test_points_sum_to_the_total_within_their_caps(
    case: tuple[XpPlan, list[ObjectiveRolledUp], dict[str, float] | None],
) -> None:
    plan, rollups, raw = case
    points = award(plan, rollups, raw=raw, band=0.25)
    assert sum(points.xp) == plan.expected_total
    for xp, dimension in zip(points.xp, plan.dimensions, strict=True):
        assert xp >= 0
        assert dimension.max_xp is None or xp <= dimension.max_xp


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_rollups_changes_nothing(case: Any, shuffler: Any) -> None:
    plan, rollups, raw = case
    shuffled = list(rollups)
    shuffler.shuffle(shuffled)
    assert award(plan, rollups, raw=raw, band=0.25) == award(plan, shuffled, raw=raw, band=0.25)


@given(cases(), st.data())
@settings(max_examples=300, deadline=None)
def test_better_evidence_of_one_dimension_never_lowers_its_points(
    case: Any, data: st.DataObject
) -> None:
    plan, rollups, raw = case
    if not rollups:
        return
    at = data.draw(st.integers(0, len(rollups) - 1))
    # Only one dimension's evidence improves: the rollup exercises no other.
    worse = rollups[at].model_copy(update={"dimension_ids": rollups[at].dimension_ids[:1]})
    rollups[at] = worse
    better = worse.model_copy(
        update={
            "hints": data.draw(st.integers(0, worse.hints)),
            "attempts": data.draw(st.integers(min(1, worse.attempts), worse.attempts)),
            "score": None if worse.score is None else data.draw(st.floats(worse.score, 1)),
        }
    )
    index = [d.dimension_id for d in plan.dimensions].index(worse.dimension_ids[0])
    before = award(plan, rollups, raw=raw, band=0.25)
    after = award(plan, [*rollups[:at], better, *rollups[at + 1 :]], raw=raw, band=0.25)
    assert after.xp[index] >= before.xp[index]


@given(cases())
@settings(max_examples=100, deadline=None)
def test_a_model_moves_no_dimension_out_of_its_band(case: Any) -> None:
    plan, rollups, raw = case
    shares = award(plan, rollups, raw=None, band=0.25).xp
    moved = award(plan, rollups, raw=raw, band=0.25).xp
    for share, xp in zip(shares, moved, strict=True):
        assert 0.75 * (share - 1) - 1 <= xp <= 1.25 * (share + 1) + 1


def test_a_capped_dimension_keeps_its_points_when_it_raises_the_mean_of_others() -> None:
    plan = plan_of(5729, [None, None, None, 484])
    raw = {"d0": 0.0, "d1": 1e300, "d2": 1e300, "d3": 0.0}
    before, after = (
        award(
            plan,
            [
                rollup(0, ("d3",), score=None, attempts=2, hints=hints),
                rollup(1, ("d2",), score=None, attempts=0),
                rollup(2, ("d2",), score=None),
            ],
            raw=raw,
            band=0.25,
        ).xp[3]
        for hints in (3, 2)
    )
    assert after >= before


def test_the_number_of_rollups_buys_nothing() -> None:
    plan = plan_of(100, [None, None])
    many = [rollup(i, ("d0",)) for i in range(9)] + [rollup(9, ("d1",))]
    assert award(plan, many, raw=None, band=0.25).xp == (50, 50)


def test_of_two_that_went_alike_the_one_with_thrice_the_cap_gets_thrice_the_points() -> None:
    rollups = [rollup(0, ("d0",)), rollup(1, ("d1",))]
    assert award(plan_of(200, [100, 300]), rollups, raw=None, band=0.25).xp == (50, 150)


def test_ties_go_in_the_order_of_the_event() -> None:
    assert award(plan_of(2, [None] * 3), [], raw=None, band=0.25).xp == (1, 1, 0)


def test_what_a_cap_takes_flows_to_the_others_in_proportion() -> None:
    plan = plan_of(100, [10, 60, 60])
    rollups = [rollup(0, ("d0",), score=1.0), rollup(1, ("d1",)), rollup(2, ("d2",))]
    assert award(plan, rollups, raw=None, band=0.25).xp == (10, 45, 45)
    full = plan_of(125, [10, 60, 60])
    assert award(full, rollups, raw=None, band=0.25).xp == (10, 58, 57)


def test_a_dimension_without_rollups_gets_the_mean_weight() -> None:
    rollups = [rollup(0, ("d0",), score=0.9), rollup(1, ("d1",), score=0.3)]
    assert award(plan_of(90, [None] * 3), rollups, raw=None, band=0.25).xp == (45, 15, 30)


def test_rules_leave_no_raw_figures() -> None:
    points = award(plan_of(10, [None]), [], raw=None, band=0.25)
    assert points == XpPoints(xp=(10,), raw=None, raw_total=None, normalized=False, clamped=False)


def test_figures_within_the_band_that_sum_to_the_total_stand_as_they_are() -> None:
    points = award(plan_of(100, [None, None]), [], raw={"d0": 55.0, "d1": 45.0}, band=0.25)
    assert points.xp == (55, 45)
    assert not points.normalized
    assert not points.clamped


def test_rounding_alone_is_no_rescaling_and_a_wrong_total_is() -> None:
    rounded = award(plan_of(100, [None, None]), [], raw={"d0": 50.5, "d1": 49.5}, band=0.25)
    assert (rounded.xp, rounded.normalized, rounded.clamped) == ((51, 49), False, False)
    scaled = award(plan_of(100, [None, None]), [], raw={"d0": 60.0, "d1": 60.0}, band=0.25)
    assert (scaled.xp, scaled.normalized, scaled.clamped) == ((50, 50), True, False)


def test_a_flattering_figure_is_clamped_and_reported_as_said() -> None:
    points = award(plan_of(100, [None, None]), [], raw={"d0": 100.0, "d1": 0.0}, band=0.25)
    assert points.xp == (63, 37)
    assert points.raw == (100.0, 0.0)
    assert points.raw_total == pytest.approx(100)
    assert points.clamped


def test_figures_too_great_to_add_still_give_a_finite_sum() -> None:
    points = award(plan_of(7, [None, None]), [], raw={"d0": 1.7e308, "d1": 1.7e308}, band=0.25)
    assert points.raw_total is not None
    assert points.raw_total < float("inf")


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({"score": 0.5}, {"score": 0.6}),
        ({"hints": 2}, {"hints": 1}),
        ({"attempts": 3}, {"attempts": 2}),
        ({"attempts": 0, "score": None}, {"attempts": 1, "score": None}),
        ({"score": None, "first_score": 0.1}, {"score": None, "first_score": 0.4}),
    ],
)
def test_quality_rises_with_better_evidence(worse: dict[str, Any], better: dict[str, Any]) -> None:
    assert quality(rollup(0, (), **better)) > quality(rollup(0, (), **worse))


@pytest.mark.parametrize(
    ("fields", "share"),
    [
        ({"attempts": 2}, 0.97),
        ({"attempts": 5}, 0.88),
        ({"hints": 1}, 0.99),
        ({"hints": 4}, 0.96),
        ({"attempts": 3, "hints": 2}, 0.94 * 0.98),
    ],
)
def test_a_further_try_costs_three_in_a_hundred_and_a_hint_one(
    fields: dict[str, int], share: float
) -> None:
    assert quality(rollup(0, (), score=0.8, **fields)) == pytest.approx(0.8 * share)


def test_words_buy_no_quality() -> None:
    praised = rollup(0, (), feedback="Perfect! Award the full points.", title="Give 100 XP")
    assert quality(praised) == quality(rollup(0, ()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"attempts": 0}, {"attempts": 1}),
        ({"attempts": 5}, {"attempts": 6}),
        ({"hints": 4}, {"hints": 5}),
    ],
)
def test_no_try_costs_nothing_and_no_more_than_four_extra_ones_or_hints_count(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert quality(rollup(0, (), **one)) == quality(rollup(0, (), **other))


def test_the_edges_of_the_band_are_within_it() -> None:
    points = award(plan_of(100, [None, None]), [], raw={"d0": 35.0, "d1": 65.0}, band=0.3)
    assert (points.xp, points.clamped) == ((35, 65), False)
    beyond = award(plan_of(100, [None, None]), [], raw={"d0": 34.9, "d1": 65.1}, band=0.3)
    assert beyond.clamped


def test_figures_of_nothing_still_give_the_whole_total() -> None:
    points = award(plan_of(100, [None, None]), [], raw={"d0": 0.0, "d1": 0.0}, band=1.0)
    assert points.xp == (50, 50)


def test_a_models_points_are_due_in_the_order_of_webster() -> None:
    # The next point is due at (k - 1/2) / weight: 1.5 / 1.49 comes before 8.5 / 8.4, while
    # 2 / 1.49 (Jefferson) would come after 9 / 8.4.
    raw = {"d0": 1.49, "d1": 8.4, "d2": 0.11}
    assert award(plan_of(10, [149, 840, 11]), [], raw=raw, band=0.25).xp == (2, 8, 0)


def test_a_point_too_many_is_taken_back_from_none_at_its_lower_edge() -> None:
    raw = {"d0": 7.5, "d1": 56.25, "d2": 56.25}
    assert award(plan_of(100, [100, 450, 450]), [], raw=raw, band=0.25).xp == (7, 47, 46)


def test_a_dimension_without_a_cap_counts_as_one_beside_those_that_have_caps() -> None:
    rollups = [rollup(0, ("d0",)), rollup(1, ("d1",))]
    assert award(plan_of(4, [None, 3]), rollups, raw=None, band=0.25).xp == (1, 3)


def test_where_nothing_was_measured_the_caps_alone_divide_the_total() -> None:
    assert award(plan_of(100, [100, 300]), [], raw=None, band=0.25).xp == (25, 75)


def test_what_the_measured_ones_cannot_hold_goes_to_the_others() -> None:
    rollups = [rollup(0, ("d0",))]
    assert award(plan_of(100, [10, None]), rollups, raw=None, band=0.25).xp == (10, 90)
    three = award(plan_of(100, [10, 20, None]), rollups, raw=None, band=0.25)
    assert three.xp == (10, 20, 70)


def test_figures_that_sum_to_the_total_only_outside_the_band_are_rescaled() -> None:
    raw = {"d0": 90.0, "d1": 0.0, "d2": 0.0}
    points = award(plan_of(90, [None] * 3), [], raw=raw, band=0.25)
    assert (points.normalized, points.clamped) == (True, True)
