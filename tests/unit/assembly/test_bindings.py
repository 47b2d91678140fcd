from collections.abc import Callable
from dataclasses import replace

import pytest

from consumer.arc import Arc
from consumer.assembly.bindings import index_bindings
from consumer.assembly.facts import facts_of
from schemas.review import SeriesPoint, Signal
from tests.arcs import message

SCORE = "its score is not of what it names"
ALL = "its score is not of all that it names"
EXTREME = "it calls the best or lowest what is not"


@pytest.mark.parametrize(
    "text",
    [
        "You scored .40 on Objective A after 3 attempts, with two hints and one issue.",
        "Objective A took you two tries more.",
        "You scored .90 on Objective C, where Objective A had .40.",
        "Objective C came to 0.9, against a mean of .68.",
        "In Part 1 you took two hints; in Part 4 no hint.",
        "You sent Dana one message, and she sent one message.",
        "Objective A ended lowest, and Objective C was your best.",
        "Your best stage was Part 3.",
        "Do Objective A with no hint at hand.",
        "The 2 hints of the run fell in its first half.",
        "Two of the four objectives had .80 or more.",
        "Craft took two hints and came to .65 on average, from .40 to .90.",
        "Clarity was your strongest skill, and Craft your weakest area.",
        "Objective B, which did not ask for Craft, came to .60.",
        "You took care and scored .90.",
        "Objective A took 3 attempts, against 1 attempt elsewhere.",
        "In Part 4 you gave the limit and the figure in three messages.",
    ],
)
def test_a_figure_of_what_is_named_stands(text: str, arc: Arc) -> None:
    assert index_bindings(arc).faults(text) == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("You scored .40 on Objective C.", SCORE),
        ("Objective C was hard: it came to .90. Objective B came to 0.8.", SCORE),
        ("You took 3 hints on Objective A.", "its number of hints is not of what it names"),
        ("Objective D took one hint.", "its number of hints is not of what it names"),
        ("You took no hint on Objective A.", "its number of hints is not of what it names"),
        ("Objective B took 3 attempts.", "its number of attempts is not of what it names"),
        ("Objective B came on three tries.", "its number of attempts is not of what it names"),
        ("Objective C has one issue.", "its number of issues is not of what it names"),
        ("In Part 3 you scored .40.", SCORE),
        ("In Part 4 you took two hints.", "its number of hints is not of what it names"),
        ("In Part 1 you wrote 4 messages.", "its number of messages is not of what it names"),
        ("You sent 4 messages to Dana.", "its number of messages is not of what it names"),
        ("Objective A was your best.", EXTREME),
        ("Your weakest part was Part 4.", EXTREME),
        ("Your strongest part was Part 4.", EXTREME),
        ("Objective D scored lowest.", EXTREME),
        ("Craft came to .80 on average.", SCORE),
        ("Care came to .80.", SCORE),
        ("Clarity took two hints.", "its number of hints is not of what it names"),
        ("Craft was your strongest dimension.", EXTREME),
        ("Clarity was your weakest skill.", EXTREME),
    ],
)
def test_a_figure_of_something_else_is_a_fault(text: str, fault: str, *, arc: Arc) -> None:
    assert index_bindings(arc).faults(text) == (fault,)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("Objective A and Objective C both came to .90.", (ALL,)),
        ("Each of Part 1 and Part 3 stood at .40.", (ALL,)),
        ("Objective A came to .90, as well as Objective C.", (ALL,)),
        ("Objective C and Objective C both came to .90.", ()),
        ("Objective A and Objective C both stayed below .95.", ()),
        ("Objective A and Objective C both have scores, .40 and .90.", ()),
        ("Objective A, and not Objective C, came to .40.", ()),
    ],
)
def test_one_score_that_several_have_is_every_ones(
    text: str, faults: tuple[str, ...], *, arc: Arc
) -> None:
    assert index_bindings(arc).faults(text) == faults


def test_beside_a_title_that_several_objectives_have_no_figure_is_read(arc: Arc) -> None:
    twin = arc.objectives[1].model_copy(update={"title": "Objective A"})
    both = replace(arc, objectives=(arc.objectives[0], twin, *arc.objectives[2:]))
    assert index_bindings(both).faults("Objective A in Part 2 came to .60.") == ()
    assert index_bindings(both).faults("Objective A came to .60, far from Objective C.") == ()
    assert index_bindings(both).faults("Objective C came to .60.") == (SCORE,)


def test_a_stage_has_the_ratings_that_were_given_in_it(arc: Arc) -> None:
    rated = arc.artefacts[1].model_copy(update={"self_rating": 0.95})
    own = replace(arc, artefacts=(arc.artefacts[0], rated))
    text = "In Part 2 you rated your text .95."
    assert index_bindings(own).faults(text) == ()
    assert index_bindings(own).faults(text.replace("2", "3")) == (SCORE,)
    assert index_bindings(arc).faults(text) == (SCORE,)


def test_a_stage_has_what_a_signal_measured_in_it(
    arc: Arc, make_signal: Callable[..., Signal]
) -> None:
    pace = make_signal("pace", "improving", series=(SeriesPoint(stage_id="s3", value=0.4),))
    bindings = index_bindings(arc, (pace,))
    assert bindings.faults("Part 3 took 0.4 of its expected time.") == ()
    assert bindings.faults("Part 4 took 0.4 of its expected time.") == (SCORE,)
    assert bindings.faults("In Part 3 you scored .40.") == (SCORE,)


def test_a_rate_is_no_count(arc: Arc) -> None:
    assert index_bindings(arc).faults("In Part 1 you wrote 4 messages a day.") == ()


def test_a_persona_has_no_scores_to_be_held_against(arc: Arc) -> None:
    assert index_bindings(arc).faults("Dana saw the .40 and your best result.") == ()


def test_a_model_is_held_to_it_and_the_rules_count_themselves(arc: Arc) -> None:
    text = "You scored .40 on Objective C."
    assert facts_of(arc, ()).prose_faults(text) == (SCORE,)
    assert facts_of(arc, (), reviewer="rules").prose_faults(text) == ()


def test_the_only_one_that_has_a_score_is_the_best(arc: Arc) -> None:
    one = replace(arc, objectives=arc.objectives[:1])
    assert index_bindings(one).faults("Objective A was your best.") == ()


def test_a_name_within_a_longer_one_is_not_there(arc: Arc) -> None:
    longer = arc.objectives[1].model_copy(update={"title": "Objective A again"})
    both = replace(arc, objectives=(arc.objectives[0], longer, *arc.objectives[2:]))
    assert index_bindings(both).faults("Objective A again came to .40.") == (SCORE,)


def test_a_stage_of_two_objectives_has_their_sums_and_mean_and_each_its_place(arc: Arc) -> None:
    second = arc.objectives[1].model_copy(
        update={"stage_id": "s1", "hints": 5, "attempts": 4, "first_score": 0.2}
    )
    first = arc.objectives[0].model_copy(update={"first_score": 0.1})
    two = replace(arc, objectives=(first, second, *arc.objectives[2:]))
    bindings = index_bindings(two)
    assert bindings.faults("In Part 1 you took seven hints and 7 attempts, and had .50.") == ()
    assert bindings.faults("In Part 1 you took six hints.") != ()
    assert bindings.faults("Part 1 began at .20.") == ()
    assert bindings.faults("Objective B began at .20 and was the best part of its stage.") == ()
    assert bindings.faults("Objective A was your best.") == (EXTREME,)


def test_a_persona_has_the_messages_of_each_stage_too(arc: Arc) -> None:
    more = tuple(message(n, "s1" if n < 13 else "s2", persona_id="dana") for n in range(10, 17))
    bindings = index_bindings(replace(arc, messages=(*arc.messages, *more)))
    assert bindings.faults("In the first stage you sent Dana 3 messages.") == ()
    assert bindings.faults("You sent Dana 8 messages.") == ()
    assert bindings.faults("You sent Dana 6 messages.") != ()


def test_a_dimension_has_what_a_signal_measured_of_it(
    arc: Arc, make_signal: Callable[..., Signal]
) -> None:
    series = (SeriesPoint(stage_id="s1", value=0.33),)
    stuck = make_signal("stuck", "present", name="Craft", series=series)
    bindings = index_bindings(arc, (stuck,))
    assert bindings.faults("In Craft the share of first tries that came right was .33.") == ()
    assert bindings.faults("In Clarity the share of them was .33.") == (SCORE,)


def test_a_stage_whose_title_is_a_number_is_not_named_by_it(arc: Arc) -> None:
    titled = tuple(s.model_copy(update={"title": "3"}) for s in arc.trigger.stages[3:])
    trigger = arc.trigger.model_copy(update={"stages": (*arc.trigger.stages[:3], *titled)})
    assert index_bindings(replace(arc, trigger=trigger)).faults("You took 3 attempts at it.") == ()
