"""The headline, word for word: the strongest patterns, and how they lie to each other."""

from collections.abc import Callable
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.reviewing.rules.reading import reading_of
from consumer.reviewing.rules.summary import headline_of, summary_of
from schemas.events import Issue
from schemas.review import Signal
from tests.arcs import pattern_of

KIND = "unstated_assumption"


def _headline(arc: Arc, *signals: Signal) -> str:
    return headline_of(reading_of(arc, signals), tuple(map(pattern_of, signals)))


def _summary(arc: Arc, *signals: Signal) -> str:
    reading = reading_of(arc, signals)
    return summary_of(reading, tuple(map(pattern_of, reading.claims())), statements=4)


def _arc(make_arc: Callable[..., Any], **changes: Any) -> Arc:
    """Return the usual arc with every objective changed alike."""
    arc: Arc = make_arc(
        objectives=tuple(o.model_copy(update=changes) for o in make_arc().objectives)
    )
    return arc


@pytest.mark.parametrize(
    ("kind", "verdict", "clause"),
    [
        ("recurring_issue", "present", "Unstated assumption kept coming back, in four stages"),
        ("recurring_issue", "worsening", "Unstated assumption came back late"),
        ("fixed_issue", "improving", "Unstated assumption went away once it was named"),
        ("independence", "improving", "You came to need fewer hints and your scores held"),
        ("independence", "worsening", "You came to need more hints"),
        ("help_avoidance", "present", "You asked for less help and your scores fell with it"),
        ("pace", "improving", "You got faster against the time expected"),
        ("pace", "worsening", "You got slower against the time expected"),
        ("first_pass", "improving", "Your first tries came right more often"),
        ("first_pass", "worsening", "Your first tries came right less often"),
        ("stuck", "present", "A run of clean results never came"),
        ("calibration", "present", "Your ratings of your own work part from its scores"),
        ("recovery", "present", "You won back much of what a first try had missed"),
    ],
)
def test_a_pattern_is_told_beside_how_many_reached_the_pass_mark(
    kind: str,
    verdict: str,
    clause: str,
    *,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Signal],
) -> None:
    low = 0.7 if kind == "recovery" else 0.1
    signal = make_signal(kind, verdict, name=KIND, value=0.8, low=low, high=0.9)
    if kind == "stuck":
        signal = signal.model_copy(update={"signal_id": "stuck"})
    arc = _arc(make_arc, attempts=3) if kind == "stuck" else make_arc()
    assert _headline(arc, signal) == (
        f"{clause}, and all 18 scored objectives reached the pass mark."
    )


@pytest.mark.parametrize(
    ("first", "second", "link"),
    [
        (("independence", "improving"), ("pace", "improving"), "and"),
        (("independence", "improving"), ("recovery", "present"), "and"),
        (("independence", "improving"), ("pace", "worsening"), "while"),
        (("recurring_issue", "present"), ("independence", "improving"), "while"),
        (("recurring_issue", "present"), ("calibration", "present"), "and"),
    ],
)
def test_good_and_bad_are_set_against_each_other_and_like_is_joined(
    first: tuple[str, str],
    second: tuple[str, str],
    link: str,
    *,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Signal],
) -> None:
    told = [make_signal(*one, name=KIND, value=0.8, low=0.7, high=0.9) for one in (first, second)]
    assert f", {link} you" in _headline(make_arc(), *told)
    # A change in the writing has no clause of its own and decides nothing here.
    notes = make_signal("writing", "improving", name="sentences that give evidence")
    assert f", {link} you" in _headline(make_arc(), notes, *told)


def test_a_kind_of_something_missing_is_told_in_marks(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    missing = make_signal("recurring_issue", "present", name="no-next_step", value=0.3)
    arc = _arc(make_arc, issues=(Issue(kind="no-next_step"),))
    assert _headline(arc, missing).startswith("“no next step” kept coming back, in four stages")
    assert "next is “no next step”, marked on 18 objectives." in _summary(arc, missing)


def test_a_kind_whose_tag_cannot_be_told_from_a_figure_is_not_named(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    long = f"missed_97_{'very_' * 22}badly"
    recurs = make_signal("recurring_issue", "present", name=long, value=0.3)
    arc = _arc(make_arc, issues=(Issue(kind=long),))
    assert _headline(arc, recurs).startswith("All 18 scored objectives reached the pass mark;")
    assert "What to work on next" not in _summary(arc, recurs)
