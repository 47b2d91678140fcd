"""What a pattern of an issue says, word for word: how often, where, after which feedback."""

from collections.abc import Callable
from typing import Any

from consumer.arc import Arc
from consumer.reviewing.rules.pattern_issues import fixed_issue, recurring_issue
from consumer.reviewing.rules.proposal import Proposal
from consumer.reviewing.rules.reading import reading_of
from schemas.events import Issue
from schemas.review import Signal

KIND = "late_update"
NOTE = "The update on piece {} came after the deadline."
WellDone = Callable[..., Arc]
MakeSignal = Callable[..., Signal]


def _marked(*numbers: int, **feedback: str) -> dict[int, dict[str, Any]]:
    """Return changes by which those objectives show the kind; `feedback` is by objective id."""
    marks: dict[int, dict[str, Any]] = {
        n: {"issues": (Issue(kind=KIND, note=NOTE.format(n)),)} for n in numbers
    }
    for objective_id, said in feedback.items():
        number = int(objective_id[1:])
        marks[number] = marks.get(number, {}) | {"feedback": said}
    return marks


def _recurring(arc: Arc, signal: Signal, *others: Signal) -> Proposal:
    return recurring_issue(reading_of(arc, (*others, signal)), signal)


def _fixed(arc: Arc, signal: Signal, *others: Signal) -> Proposal:
    return fixed_issue(reading_of(arc, (*others, signal)), signal)


def _cited(proposal: Proposal) -> list[tuple[str, str | None]]:
    return [(c.source_id, c.quote) for c in proposal.citations]


def _three(make_signal: MakeSignal, kind: str, verdict: str, **changes: Any) -> list[Signal]:
    """Return three claims of one kind, which are told in three frames."""
    return [make_signal(kind, verdict, name=KIND, signal_id=f"c{n}", **changes) for n in (1, 2, 3)]


def test_a_kind_that_recurs_is_counted_placed_and_quoted(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    first, second, third = _three(make_signal, "recurring_issue", "present", value=0.3)
    arc = well_done(_marked(1, 2, 5, 9, 12, 17))
    told = _recurring(arc, first)
    assert told.sentences == (
        (
            "Late update kept coming back: six of the 18 objectives that gave the chance for it "
            "were marked with it, in five of the six stages."
        ),
        "No feedback in this run spoke of it.",
        "It does not hang on one task, so it will not go away with the next one either.",
    )
    assert _cited(told) == [(f"o{n}", NOTE.format(n)) for n in (1, 5, 9, 12, 17)]
    assert _recurring(arc, second, first).sentences[::2] == (
        "On six of 18 chances the mark was late update, spread over five of the six stages.",
        "The tasks changed and it stayed.",
    )
    assert _recurring(arc, third, first, second).sentences[::2] == (
        (
            "Five of the six stages have one thing in common: late update, on six objectives of 18 "
            "where it could occur."
        ),
        "",
    )
    everywhere = well_done(_marked(1, 4, 7, 10, 13, 16))
    assert (
        _recurring(everywhere, third, first, second)
        .sentences[0]
        .startswith("Every stage has one thing in common: late update")
    )


def test_what_came_after_feedback_is_counted_in_the_later_stages(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    first, second, third = _three(make_signal, "recurring_issue", "present", value=0.3)
    arc = well_done(_marked(1, 2, 5, 9, 12, 17, o5="Another late update.", o14="Late update!"))
    assert _recurring(arc, first).sentences[1:] == (
        (
            "The feedback on “Piece E of the work” named it, and in the stages that followed it "
            "was there again on three of 12."
        ),
        (
            "Being told has not been enough: it will take a fixed step in the way you work, one "
            "that happens before the work leaves you."
        ),
    )
    assert _recurring(arc, second, first).sentences[2] == (
        "Knowing of it is not the trouble; there is no moment yet at which you look for it."
    )
    assert _recurring(arc, third, first, second).sentences[2] == ""
    unnamed = well_done(_marked(1, 2, 5, 9, 12, 17, o5="Please be quicker."))
    assert "work” came where it was marked, and in" in _recurring(unnamed, first).sentences[1]


def test_what_did_not_come_again_is_a_good_sign_and_no_proof(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    signal = make_signal("recurring_issue", "present", name=KIND, value=0.3)
    spoken = _recurring(well_done(_marked(1, 2, 5, 9, o9="Another late update.")), signal)
    assert spoken.sentences[1:] == (
        (
            "The feedback on “Piece I of the work” named it, and in the stages that followed it "
            "was noted on none of nine."
        ),
        "That is a good sign, and too little to call it gone.",
    )
    last = _recurring(well_done(_marked(1, 2, 5, 16, o16="Another late update.")), signal)
    assert last.sentences[1:] == (
        "",
        "It does not hang on one task, so it will not go away with the next one either.",
    )


def test_a_kind_that_was_gone_and_back_is_told_with_the_stage_it_was_last_in(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    signal = make_signal("recurring_issue", "worsening", name=KIND, value=0.3)
    told = _recurring(well_done(_marked(1, 2, 4, 14)), signal)
    assert told.sentences[0].startswith("Late update came back: four of the 18 objectives")
    assert told.sentences[2] == (
        "It had been gone in between and was back by “Write”, so it is not settled yet."
    )


def test_a_kind_that_went_away_is_told_with_its_feedback_and_what_was_clear_since(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    first, second, third = _three(make_signal, "fixed_issue", "improving", value=0.0, n=13)
    arc = well_done(_marked(1, 2, 4, o5="Another late update."))
    told = _fixed(arc, first)
    after = "after the feedback on “Piece E of the work”"
    assert told.sentences == (
        (
            f"You got rid of something: late update was noted on three objectives, and {after} on "
            "none of the 13 that could have shown it."
        ),
        "Whatever you changed after that, keep it.",
    )
    assert _cited(told) == [
        ("o1", NOTE.format(1)),
        ("o2", NOTE.format(2)),
        ("o5", None),
        ("o17", None),
        ("o18", None),
    ]
    assert {record.stage_id for record in told.records} == {f"s{n}" for n in range(1, 7)}
    assert _fixed(arc, second, first).sentences == (
        (
            f"Late update is behind you: three objectives had it, and {after} it is gone, though "
            "13 gave the chance."
        ),
        "Hearing of it once was enough here.",
    )
    assert _fixed(arc, third, first, second).sentences == (
        f"Of 13 chances for late update {after} none was taken; before, three objectives had it.",
        "",
    )


def test_of_a_kind_that_was_spoken_of_before_once_was_not_enough(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    first, second, _ = _three(make_signal, "fixed_issue", "improving", value=0.0, n=13)
    said = {"o2": "Another late update.", "o5": "Late update again."}
    twice = well_done(_marked(1, 2, 4, **said))
    assert _fixed(twice, second, first).sentences[1] == ""
    since = well_done(_marked(1, 2, 4, o5="Late update again.", o11="No late update here."))
    assert _fixed(since, second, first).sentences[1] == "Hearing of it once was enough here."


def test_a_kind_that_showed_after_all_feedback_on_it_did_not_go_away(
    well_done: WellDone, make_signal: MakeSignal
) -> None:
    signal = make_signal("fixed_issue", "improving", name=KIND, value=0.0, n=13)
    back = _fixed(well_done(_marked(1, 2, 14, o5="Another late update.")), signal)
    assert (back.sentences, back.citations) == ((), ())
