from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.items import (
    check_kept_stuck,
    check_next_push,
    check_went_well,
    check_writing_style,
)
from consumer.drafts import (
    Citation,
    KeptStuckDraft,
    NextPushDraft,
    WentWellDraft,
    WritingStyleDraft,
)
from schemas.review import KeptStuck, NextPush, WentWell, WritingStyle

MakeSignal = Callable[..., Any]
OBJECTIVE = Citation(source="objective", source_id="o1", revision=None, quote=None)
OWN = Citation(
    source="message",
    source_id="m2",
    revision=None,
    quote="I checked the log twice before I changed",
)
OWN = Citation(
    source="message",
    source_id="m2",
    revision=None,
    quote="I checked the log twice before I changed",
)
PERSONA = Citation(
    source="message",
    source_id="m1",
    revision=None,
    quote="Please send me the numbers for the board",
)


def test_praise_of_the_learner_own_words_stands_on_them(arc: Arc) -> None:
    draft = WentWellDraft(statement="You wrote down what you checked.", evidence=(OWN,))
    assert isinstance(check_went_well(draft, facts_of(arc, ())), WentWell)


def test_a_persona_message_is_not_the_learner_own_words(arc: Arc) -> None:
    draft = WentWellDraft(statement="You asked for the numbers clearly.", evidence=(PERSONA,))
    checked = check_went_well(draft, facts_of(arc, ()))
    assert isinstance(checked, tuple)
    assert "message 'm1' is cited as the learner's own words" in checked


def test_words_copied_from_a_persona_do_not_show_a_writing_style(
    arc: Arc, make_signal: MakeSignal
) -> None:
    copied = arc.messages[1].model_copy(update={"text": f"{arc.messages[0].text} ok"})
    twin = Arc(trigger=arc.trigger, objectives=(), messages=(arc.messages[0], copied), artefacts=())
    cite = PERSONA.model_copy(update={"source_id": "m2"})
    facts = facts_of(twin, [make_signal("writing", "present")])
    draft = WritingStyleDraft(statement="In these notes you are brief.", evidence=(cite,))
    assert isinstance(check_writing_style(draft, facts), tuple)


def test_a_writing_style_needs_enough_words(arc: Arc, make_signal: MakeSignal) -> None:
    draft = WritingStyleDraft(statement="In these notes you name a cause.", evidence=(OWN,))
    short = facts_of(arc, [make_signal("writing", "too_little_data")])
    enough = facts_of(arc, [make_signal("writing", "present")])
    assert isinstance(check_writing_style(draft, short), tuple)
    assert isinstance(check_writing_style(draft, facts_of(arc, ())), tuple)
    assert isinstance(check_writing_style(draft, enough), WritingStyle)


def test_a_writing_style_never_judges_grammar(arc: Arc, make_signal: MakeSignal) -> None:
    facts = facts_of(arc, [make_signal("writing", "present")])
    draft = WritingStyleDraft(statement="The grammar of these notes is fine.", evidence=(OWN,))
    assert isinstance(check_writing_style(draft, facts), tuple)


def test_an_issue_kind_must_occur(arc: Arc) -> None:
    facts = facts_of(arc, ())
    draft = KeptStuckDraft(statement="You guessed.", issue_kind="laziness", evidence=(OBJECTIVE,))
    assert isinstance(check_kept_stuck(draft, facts), tuple)
    known = draft.model_copy(update={"issue_kind": "unstated_assumption"})
    assert isinstance(check_kept_stuck(known, facts), KeptStuck)


@pytest.mark.parametrize("part", ["action", "why", "check"])
def test_each_part_of_a_push_is_checked(arc: Arc, part: str) -> None:
    draft = NextPushDraft(action="Ask.", why="It helps.", check="It holds.", evidence=(OBJECTIVE,))
    facts = facts_of(arc, ())
    assert isinstance(check_next_push(draft, facts), NextPush)
    for wrong in ("", "It rose by 83 %."):
        assert isinstance(check_next_push(draft.model_copy(update={part: wrong}), facts), tuple)


def test_one_false_citation_fails_the_item(arc: Arc) -> None:
    invented = OWN.model_copy(update={"quote": "I have always been the very best at it"})
    draft = WentWellDraft(statement="It held.", evidence=(OBJECTIVE, invented))
    assert isinstance(check_went_well(draft, facts_of(arc, ())), tuple)


def test_a_writing_style_rests_on_the_learners_texts_alone(
    arc: Arc, make_signal: MakeSignal
) -> None:
    facts = facts_of(arc, [make_signal("writing", "present")])
    draft = WritingStyleDraft(statement="In these notes you name a cause.", evidence=(OBJECTIVE,))
    assert isinstance(check_writing_style(draft, facts), tuple)


def test_no_item_stands_without_evidence_and_the_same_counts_once(arc: Arc) -> None:
    facts = facts_of(arc, ())
    assert check_went_well(WentWellDraft(statement="It held.", evidence=()), facts) == (
        "no evidence stands",
    )
    twice = WentWellDraft(statement="It held.", evidence=(OBJECTIVE, OBJECTIVE))
    checked = check_went_well(twice, facts)
    assert isinstance(checked, WentWell)
    assert len(checked.evidence) == 1


def test_at_most_eight_pieces_of_evidence_are_kept(arc: Arc) -> None:
    split = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "four",
    ]
    message = arc.messages[1].model_copy(update={"text": " ".join(split)})
    facts = facts_of(replace(arc, messages=(message,)), ())
    many = tuple(OWN.model_copy(update={"quote": " ".join(split[i : i + 6])}) for i in range(9))
    well = check_went_well(WentWellDraft(statement="It held.", evidence=many), facts)
    stuck = KeptStuckDraft(statement="It held.", issue_kind=None, evidence=many)
    push = NextPushDraft(action="Do.", why="It held.", check="It holds.", evidence=many)
    assert isinstance(well, WentWell)
    assert len(well.evidence) == 8
    for checked in (check_kept_stuck(stuck, facts), check_next_push(push, facts)):
        assert not isinstance(checked, tuple)
        assert len(checked.evidence) == 8


def test_outside_english_no_praise_rests_on_a_personas_words(arc: Arc) -> None:
    german = replace(arc, trigger=arc.trigger.model_copy(update={"language": "de"}))
    draft = WentWellDraft(statement="Das hat gut funktioniert.", evidence=(PERSONA,))
    assert isinstance(check_went_well(draft, facts_of(german, ())), tuple)
    english = draft.model_copy(update={"statement": "That worked."})
    assert isinstance(check_went_well(english, facts_of(arc, ())), WentWell)


def test_praise_of_words_may_rest_on_what_was_noted_of_them(arc: Arc) -> None:
    draft = WentWellDraft(statement="You wrote it down at once.", evidence=(OBJECTIVE, OWN))
    assert isinstance(check_went_well(draft, facts_of(arc, ())), WentWell)
    told = draft.model_copy(update={"evidence": (OBJECTIVE, PERSONA)})
    assert isinstance(check_went_well(told, facts_of(arc, ())), tuple)
