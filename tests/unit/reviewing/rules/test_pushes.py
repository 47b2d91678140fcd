"""Pushes, word for word: each with its action, a reason from the record, and a check."""

from collections.abc import Callable
from dataclasses import replace
from string import ascii_lowercase
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.drafts import NextPushDraft
from consumer.reviewing.rules.pushes import pushes_of
from consumer.reviewing.rules.reading import reading_of
from schemas.events import Issue
from schemas.review import Signal

KIND = "unstated_assumption"
WellDone = Callable[..., Arc]
MakeSignal = Callable[..., Signal]


def _pushes(arc: Arc, *signals: Signal) -> tuple[NextPushDraft, ...]:
    return pushes_of(reading_of(arc, signals))


def _whys(arc: Arc, *signals: Signal) -> list[str]:
    return [push.why for push in _pushes(arc, *signals)]


def _note(number: int) -> str:
    return f"You took it that file {ascii_lowercase[number]} was whole."


def _marked(*numbers: int, kind: str = KIND, **changes: Any) -> dict[int, dict[str, Any]]:
    return {n: {"issues": (Issue(kind=kind, note=_note(n)),)} | changes for n in numbers}


def _with(arc: dict[int, dict[str, Any]], number: int, **changes: Any) -> dict[int, dict[str, Any]]:
    return arc | {number: arc.get(number, {}) | changes}


def test_a_push_against_a_kind_quotes_what_was_noted_last(well_done: WellDone) -> None:
    (push,) = _pushes(well_done(_marked(2, 5, 11)))
    assert push.why == (
        "Unstated assumption came up last in “Weigh”: “You took it that file l was whole”."
    )
    assert push.action.startswith("Before you send a conclusion, write the assumption it stands")
    assert [(c.source_id, c.quote) for c in push.evidence] == [
        ("o11", "You took it that file l was whole.")
    ]


def test_what_feedback_said_before_it_was_noted_last_is_told_first(well_done: WellDone) -> None:
    noted, said = _marked(2, 5, 11), "Name the unstated assumption first."
    (push,) = _pushes(well_done(_with(noted, 6, feedback=said)))
    assert push.why == (
        "In “Gather” you were told: “Name the unstated assumption first”. In “Weigh” it was noted "
        "again: “You took it that file l was whole”."
    )
    assert [(c.source_id, c.quote) for c in push.evidence] == [("o6", said), ("o11", _note(11))]
    assert _whys(well_done(_with(noted, 11, feedback=said))) == [
        (
            "In “Weigh” you were told: “Name the unstated assumption first”. It was noted there "
            "last: “You took it that file l was whole”."
        )
    ]
    # Praise that came after it is no warning that was not heeded.
    tagged = well_done(_with(noted, 6, feedback="Bring it earlier.", feedback_kinds=(KIND,)))
    assert _whys(tagged) == [
        (
            "Feedback in “Gather” spoke of unstated assumption, and in “Weigh” it was noted again: "
            "“You took it that file l was whole”."
        )
    ]
    later = "No unstated assumption left."
    assert _whys(well_done(_with(noted, 14, feedback=later))) == [
        "Unstated assumption came up last in “Weigh”: “You took it that file l was whole”."
    ]


def test_a_step_that_quotes_the_note_leaves_it_out_of_the_reason(well_done: WellDone) -> None:
    (push,) = _pushes(well_done(_marked(2, 11, kind="odd_thing")))
    assert (
        "hold it against what was noted last, “You took it that file l was whole”, and"
        in push.action
    )
    assert push.why == "Odd thing came up last in “Weigh”."


def test_of_several_kinds_the_one_that_recurs_is_pushed_on_and_never_one_that_is_gone(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    both = _marked(1, 2, 3, 4) | _marked(5, 8, 10, kind="late_update")
    gone = make_signal("fixed_issue", "improving", name=KIND, value=0.0, n=11)
    recurs = make_signal("recurring_issue", "present", name="late_update", value=0.3)
    assert _whys(well_done(both))[0].startswith("Unstated assumption")
    assert _whys(well_done(both), gone)[0].startswith("Late update")
    assert _whys(well_done(both), recurs)[0].startswith("Late update")
    assert _whys(well_done(_marked(1, 2, 3, 4)), gone) == []
    first = make_signal("recurring_issue", "present", name=KIND, signal_id="first", value=0.3)
    assert _whys(well_done(both), first, recurs)[0].startswith("Unstated assumption")
    assert _whys(well_done(_marked(1, 2, kind=f"missed_97_{'very_' * 22}badly"))) == []


def test_what_a_pattern_bears_comes_before_what_was_only_noted(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    rates = make_signal("calibration", "present", value=0.19)
    recurs = make_signal("recurring_issue", "present", name=KIND, value=0.3)
    arc = well_done(_marked(1, 4, 7, 10))
    assert [why[:12] for why in _whys(arc, rates)] == ["Your ratings", "Unstated ass"]
    assert [why[:12] for why in _whys(arc, rates, recurs)] == ["Unstated ass", "Your ratings"]


def test_who_asks_too_late_is_shown_what_ended_low_late_and_without_a_hint(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    avoids = make_signal("help_avoidance", "present", value=-3.0)
    changes = {2: {"score": 0.3}, 12: {"score": 0.5, "hints": 1}, 14: {"score": 0.6}}
    push = _pushes(well_done(changes | {16: {"score": 0.55}}), avoids)[0]
    assert push.action.startswith("Set yourself a limit")
    assert push.why == "“Piece P of the work” ended at 0.55 without a hint taken."
    assert [c.source_id for c in push.evidence] == ["o16", "o14"]
    assert not [p for p in _pushes(well_done(changes)) if "limit" in p.action]
    rates = make_signal("calibration", "present", value=0.19)
    habits = [p.action for p in _pushes(well_done(changes), avoids, rates)]
    assert habits[0].startswith("Set yourself a limit")
    assert not [action for action in habits if "rate" in action]


@pytest.mark.parametrize(
    ("value", "side", "word"), [(0.19, "high", "cost"), (-0.19, "low", "earn")]
)
def test_who_rates_too_high_or_low_is_told_by_how_much_and_what_to_look_for(
    value: float, side: str, word: str, *, well_done: WellDone, make_signal: MakeSignal
) -> None:
    rates = make_signal("calibration", "present", value=value)
    arc = well_done()
    unrated = arc.artefacts[0].model_copy(update={"artefact_id": "a9", "self_rating": None})
    unrated = unrated.model_copy(update={"stage_id": "s2"})
    (push,) = _pushes(replace(arc, artefacts=(*arc.artefacts, unrated)), rates)
    assert f"the one thing in it that would {word} it points" in push.action
    assert push.why == f"Your ratings are 0.19 too {side} on average."
    assert push.check.endswith("comes out smaller than 0.19.")
    assert [c.source_id for c in push.evidence] == [
        "o1",
        "o7",
        "o16",
    ]  # of the stages that were rated


def test_what_ended_lowest_is_done_again(well_done: WellDone) -> None:
    low = {"score": 0.4, "attempts": 3}
    kinds = (Issue(kind="vague_owner"), Issue(kind="no_source"), Issue(kind="vague_owner"))
    (push,) = _pushes(well_done({4: {"score": 0.6}, 8: low | {"issues": kinds}}))
    assert push.action.startswith("Do “Piece H of the work” again from an empty page")
    assert push.why == (
        "Nothing ended lower: 0.40 after three attempts, and what is noted there is vague owner "
        "and “no source”."
    )
    assert _whys(well_done({8: low | {"attempts": 0}})) == ["Nothing ended lower: 0.40."]


def test_hints_before_a_first_try_late_in_the_run_are_pushed_on(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    asked = {"hints": 1, "hint_before_first_attempt": True}
    late = {10: asked, 11: asked, 14: asked, 3: asked, 17: {"hints": 5}}
    (push,) = _pushes(well_done(late))
    assert push.action.startswith("Write down your own first answer")
    assert push.why == (
        "On “Piece N of the work”, late in the run, you still took one hint before the first try."
    )
    assert [c.source_id for c in push.evidence] == ["o11", "o14"]
    # The record says that a hint came before the first try, and not that all three did.
    assert _whys(well_done(late | {14: asked | {"hints": 3}}))[0].endswith(
        "you still took three hints, the first of them before the first try."
    )
    avoids = make_signal("help_avoidance", "present", value=-3.0)
    assert not [p for p in _pushes(well_done(late), avoids) if "open a hint" in p.action]


def test_who_leans_on_hints_more_is_pushed_on_that_first(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    leans = make_signal("independence", "worsening", value=3.0)
    arc = well_done(_marked(1, 2) | {14: {"hints": 2}})
    said = ["On “Piece N of the work”, late in the run, you still took two hints."]
    assert _whys(arc)[1:] == said
    assert _whys(arc, leans)[:1] == said
    assert len(_whys(arc, leans)) == 2
    rates = make_signal("calibration", "present", value=0.19)
    assert _whys(arc, leans, rates)[:1] == said


def test_else_more_than_one_hint_late_in_the_run_is(well_done: WellDone) -> None:
    assert _whys(well_done({12: {"hints": 1}, 14: {"hints": 2}, 15: {"hints": 1}})) == [
        "On “Piece N of the work”, late in the run, you still took two hints."
    ]


def test_with_nothing_else_the_objective_that_took_most_hints_is_told_again(
    well_done: WellDone,
) -> None:
    hinted = {2: {"hints": 1}, 5: {"hints": 2}, 12: {"hints": 1}}
    (push,) = _pushes(well_done(hinted | _marked(3)))
    assert push.action.startswith("Tell somebody how you would do “Piece E of the work” now")
    assert push.why == "It took two hints, and nothing here took more."


def test_else_what_was_noted_last_and_once_is(well_done: WellDone) -> None:
    once = _marked(3) | _marked(9, kind="late_update", attempts=2)
    assert _whys(well_done(once)) == [
        "Late update came up last in “Sort”: “You took it that file j was whole”."
    ]


def test_else_the_first_try_that_fell_furthest_short_is(well_done: WellDone) -> None:
    twice = {"attempts": 2, "first_score": 0.5}
    lowest = {"attempts": 2, "first_score": 0.3}
    said = "It took two attempts, from 0.30 at the first to 0.90 at the last."
    assert _whys(well_done({3: twice, 5: lowest})) == [said]
    assert _whys(well_done({3: twice | {"attempts": 3}, 5: lowest})) == [
        "It took three attempts, from 0.50 at the first to 0.90 at the last."
    ]
    assert _whys(well_done({3: twice | {"first_score": None}})) == ["It took two attempts."]
    assert _whys(well_done()) == []


def test_three_pushes_are_the_most(well_done: WellDone, make_signal: MakeSignal) -> None:
    rates = make_signal("calibration", "present", value=0.19)
    asked = {"hints": 2, "hint_before_first_attempt": True}
    arc = well_done(_marked(1, 4, 7) | {8: {"score": 0.4}, 17: asked})
    assert [push.action[:9] for push in _pushes(arc, rates)] == [
        "Before yo",
        "Before yo",
        "Do “Piece",
    ]
    assert len(_pushes(arc)) == 3
