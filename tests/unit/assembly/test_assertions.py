from collections.abc import Callable
from dataclasses import replace

import pytest

from consumer.arc import Arc
from consumer.assembly.assertions import assertion_faults, scores_moved
from consumer.assembly.facts import facts_of
from schemas.review import Signal


@pytest.mark.parametrize(
    "text",
    [
        "You got faster from stage to stage.",
        "Over the run you have become quicker.",
        "You worked slower towards the end.",
        "You grew more independent.",
        "You came through and needed fewer hints.",
        "You showed great growth throughout.",
        "You improved steadily.",
        "You picked up speed as you went.",
        "You sped up, and you slowed down.",
        "Your pace rose from stage to stage.",
        "You finished each stage in less time than the last.",
        "The need for hints dwindled.",
        "By the end you no longer needed hints.",
        "Your independence grew.",
        "Your scores kept climbing.",
        "Your work improved.",
        "The results slipped towards the end.",
        "You asked more and more.",
        "You increasingly checked first.",
        "You went from careless to careful as time went by.",
        "As the stages went on you checked first.",
        "Little by little the notes filled up.",
        "Each stage went better than the one before.",
        "You stopped making that mistake once it was named.",
        "You rated your work too high.",
        "You underestimate yourself.",
        "You did not ask, but you got faster.",
        "If nothing else, you got faster.",
        "You got faster and may go on so.",
        "It took you less time with each part.",
        "You relied less on hints.",
        "Hints became rare.",
        "You made steady progress, and growth is visible.",
        "You learned from each mistake.",
        "You came a long way.",
        "A clear upward trend shows.",
        "Your errors vanished.",
        "You made fewer mistakes.",
        "Fewer issues came up later.",
        "Your questions became sharper.",
        "The last stages went better than the first.",
        "You started weak and finished strong.",
        "You went from needing help to working alone.",
    ],
)
def test_a_trend_that_no_signal_shows_is_a_fault(text: str) -> None:
    assert assertion_faults(text, ()) != ()


@pytest.mark.parametrize(
    "text",
    [
        "Five stages differ too much in length to say whether you got faster.",
        "If you worked slower here, you would see more.",
        "It is not clear that you needed fewer hints.",
        "Reply faster next time.",
        "You asked the support team for the faster route.",
        "That you got faster cannot be said.",
        "Did you get faster? The record does not say.",
        "Your scores held while the tasks changed.",
        "You took hints in Part 1, and the score of Part 2 was .60.",
    ],
)
def test_doubt_advice_and_other_uses_of_the_words_claim_nothing(text: str) -> None:
    assert assertion_faults(text, ()) == ()


@pytest.mark.parametrize(
    ("text", "kind", "verdict"),
    [
        ("You got faster.", "pace", "improving"),
        ("You got slower.", "pace", "worsening"),
        ("You needed fewer hints.", "independence", "improving"),
        ("You needed fewer hints.", "help_avoidance", "present"),
        ("Clear progress on first tries.", "first_pass", "improving"),
        ("You needed more and more hints.", "independence", "worsening"),
        ("Your results slipped.", "first_pass", "worsening"),
        ("You got rid of it.", "fixed_issue", "improving"),
        ("You checked first more and more.", "writing", "improving"),
    ],
)
def test_a_signal_bears_the_trend_that_it_shows(
    text: str, kind: str, verdict: str, make_signal: Callable[..., Signal]
) -> None:
    assert assertion_faults(text, (make_signal(kind, verdict),)) == ()
    assert assertion_faults(text, (make_signal(kind, "unclear"),)) != ()


@pytest.mark.parametrize(
    ("value", "borne", "unborne"),
    [
        (0.19, "You overrated your work, and rated it too high.", "You underrated your work."),
        (-0.19, "You rated your work too low.", "You rated your work too high."),
    ],
)
def test_ratings_are_off_on_the_side_that_was_measured(
    value: float, borne: str, unborne: str, make_signal: Callable[..., Signal]
) -> None:
    rates = make_signal("calibration", "present", value=value)
    assert assertion_faults(borne, (rates,)) == ()
    assert assertion_faults(unborne, (rates,)) != ()
    assert assertion_faults(borne, (make_signal("calibration", "unclear", value=value),)) != ()


@pytest.mark.parametrize(
    ("changes", "moved"),
    [
        ({}, "rose"),
        ({"o1": 1.0, "o2": 1.0}, "fell"),
        ({"o1": 0.85, "o2": 0.76}, None),
        ({"o1": 0.8, "o2": 0.8}, "rose"),
        ({"o3": None, "o4": None}, None),
    ],
)
def test_scores_move_where_the_halves_differ_by_a_twentieth(
    changes: dict[str, float | None], moved: str | None, *, arc: Arc
) -> None:
    objectives = tuple(
        o.model_copy(update={"score": changes.get(o.objective_id, o.score)}) for o in arc.objectives
    )
    assert scores_moved(replace(arc, objectives=objectives)) == moved


def test_scores_that_rose_bear_that_they_rose_and_no_other_trend() -> None:
    assert assertion_faults("Your scores rose.", (), scores="rose") == ()
    assert assertion_faults("Your scores rose.", (), scores="fell") != ()
    assert assertion_faults("Your scores fell.", (), scores="fell") == ()
    assert assertion_faults("You got better.", (), scores="rose") != ()


def test_an_odd_stage_in_the_middle_is_in_neither_half(arc: Arc) -> None:
    trigger = arc.trigger.model_copy(update={"stages": arc.trigger.stages[:3]})
    scores = {"o1": 0.8, "o2": 0.2, "o3": 0.8}
    objectives = tuple(
        o.model_copy(update={"score": scores[o.objective_id]}) for o in arc.objectives[:3]
    )
    assert scores_moved(replace(arc, trigger=trigger, objectives=objectives)) is None


def test_the_scores_of_the_arc_bear_what_is_said_of_them(arc: Arc) -> None:
    facts = facts_of(arc, ())
    assert facts.prose_faults("Your scores rose.") == ()
    assert facts.prose_faults("Your scores fell.") != ()
