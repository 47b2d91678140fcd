"""What a pattern says, word for word: its figures are the record's, early before late."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.reviewing.rules.pattern_progress import (
    first_pass,
    help_avoidance,
    independence,
    pace,
    recovery,
    stuck,
)
from consumer.reviewing.rules.proposal import Proposal
from consumer.reviewing.rules.reading import Reading, reading_of
from consumer.signals.compute import compute
from schemas.events import ObjectiveRolledUp
from schemas.review import SeriesPoint, Signal
from tests.arcs import stages

Pattern = Callable[[Reading, Signal], Proposal]


@pytest.fixture
def falling(make_arc: Callable[..., Any]) -> Arc:
    """Return the usual arc with what is late in it early: no hints, then three an objective."""
    objectives: tuple[ObjectiveRolledUp, ...] = make_arc().objectives
    early, late = objectives[:9], objectives[9:]
    given = ("attempts", "hints", "hint_before_first_attempt", "score", "first_score")
    swapped = (
        one.model_copy(update={name: getattr(other, name) for name in given})
        for one, other in zip(objectives, (*late, *early), strict=True)
    )
    arc: Arc = make_arc(objectives=tuple(swapped))
    return arc


def _said(pattern: Pattern, arc: Arc, signal: Signal) -> tuple[list[str], list[str]]:
    """Return the sentences of a pattern and the ids that it cites."""
    proposal = pattern(reading_of(arc, (signal,)), signal)
    return [s for s in proposal.sentences if s], [c.source_id for c in proposal.citations]


def test_pace_sets_the_first_stage_that_was_measured_beside_the_last(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    series = tuple(
        SeriesPoint(stage_id=f"s{n}", value=None if n == 6 else 1.0) for n in range(1, 7)
    )
    signal = make_signal("pace", "improving", value=-12.4, n=5, minimum_n=4, series=series)
    sentences, cited = _said(pace, make_arc(), signal)
    assert sentences[1] == (
        "“Frame” took 28 minutes where 20 were expected; “Write” took 12 minutes where 20 were "
        "expected."
    )
    assert "o16" not in cited


def test_a_single_minute_is_one_and_a_stage_without_an_expected_time_is_not_compared(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    signal = make_signal("pace", "improving", value=-12.4, n=6, minimum_n=4)
    quick = make_arc(
        objectives=tuple(o.model_copy(update={"active_seconds": 20}) for o in make_arc().objectives)
    )
    minutes: list[float | None] = [1, *[20] * 5]

    def told(minutes: list[float | None]) -> str:
        planned = quick.trigger.model_copy(update={"stages": stages(*"ABCDEF", minutes=minutes)})
        return _said(pace, replace(quick, trigger=planned), signal)[0][1]

    assert told(minutes) == (
        "“A” took 1 minute where 1 was expected; “F” took 1 minute where 20 were expected."
    )
    assert told([*minutes[:5], None]).startswith("The scores held")


@pytest.mark.parametrize(
    ("verdict", "late", "said"),
    [
        ("improving", 0.65, "The scores held (0.75 in the first three stages, 0.65 in the last "),
        ("improving", 0.64, "The scores fell meanwhile (0.75 in the first three stages, 0.64 in "),
        ("worsening", 0.86, "The scores rose meanwhile (0.75 in the first three stages, 0.86 in "),
        ("worsening", 0.84, "The scores rose a little (0.75 in the first three stages, 0.84 in "),
        ("worsening", 0.79, "The scores stayed about level (0.75 in the first three stages, 0.79"),
        ("worsening", 0.71, "The scores stayed about level (0.75 in the first three stages, 0.71"),
        ("worsening", 0.69, "The scores did not rise with it (0.75 in the first three stages, 0."),
        ("improving", None, "There are no scores beside it, so what the change in time did to the"),
    ],
)
def test_pace_is_set_beside_scores_that_moved_by_as_much_as_counts(
    verdict: str,
    late: float | None,
    said: str,
    *,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Signal],
) -> None:
    signal = make_signal("pace", verdict, value=12.4)
    objectives = make_arc().objectives
    scored = tuple(
        o.model_copy(update={"score": 0.75 if number < 9 else late})
        for number, o in enumerate(objectives)
    )
    sentences, _cited = _said(pace, make_arc(objectives=scored), signal)
    assert sentences[0].endswith(
        "12 % "
        + (
            "less than the one before it, over 18 stages."
            if verdict == "improving"
            else "more than the one before it, over 18 stages."
        )
    )
    assert sentences[-1].startswith(said)


def test_independence_counts_hints_early_and_late(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    signal = make_signal("independence", "improving", value=-3.0)
    sentences, cited = _said(independence, make_arc(), signal)
    assert sentences == [
        (
            "In the first three stages you took 27 hints on nine objectives; in the last "
            "three, none on nine, and your scores held (0.75, then 0.78)."
        ),
        "Asking before the first try went from nine of nine to none of nine.",
        "You no longer need the push to begin.",
    ]
    assert cited == ["o1", "o7", "o10", "o16"]
    more = [
        o.model_copy(update={"hints": 5 if o.objective_id == "o8" else o.hints})
        for o in make_arc().objectives
    ]
    assert "o8" in _said(independence, make_arc(objectives=tuple(more)), signal)[1]


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (range(1, 19), "Asking before the first try went from nine of nine to none of nine."),
        ((1, 2, 10, 11, 12), "Asking before the first try went from two of two to none of three."),
        ((1, 2), "You no longer need the push to begin."),
    ],
)
def test_asking_before_the_first_try_is_counted_where_it_is_known(
    known: Collection[int],
    said: str,
    *,
    make_arc: Callable[..., Any],
    make_signal: Callable[..., Signal],
) -> None:
    objectives = tuple(
        o if number in known else o.model_copy(update={"hint_before_first_attempt": None})
        for number, o in enumerate(make_arc().objectives, start=1)
    )
    signal = make_signal("independence", "improving", value=-3.0)
    assert _said(independence, make_arc(objectives=objectives), signal)[0][1] == said


def test_leaning_on_help_is_told_the_other_way_round(
    falling: Arc, make_signal: Callable[..., Signal]
) -> None:
    signal = make_signal("independence", "worsening", value=3.0)
    sentences, _cited = _said(independence, falling, signal)
    assert sentences == [
        (
            "In the first three stages you took no hints on nine objectives; in the last three, 27 "
            "on nine: you leaned on help more as the run went on."
        ),
        "Asking before the first try went from none of nine to nine of nine.",
        "Your scores went from 0.78 to 0.75 meanwhile.",
    ]


def test_help_avoidance_cites_what_was_left_low(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    objectives = make_arc().objectives
    lost = {"o12": 0.4, "o17": 0.5}
    scored = tuple(
        o.model_copy(update={"score": lost.get(o.objective_id, o.score)}) for o in objectives
    )
    signal = make_signal("help_avoidance", "present", value=-3.0)
    sentences, cited = _said(help_avoidance, make_arc(objectives=scored), signal)
    assert sentences[:2] == [
        (
            "You stopped asking before you could do without: 27 hints over the first half of the "
            "stages, none over the last."
        ),
        "The scores went down with them, from a mean of 0.75 to 0.71.",
    ]
    assert cited[-2:] == ["o12", "o17"]
    # The loss is measured over all the stages; where the halves hide it no means are told.
    sentences, cited = _said(help_avoidance, make_arc(), signal)
    assert sentences[1].startswith("It shows over 18 objectives.")
    assert cited == ["o1", "o7", "o10", "o16"]
    level = make_arc(objectives=tuple(o.model_copy(update={"score": 0.7}) for o in objectives))
    sentences, cited = _said(help_avoidance, level, signal)
    assert sentences[1].startswith("It shows over 18 objectives.")
    assert cited[-2:] == ["o10", "o16"]  # what reached the mark was not left low
    hinted = {"hints": 1, "score": 0.3}
    mixed = tuple(o.model_copy(update=hinted if o.objective_id == "o11" else {}) for o in scored)
    assert _said(help_avoidance, make_arc(objectives=mixed), signal)[1][-2:] == ["o12", "o17"]


def test_first_tries_are_counted_in_each_half_and_shown_missed_and_right(
    make_arc: Callable[..., Any], falling: Arc, make_signal: Callable[..., Signal]
) -> None:
    rose = make_signal("first_pass", "improving", value=1.0)
    right = make_arc().objectives[0].model_copy(update={"attempts": 1, "first_score": 0.75})
    objectives = make_arc().objectives
    wrong = objectives[9].model_copy(update={"attempts": 2})
    arc = make_arc(objectives=(right, *objectives[1:9], wrong, *objectives[10:]))
    sentences, cited = _said(first_pass, arc, rose)
    assert sentences[0] == (
        "Of the first nine objectives one came right at the first try; of the last nine, eight."
    )
    assert not {"o1", "o10"} & set(cited)
    odd, _ = _said(first_pass, make_arc(objectives=arc.objectives[:17]), rose)
    assert odd[0] == (
        "Of the first eight objectives one came right at the first try; of the last eight, seven."
    )
    assert [int(source_id[1:]) > 9 for source_id in cited] == [False, False, True, True]

    fell = make_signal("first_pass", "worsening", value=-1.0)
    sentences, cited = _said(first_pass, falling, fell)
    assert sentences[0] == (
        "Of the first nine objectives nine came right at the first try; of the last nine, none."
    )
    assert [int(source_id[1:]) > 9 for source_id in cited] == [False, False, True, True]


def test_the_furthest_way_back_is_of_a_retried_objective(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    objectives = make_arc().objectives
    furthest = objectives[4].model_copy(update={"first_score": 0.2, "score": 0.9})
    tried_once = objectives[12].model_copy(update={"first_score": 0.1, "score": 0.95})
    arc = make_arc(
        objectives=(*objectives[:4], furthest, *objectives[5:12], tried_once, *objectives[13:])
    )
    signal = make_signal("recovery", "present", value=0.58, n=9)
    sentences, cited = _said(recovery, arc, signal)
    assert sentences[:2] == [
        (
            "Where a first try fell short you won back 58 % of what was missing, taken over nine "
            "retried objectives."
        ),
        "The furthest way back was “Piece E of the work”, from 0.20 to 0.90.",
    ]
    assert "o13" not in cited


def test_a_run_that_is_stuck_shows_what_missed_at_the_first_try(
    make_arc: Callable[..., Any], make_signal: Callable[..., Signal]
) -> None:
    signal = make_signal("stuck", "present", name="the whole run", value=11.0)
    sentences, cited = _said(stuck, make_arc(), signal)
    assert sentences[0] == (
        "No three objectives in a row came right at the first try, in a stretch of 11."
    )
    assert cited == ["o1", "o2", "o4", "o7"]


def test_a_dimension_that_is_stuck_shows_its_own_objectives(make_arc: Callable[..., Any]) -> None:
    """Two of three objectives are of Craft and missed; the third came right and is of Clarity."""
    missed = {"dimension_ids": ("craft",), "attempts": 3}
    right = {"dimension_ids": ("clarity",), "attempts": 1, "first_score": 0.9}
    objectives = tuple(
        o.model_copy(update=missed if number % 3 else right)
        for number, o in enumerate(make_arc().objectives, start=1)
    )
    arc = make_arc(objectives=objectives)
    signals = compute(arc, base_rates=None)
    reading = reading_of(arc, signals)
    (claim,) = reading.claims("stuck")
    proposal = stuck(reading, claim)
    assert proposal.sentences[0] == (
        "No three objectives in a row came right at the first try in Craft (a stretch of 12)."
    )
    assert proposal.citations
    assert all(int(c.source_id[1:]) % 3 for c in proposal.citations)
