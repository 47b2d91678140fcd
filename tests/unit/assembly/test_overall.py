"""The run's lowest, highest and mean score are .40, .90 and .675; a model may say no other."""

from dataclasses import replace

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of

EXTREME = "it calls a score the lowest or highest that is not"
NO_HINT = "it says that no hint was taken: some were"
MEAN = "it calls a score the mean that is not"


@pytest.mark.parametrize(
    "text",
    [
        "Your lowest score was .40.",
        "Your highest result was 0.9, and the lowest came to .40.",
        "Your mean score was .68.",
        "Your mean went from .50 to .85.",
        "In the last two stages your mean score was .85.",
        "In the last two stages your lowest score was .80.",
        "On average you scored .675.",
        "Objective B was .60, your best result there.",
        "Your best result took one attempt.",
        "On Objective B your lowest score was .60.",
        "Your scores lay between .40 and .90.",
    ],
)
def test_an_extreme_or_mean_of_the_run_or_a_part_stands(text: str, arc: Arc) -> None:
    assert EXTREME not in facts_of(arc, ()).prose_faults(text)
    assert MEAN not in facts_of(arc, ()).prose_faults(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Your lowest score was .60.", EXTREME),
        ("You began low; your worst result was .90.", EXTREME),
        ("Your highest score was .80.", EXTREME),
        ("The top mark was .40.", EXTREME),
        ("Your mean score was .40.", MEAN),
        ("The average over all four objectives was .90.", MEAN),
        ("You averaged .80.", MEAN),
    ],
)
def test_a_score_that_is_another_objectives_is_no_extreme_or_mean(
    text: str, fault: str, *, arc: Arc
) -> None:
    assert facts_of(arc, ()).prose_faults(text) == (fault,)


@pytest.mark.parametrize(
    "text",
    [
        "You took no hints.",
        "You've used no hint at all.",
        "You did not need a single hint.",
        "You never opened a hint.",
    ],
)
def test_a_run_with_hints_is_not_said_to_have_none(text: str, arc: Arc) -> None:
    assert NO_HINT in facts_of(arc, ()).prose_faults(text)
    without = tuple(o.model_copy(update={"hints": 0}) for o in arc.objectives)
    assert NO_HINT not in facts_of(replace(arc, objectives=without), ()).prose_faults(text)


@pytest.mark.parametrize(
    "text", ["In the last stage you took no hints.", "You took no hint on Objective D."]
)
def test_a_part_of_a_run_may_have_no_hints(text: str, arc: Arc) -> None:
    assert facts_of(arc, ()).prose_faults(text) == ()


def test_first_scores_have_a_lowest_and_a_mean_of_their_own(arc: Arc) -> None:
    tried = tuple(o.model_copy(update={"first_score": 0.3}) for o in arc.objectives[:1])
    facts = facts_of(replace(arc, objectives=(*tried, *arc.objectives[1:])), ())
    assert facts.prose_faults("Your lowest score was .30.") == ()
    assert facts.prose_faults("Your lowest score was .40.") == ()


def test_the_rules_count_themselves(arc: Arc) -> None:
    assert facts_of(arc, (), reviewer="rules").prose_faults("Your mean score was .40.") == ()
