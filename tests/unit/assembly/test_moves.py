"""The scores of four stages are .40, .60, .90 and .80; what went from one to another went so."""

from dataclasses import replace

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of

MOVED = "it says that scores went from one figure to another, and they did not"


@pytest.mark.parametrize(
    "text",
    [
        "Your scores went from .40 to .80.",
        "Your mean score went from .50 in the first two stages to .85 in the last two.",
        "The mean rose from .50 to .90.",
        "The scores held (.50, then .85).",
        "Your scores lay between .90 and .40.",
        "Your scores never went below .40.",
        "The four objectives have scores from .60 to .40.",
        "Your scores lie anywhere from .90 down to .40.",
        "Craft went from .50 to .85 on average.",
    ],
)
def test_what_came_first_and_what_came_after_it_stands(text: str, arc: Arc) -> None:
    assert MOVED not in facts_of(arc, ()).prose_faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "Your scores went from .90 to .40.",
        "Your mean score fell from .85 in the first two stages to .50 in the last two.",
        "The scores slipped (.80, then .60).",
        "Your results went from .60 to .60.",
    ],
)
def test_figures_of_the_run_in_another_order_are_no_move(text: str, arc: Arc) -> None:
    assert MOVED in facts_of(arc, ()).prose_faults(text)


def test_one_objective_goes_from_its_first_score_to_its_last(arc: Arc) -> None:
    first = arc.objectives[0].model_copy(update={"first_score": 0.2})
    facts = facts_of(replace(arc, objectives=(first, *arc.objectives[1:])), ())
    assert MOVED not in facts.prose_faults("Trying again took the score from .20 to .40.")
    assert MOVED in facts.prose_faults("Trying again took the score from .40 to .20.")
