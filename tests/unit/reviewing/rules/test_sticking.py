"""Sticking points: what is noted on how many objectives."""

from collections.abc import Callable
from typing import Any

from consumer.reviewing.rules.reading import reading_of
from consumer.reviewing.rules.sticking import sticking_points_of
from schemas.events import Issue
from schemas.review import Signal


def _said(make_arc: Callable[..., Any], shown: set[int], chances: set[int]) -> str:
    """Return what is said of a kind shown by, and possible on, the objectives of those numbers."""
    objectives = tuple(
        o.model_copy(
            update={
                "issues": (Issue(kind="late_update"),) if number in shown else (),
                "opportunities": ("late_update",) if number in chances else (),
                "score": 0.9,
            }
        )
        for number, o in enumerate(make_arc().objectives, start=1)
    )
    arc = make_arc(objectives=objectives)
    (point,) = sticking_points_of(reading_of(arc, ()), praised=())
    return point.statement


def test_a_kind_is_noted_on_a_part_of_the_objectives_where_it_could_be(
    make_arc: Callable[..., Any],
) -> None:
    said = _said(make_arc, shown={2, 5}, chances={2, 5, 8, 11})
    assert said.startswith("Late update was noted on two of four objectives, the last of them ")


def test_a_kind_noted_where_it_could_not_be_by_the_record_is_a_part_of_nothing(
    make_arc: Callable[..., Any],
) -> None:
    said = _said(make_arc, shown={2, 5, 9}, chances={2, 5, 8, 11})
    assert said.startswith("Late update was noted on three objectives, the last of them ")


Changes = dict[int, dict[str, Any]]


def _points(make_arc: Callable[..., Any], changes: Changes, *signals: Signal) -> list[str]:
    """Return what stuck where the objectives of those numbers differ from well done ones."""
    well = {"attempts": 1, "hints": 0, "score": 0.9, "first_score": 0.9, "issues": ()}
    objectives = tuple(
        o.model_copy(update={**well, "feedback": None, **changes.get(number, {})})
        for number, o in enumerate(make_arc().objectives, start=1)
    )
    reading = reading_of(make_arc(objectives=objectives), signals)
    return [point.statement for point in sticking_points_of(reading, praised=())]


def _marked(kind: str, *numbers: int, **changes: Any) -> Changes:
    return {number: {"issues": (Issue(kind=kind),), **changes} for number in numbers}


def test_the_lowest_is_told_with_its_score_tries_and_hints(make_arc: Callable[..., Any]) -> None:
    helped = {"score": 0.4, "attempts": 2, "hints": 3}
    assert _points(make_arc, {7: helped, 8: {"score": 0.5}}) == [
        "“Piece G of the work” ended lowest, at 0.40 after two attempts and three hints."
    ]
    assert _points(make_arc, {7: helped | {"hints": 0}}) == [
        "“Piece G of the work” ended lowest, at 0.40 after two attempts without a hint."
    ]


def test_of_two_alike_the_one_that_took_more_tries_is_told(make_arc: Callable[..., Any]) -> None:
    (said,) = _points(make_arc, {7: {"score": 0.4}, 8: {"score": 0.4, "attempts": 2}})
    assert said.startswith("“Piece H of the work” is among those that ended lowest")


def test_what_just_reached_the_pass_mark_did_not_get_stuck(make_arc: Callable[..., Any]) -> None:
    assert _points(make_arc, {7: {"score": 0.7}}) == []


def test_the_one_that_took_most_tries_is_told_once(make_arc: Callable[..., Any]) -> None:
    said = "It took five attempts on “Piece I of the work” before it stood at 0.90."
    assert _points(make_arc, {8: {"attempts": 3}, 9: {"attempts": 5}}) == [said]
    (lowest,) = _points(make_arc, {7: {"score": 0.4, "attempts": 4}})
    assert "ended lowest" in lowest


def test_a_kind_seen_once_or_gone_since_did_not_stick(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    assert _points(make_arc, _marked("late_update", 4)) == []
    gone = make_signal("fixed_issue", "improving", name="late_update", value=0.3)
    seen = _marked("late_update", 2, 3, 5)
    assert _points(make_arc, seen) != []
    assert _points(make_arc, seen, gone) == []


def test_three_hits_are_too_few_to_call_a_pattern(make_arc: Callable[..., Any]) -> None:
    (three,) = _points(make_arc, _marked("late_update", 2, 3, 5))
    assert "too thin to call it a pattern" in three


def test_the_kind_behind_the_low_results_comes_first(make_arc: Callable[..., Any]) -> None:
    often = _marked("late_update", 1, 2, 3, 4)
    costly = _marked("vague_owner", 10, 11, score=0.5)
    assert _points(make_arc, often | costly)[0].startswith("Vague owner was noted on two")


def test_of_a_kind_that_is_a_pattern_the_last_place_or_the_cost_is_told(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    claim = make_signal("recurring_issue", "present", name="late_update", value=0.3)
    harmless = _marked("late_update", 2, 5, 8, 11)
    assert _points(make_arc, harmless, claim) == [
        "Late update was last noted on “Piece K of the work”; no result fell below the mark for it."
    ]
    costly = harmless | _marked("late_update", 2, 5, 8, score=0.5)
    assert _points(make_arc, costly, claim)[0] == (
        "Late update goes with the low results: three objectives marked with it ended below the "
        "pass mark, among them “Piece E of the work” and “Piece H of the work”."
    )
    two = harmless | _marked("late_update", 2, 5, score=0.5)
    assert "pass mark, “Piece B of the work” and “Piece E" in _points(make_arc, two, claim)[0]


def test_what_is_praised_is_not_told_to_have_cost_much(make_arc: Callable[..., Any]) -> None:
    objectives = tuple(
        o.model_copy(update={"score": 0.9, "issues": (), "attempts": 5 if number == 9 else 1})
        for number, o in enumerate(make_arc().objectives, start=1)
    )
    reading = reading_of(make_arc(objectives=objectives), ())
    assert len(sticking_points_of(reading, praised=())) == 1
    assert sticking_points_of(reading, praised={"o9"}) == ()
