"""What rules say of a run where a usual sentence would be false of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.reviewing.rules.pattern_issues import recurring_issue
from consumer.reviewing.rules.pattern_progress import independence, stuck
from consumer.reviewing.rules.pattern_words import help_seeking
from consumer.reviewing.rules.patterns import patterns_of
from consumer.reviewing.rules.pushes import pushes_of
from consumer.reviewing.rules.reading import Reading, reading_of
from consumer.reviewing.rules.sticking import sticking_points_of
from consumer.reviewing.rules.strengths import strengths_of
from consumer.reviewing.rules.summary import summary_of
from consumer.signals.compute import compute
from schemas.events import Issue, ObjectiveRolledUp
from schemas.review import Signal

KIND = "unstated_assumption"


def _with(arc: Arc, change: Callable[[int], dict[str, Any]]) -> tuple[ObjectiveRolledUp, ...]:
    """Return the arc's objectives, each changed by its number."""
    return tuple(
        o.model_copy(update=change(number)) for number, o in enumerate(arc.objectives, start=1)
    )


def _hit(numbers: Sequence[int], *, told: int, number: int) -> dict[str, Any]:
    return {
        "issues": (Issue(kind=KIND, note=f"File {number}."),) if number in numbers else (),
        "feedback": "You left an unstated assumption." if number == told else None,
    }


def test_single_good_results_are_named_only_where_there_are_some(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    signal = make_signal("stuck", "present", name="the whole run", value=18.0)
    failing = make_arc(objectives=_with(make_arc(), lambda _: {"attempts": 2}))
    said = " ".join(stuck(reading_of(failing, (signal,)), signal).sentences)
    assert "Not a single first try came right" in said
    assert "Single good results" not in said
    mixed = " ".join(stuck(reading_of(make_arc(), (signal,)), signal).sentences)
    assert "Single good results are there" in mixed


def test_scores_that_stood_did_not_go_from_one_figure_to_the_same(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    signal = make_signal("independence", "worsening", value=3.0)
    arc = make_arc(objectives=_with(make_arc(), lambda _: {"score": 0.8}))
    sentences = independence(reading_of(arc, (signal,)), signal).sentences
    assert sentences[-1] == "Your mean score stood at 0.80 meanwhile, early and late."


@pytest.mark.parametrize(
    ("hits", "said"),
    [
        ((1, 2, 4, 5, 8), "in the stages that followed it was noted on none of nine. That is a "),
        ((1, 2, 4, 5, 12), "it was there again on one of nine. Being told has not been enough"),
    ],
)
def test_being_told_was_not_enough_only_where_it_came_again_in_a_later_stage(
    hits: tuple[int, ...],
    said: str,
    *,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Signal],
) -> None:
    """The feedback comes with the first objective of the third stage, the fifth hit after it."""
    signal = make_signal("recurring_issue", "present", name=KIND, value=0.3)
    arc = make_arc(objectives=_with(make_arc(), lambda n: _hit(hits, told=7, number=n)))
    text = " ".join(recurring_issue(reading_of(arc, (signal,)), signal).sentences)
    assert said in text


def test_feedback_in_the_last_stage_was_not_yet_put_to_the_test(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    signal = make_signal("recurring_issue", "present", name=KIND, value=0.3)
    arc = make_arc(objectives=_with(make_arc(), lambda n: _hit((1, 4, 7, 18), told=17, number=n)))
    text = " ".join(recurring_issue(reading_of(arc, (signal,)), signal).sentences)
    assert "Being told" not in text


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("unclear", "Whether that is more than usual this run alone cannot tell"),
        ("absent", "That is no more than can be expected of it"),
    ],
)
def test_a_kind_that_nothing_could_be_held_against_is_not_called_usual(
    verdict: str,
    said: str,
    *,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Signal],
) -> None:
    signal = make_signal("recurring_issue", verdict, name=KIND, value=0.6)
    arc = make_arc(objectives=_with(make_arc(), lambda n: _hit(range(1, 12), told=0, number=n)))
    point = sticking_points_of(reading_of(arc, (signal,)), praised=())[0]
    assert said in point.statement


def test_one_objective_alone_shares_no_mark(make_arc: Callable[..., Any]) -> None:
    def change(number: int) -> dict[str, Any]:
        kinds = {1: KIND, 2: KIND, 3: KIND, 4: "late_update", 5: "late_update"}
        issues = (Issue(kind=kinds[number]),) if number in kinds else ()
        return {"issues": issues, "feedback": None, "score": 0.9}

    arc = make_arc(objectives=_with(make_arc(), change))
    points = sticking_points_of(reading_of(arc, ()), praised={arc.objectives[3].objective_id})
    assert points[1].statement.startswith("“Piece E of the work” carries the mark late update;")


def test_of_several_that_ended_lowest_one_is_called_one_of_them(
    make_arc: Callable[..., Any],
) -> None:
    alike = make_arc(objectives=_with(make_arc(), lambda _: {"score": 0.5, "issues": ()}))
    assert "is among those that ended lowest" in _points(alike)
    lone = {"score": 0.9, "issues": ()}
    alone = _with(make_arc(), lambda n: {**lone, "score": 0.5} if n == 7 else lone)
    assert "“Piece G of the work” ended lowest" in _points(make_arc(objectives=alone))


def test_a_hint_before_the_first_try_that_was_not_counted_is_still_a_hint(
    make_arc: Callable[..., Any],
) -> None:
    asked = _with(
        make_arc(), lambda n: {"hints": 0, "hint_before_first_attempt": n == 18, "issues": ()}
    )
    whys = [push.why for push in pushes_of(reading_of(make_arc(objectives=asked), ()))]
    assert (
        "On “Piece R of the work”, late in the run, you still took a hint before the first try."
        in whys
    )


def test_all_messages_are_not_called_a_hundred_per_cent(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    signal = make_signal("help_seeking", "present", name="questions that name it", value=1.0, n=20)
    sentences = help_seeking(reading_of(make_arc(), (signal,)), signal).sentences
    assert sentences[0] == "All of your 20 messages were questions that name it."


def test_nothing_else_is_said_to_repeat_only_beside_a_single_pattern(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    pace = make_signal("pace", "improving", value=-12.4, unit="percent")
    notes = make_signal("writing", "improving", name="sentences that give evidence")
    assert "Nothing else repeats" in _summary(reading_of(make_arc(), (pace,)))
    assert "Nothing else repeats" not in _summary(reading_of(make_arc(), (pace, notes)))


def test_scores_are_not_said_to_stand_apart_from_an_issue_that_lowers_them(
    make_arc: Callable[..., Any],
) -> None:
    arc = make_arc(
        objectives=_with(
            make_arc(),
            lambda n: {
                **_hit((1, 4, 7, 10, 13, 16), told=0, number=n),
                "score": 0.5 if n % 3 == 1 else 0.9,
            },
        )
    )
    reading = reading_of(arc, compute(arc, base_rates={KIND: 0.02}))
    assert any(p.kind == "recurring_issue" for p in patterns_of(reading))
    assert "did not move" not in _summary(reading)


def _points(arc: Arc) -> str:
    return " ".join(p.statement for p in sticking_points_of(reading_of(arc, ()), praised=()))


def _summary(reading: Reading) -> str:
    return summary_of(reading, patterns_of(reading), statements=4)


def test_where_only_first_tries_fell_short_there_is_still_something_to_push_on(
    make_arc: Callable[..., Any],
) -> None:
    bare = {"issues": (), "hints": 0, "hint_before_first_attempt": False, "score": 0.9}
    arc = make_arc(objectives=_with(make_arc(), lambda _: bare))
    (push,) = pushes_of(reading_of(arc, ()))
    assert push.action.startswith("Write down what your first try at “Piece A of the work” lacked")
    assert push.why == "It took two attempts, from 0.40 at the first to 0.90 at the last."


def test_a_stage_that_took_hints_is_not_said_to_have_nothing_to_mend(
    make_arc: Callable[..., Any],
) -> None:
    clean = {"issues": (), "attempts": 1, "score": 0.9, "first_score": 0.9}
    helped = make_arc(objectives=_with(make_arc(), lambda _: {**clean, "hints": 1}))
    assert _strengths(helped).count("went through without an issue") == 1
    mixed = _with(make_arc(), lambda n: {**clean, "hints": int(n < 7)})
    assert "“Sort” has nothing to mend" in _strengths(make_arc(objectives=mixed))
    assert "nothing to mend" not in _strengths(helped)


def _strengths(arc: Arc) -> str:
    return " ".join(strength.statement for strength in strengths_of(reading_of(arc, ())))


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Why did it break?", "“Why did it break”"),
        ("Write the note.", "“Write the note”"),
        ("Write “the” note", "An objective of “Frame”"),
        ("long " * 60, "An objective of “Frame”"),
    ],
)
def test_an_objective_is_named_however_its_title_is_written(
    title: str, name: str, *, make_arc: Callable[..., Any]
) -> None:
    clean = {"issues": (), "hints": 0, "attempts": 1, "first_score": None, "score": 0.8}
    arc = make_arc(
        objectives=_with(
            make_arc(), lambda n: {**clean, "title": title, "score": 0.99} if n == 1 else clean
        )
    )
    said = strengths_of(reading_of(arc, ()))[0].statement
    assert said.startswith(f"{name} came right at the first try and without a hint, at 0.99.")


def test_a_stage_whose_title_is_a_question_is_named_without_its_mark(
    make_arc: Callable[..., Any],
) -> None:
    arc = make_arc()
    asked = tuple(s.model_copy(update={"title": f"{s.title} what?"}) for s in arc.stages)
    arc = replace(arc, trigger=arc.trigger.model_copy(update={"stages": asked}))
    reading = reading_of(arc, ())
    assert reading.stage("s1") == "“Frame what”"
    assert reading.stands("It was noted in “Frame what” and in “Gather what”.", ())
