from collections import Counter

from consumer.evaluation.factors import DECOYS, NOISE_CV, PASSING, SLOPES, Factors, draw

COUNT = 400


def _drawn() -> list[Factors]:
    return [draw(5, index) for index in range(COUNT)]


def _has_pattern(factors: Factors) -> bool:
    moved = factors.help not in {"none", "flat"}
    told = factors.rating_gap or factors.first_rise or factors.asking or factors.slope
    tried = factors.gains == "good" or factors.is_stuck
    written = factors.evidence != "usual"
    return bool(told) or factors.issue is not None or moved or written or tried


def test_the_same_seed_and_number_give_the_same_plan() -> None:
    assert _drawn() == _drawn()
    assert draw(5, 12) != draw(6, 12)


def test_two_fifths_have_no_pattern_and_a_fifth_lies_below_the_minimum() -> None:
    drawn = _drawn()
    assert sum(not _has_pattern(one) for one in drawn) >= 0.4 * COUNT
    thin = [one for one in drawn if one.thin]
    assert len(thin) >= 0.2 * COUNT
    assert not any(map(_has_pattern, thin))
    assert all(one.stages < 4 and sum(one.objectives) < 6 for one in thin)


def test_everything_that_may_be_planted_is_drawn() -> None:
    drawn = _drawn()
    assert {one.stages for one in drawn} == set(range(1, 11))
    assert {abs(one.slope) for one in drawn} == {0.0, *SLOPES}
    assert {one.slope > 0 for one in drawn if one.slope} == {True, False}
    assert {one.noise_cv for one in drawn} == set(NOISE_CV)
    assert {one.issue for one in drawn} == {None, "recurring", "fixed", "returning"}
    assert {one.help for one in drawn} == {"none", "flat", "independent", "avoiding", "leaning"}
    assert {one.evidence for one in drawn} == {"usual", "rising", "falling"}
    assert {one.rating_gap > 0 for one in drawn if one.rating_gap} == {True, False}
    assert {one.first_rise > 0 for one in drawn if one.first_rise} == {True, False}
    assert any(one.asking for one in drawn)
    assert {one.gains for one in drawn} == {"usual", "middling", "good"}
    assert any(one.is_stuck for one in drawn)
    assert {one.personas for one in drawn} == {0, 1, 2, 3}
    assert {len(one.quality) for one in drawn} == set(range(1, 13))
    assert {one.points for one in drawn} >= {1, 1000}
    assert Counter(one.artefacts for one in drawn)[0] > 0


def test_a_decoy_is_never_what_was_planted() -> None:
    touched = {one.touched for one in _drawn()} - {None}
    assert touched
    assert not touched & DECOYS


def test_some_with_another_pattern_just_about_pass_and_all_who_are_stuck_mostly_fail() -> None:
    drawn = _drawn()
    low, high = PASSING
    decoys = [
        one
        for one in drawn
        if _has_pattern(one) and all(low <= q <= high for q in one.quality) and not one.is_stuck
    ]
    assert len(decoys) > COUNT / 50
    assert all(max(one.quality) < 0.7 for one in drawn if one.is_stuck)
