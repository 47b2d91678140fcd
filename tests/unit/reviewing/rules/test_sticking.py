"""Sticking points: what is noted on how many objectives."""

from collections.abc import Callable, Collection
from typing import Any

import pytest

from consumer.arc import Arc
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


@pytest.fixture
def points(well_done: Callable[..., Arc]) -> Callable[..., list[str]]:
    """Return what stuck where the objectives of those numbers differ from well done ones."""

    def build(changes: Changes, *signals: Signal, praised: Collection[str] = ()) -> list[str]:
        reading = reading_of(well_done(changes), signals)
        return [point.statement for point in sticking_points_of(reading, praised=praised)]

    return build


def _marked(kind: str, *numbers: int, **changes: Any) -> Changes:
    return {number: {"issues": (Issue(kind=kind),), **changes} for number in numbers}


def test_the_lowest_is_told_with_its_score_tries_and_hints(
    points: Callable[..., list[str]],
) -> None:
    helped = {"score": 0.4, "attempts": 2, "hints": 3}
    assert points({7: helped, 8: {"score": 0.5}}) == [
        "“Piece G of the work” ended lowest, at 0.40 after two attempts and three hints."
    ]
    assert points({7: helped | {"hints": 0}}) == [
        "“Piece G of the work” ended lowest, at 0.40 after two attempts without a hint."
    ]


def test_of_two_alike_the_one_that_took_more_tries_is_told(
    points: Callable[..., list[str]],
) -> None:
    (said,) = points({7: {"score": 0.4}, 8: {"score": 0.4, "attempts": 2}})
    assert said.startswith("“Piece H of the work” is among those that ended lowest")


def test_what_just_reached_the_pass_mark_did_not_get_stuck(
    points: Callable[..., list[str]],
) -> None:
    assert points({7: {"score": 0.7}}) == []


def test_the_one_that_took_most_tries_is_told_once(points: Callable[..., list[str]]) -> None:
    said = "It took five attempts on “Piece I of the work” before it stood at 0.90."
    assert points({8: {"attempts": 3}, 9: {"attempts": 5}}) == [said]
    assert points({8: {"attempts": 3}, 9: {"attempts": 3, "hints": 1}}) == [
        "It took three attempts and one hint on “Piece I of the work” before it stood at 0.90."
    ]
    (lowest,) = points({7: {"score": 0.4, "attempts": 4}})
    assert "ended lowest" in lowest


def test_a_kind_seen_once_or_gone_since_did_not_stick(
    points: Callable[..., list[str]], make_signal: Callable[..., Signal]
) -> None:
    assert points(_marked("late_update", 4)) == []
    gone = make_signal("fixed_issue", "improving", name="late_update", value=0.3)
    seen = _marked("late_update", 2, 3, 5)
    assert points(seen) != []
    assert points(seen, gone) == []


def test_three_hits_are_too_few_to_call_a_pattern(points: Callable[..., list[str]]) -> None:
    (three,) = points(_marked("late_update", 2, 3, 5))
    assert "too thin to call it a pattern" in three


def test_the_kind_behind_the_low_results_comes_first(points: Callable[..., list[str]]) -> None:
    often = _marked("late_update", 1, 2, 3, 4)
    costly = _marked("vague_owner", 10, 11, score=0.5)
    assert points(often | costly)[0].startswith("Vague owner was noted on two")


def test_of_a_kind_that_is_a_pattern_the_last_place_or_the_cost_is_told(
    points: Callable[..., list[str]], make_signal: Callable[..., Signal]
) -> None:
    claim = make_signal("recurring_issue", "present", name="late_update", value=0.3)
    harmless = _marked("late_update", 2, 5, 8, 11)
    assert points(harmless, claim) == [
        "Late update was last noted on “Piece K of the work”; no result fell below the mark for it."
    ]
    costly = harmless | _marked("late_update", 2, 5, 8, score=0.5)
    assert points(costly, claim)[0] == (
        "Late update goes with the low results: three objectives marked with it ended below the "
        "pass mark, among them “Piece E of the work” and “Piece H of the work”."
    )
    two = harmless | _marked("late_update", 2, 5, score=0.5)
    assert "pass mark, “Piece B of the work” and “Piece E" in points(two, claim)[0]


def test_what_is_praised_is_not_told_to_have_cost_much(points: Callable[..., list[str]]) -> None:
    assert len(points({9: {"attempts": 5}})) == 1
    assert points({9: {"attempts": 5}}, praised={"o9"}) == []


def test_a_kind_that_is_a_pattern_comes_before_one_that_cost_more(
    points: Callable[..., list[str]], make_signal: Callable[..., Signal]
) -> None:
    claim = make_signal("recurring_issue", "present", name="late_update", value=0.3)
    costly = _marked("vague_owner", 10, 11, score=0.5)
    told = points(_marked("late_update", 1, 2, 3, 4) | costly, claim)
    assert told[0].startswith("Late update was last noted on")


def test_attempts_that_were_not_counted_are_not_told(points: Callable[..., list[str]]) -> None:
    lost = {"score": 0.4, "attempts": 0}
    assert points({7: lost}) == ["“Piece G of the work” ended lowest, at 0.40 without a hint."]
    assert points({7: lost | {"hints": 1}}) == [
        "“Piece G of the work” ended lowest, at 0.40 after one hint."
    ]


def test_a_second_kind_is_told_by_its_places_and_a_third_is_not(
    points: Callable[..., list[str]],
) -> None:
    many = _marked("late_update", 1, 2, 3, 4)
    assert points(many | _marked("vague_owner", 7, 8, 10) | _marked("no_source", 17, 18))[1:] == [
        (
            "“Piece G of the work”, “Piece H of the work” and “Piece J of the work” share the mark "
            "vague owner; that is too thin for a pattern."
        )
    ]
    more = points(many | _marked("vague_owner", 7, 10, 13, 16, 17))[0]
    assert more.startswith("Vague owner was noted on five of 18 objectives, the last of them “P")
    (first, second) = points(_marked("late_update", 1, 2, 4, 5, 6) | _marked("no_eta", 7, 8, 9, 10))
    assert first.startswith("Late update")
    assert second.endswith("share the mark “no eta”; nothing sets it apart from the rest.")


def test_a_kind_whose_words_do_not_stand_is_left_out(points: Callable[..., list[str]]) -> None:
    assert points(_marked(f"missed_97_{'very_' * 22}badly", 1, 2)) == []


def test_what_was_noted_is_quoted_from_what_the_point_names(
    well_done: Callable[..., Arc], make_signal: Callable[..., Signal]
) -> None:
    def cited(arc: Arc, *signals: Signal, praised: Collection[str] = ()) -> list[str | None]:
        (point, *_) = sticking_points_of(reading_of(arc, signals), praised=praised)
        return [c.quote or c.source_id for c in point.evidence]

    noted = {
        n: {"issues": (Issue(kind="late_update", note=f"It came late in piece number {n}."),)}
        for n in (1, 2, 4, 5, 6)
    }
    assert cited(well_done(noted)) == [f"It came late in piece number {n}." for n in (1, 2, 4, 6)]
    assert cited(well_done(noted), praised={"o1", "o6"})[0] == "It came late in piece number 2."
    low = {n: change | {"score": 0.5} for n, change in noted.items()}
    claim = make_signal("recurring_issue", "present", name="late_update", value=0.3)
    assert cited(well_done(low), claim) == [f"It came late in piece number {n}." for n in (5, 6)]
