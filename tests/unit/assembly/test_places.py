from dataclasses import replace

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.items import ground_all
from consumer.assembly.places import other_names, stages_named
from consumer.drafts import Citation

FAULT = "it names a stage that none of its evidence is of"
EVERY = "it speaks of every stage: its evidence must lie in every stage"


def cited(*objective_ids: str) -> tuple[Citation, ...]:
    return tuple(
        Citation(source="objective", source_id=key, revision=None, quote=None)
        for key in objective_ids
    )


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("In Part 3 you guessed.", {"s3"}),
        ("You guessed in “Part 3” and Part 4.", {"s4"}),
        ("You guessed during the third stage, and in the last stage.", {"s3", "s4"}),
        ("In stage 2 you guessed.", {"s2"}),
        ("In stage 1 and the first stage you guessed.", {"s1"}),
        ("In the first two stages you guessed.", set()),
        ("In stage 12 you guessed.", set()),
        ("Part 3 asks for more.", set()),
    ],
)
def test_a_stage_is_named_by_its_title_or_its_place(
    text: str, stages: set[str], *, arc: Arc
) -> None:
    assert stages_named(text, arc, other_names(arc)) == stages


def test_a_title_that_names_something_else_too_tells_no_place(arc: Arc) -> None:
    twin = arc.objectives[0].model_copy(update={"title": "Part 3"})
    both = replace(arc, objectives=(twin, *arc.objectives[1:]))
    assert stages_named("In Part 3 you guessed.", both, other_names(both)) == set()


@pytest.mark.parametrize(
    ("text", "cites", "faults"),
    [
        ("In Part 3 you guessed.", ("o3",), ()),
        ("In Part 3 you guessed.", ("o1", "o3"), ()),
        ("In Part 3 you guessed.", ("o1",), (FAULT,)),
        ("In Part 1 you guessed, and so in Part 3.", ("o1",), (FAULT,)),
        ("In every stage you guessed.", ("o1", "o2", "o3"), (EVERY,)),
        ("In every stage you guessed.", ("o1", "o2", "o3", "o4"), ()),
    ],
)
def test_what_is_said_of_a_stage_has_evidence_from_it(
    text: str, cites: tuple[str, ...], faults: tuple[str, ...], *, arc: Arc
) -> None:
    facts = facts_of(arc, ())
    assert facts.prose_faults(text, ground_all(cited(*cites), facts).evidence) == faults


def test_of_a_text_without_evidence_stages_may_be_named_and_not_every_one(arc: Arc) -> None:
    facts = facts_of(arc, ())
    assert facts.prose_faults("In Part 3 you guessed.") == ()
    assert facts.prose_faults("In every stage you guessed.") == (EVERY,)


def test_the_rules_count_what_they_say_of_stages(arc: Arc) -> None:
    facts = facts_of(arc, (), reviewer="rules")
    assert facts.prose_faults("In Part 3 and in every stage you never guessed.", ()) == ()


def test_of_two_titles_the_longer_is_read_first(arc: Arc) -> None:
    titles = ("Plan", "Plan B", "Do", "Check")
    stages = tuple(
        s.model_copy(update={"title": title})
        for s, title in zip(arc.trigger.stages, titles, strict=True)
    )
    named = replace(arc, trigger=arc.trigger.model_copy(update={"stages": stages}))
    assert stages_named("In Plan B you guessed.", named, ()) == {"s2"}


def test_of_more_stages_than_evidence_has_room_for_eight_do(arc: Arc) -> None:
    first = arc.trigger.stages[0]
    stages = tuple(
        first.model_copy(update={"stage_id": f"s{i}", "title": f"{i}"}) for i in range(9)
    )
    objectives = tuple(
        arc.objectives[2].model_copy(update={"objective_id": f"o{i}", "stage_id": f"s{i}"})
        for i in range(9)
    )
    many = replace(
        arc,
        trigger=arc.trigger.model_copy(update={"stages": stages}),
        objectives=objectives,
        messages=(),
        artefacts=(),
    )
    facts = facts_of(many, ())
    for shown, faults in ((8, ()), (7, (EVERY,))):
        evidence = ground_all(cited(*(f"o{i}" for i in range(shown))), facts).evidence
        assert facts.prose_faults("In every stage you guessed.", evidence) == faults


def test_what_happened_repeatedly_has_two_places(arc: Arc) -> None:
    facts = facts_of(arc, ())
    text = "You repeatedly left the source out."
    once, twice = (ground_all(cited(*ids), facts).evidence for ids in (("o1",), ("o1", "o2")))
    assert facts.prose_faults(text, once) == (
        "it says that something happened repeatedly: cite two places",
    )
    assert facts.prose_faults(text, twice) == ()
