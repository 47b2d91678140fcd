from collections.abc import Callable
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.perspectives import View, check_perspective, leaks, perspectives_of
from consumer.drafts import Citation, PerspectiveDraft

OWN = Citation(
    source="message",
    source_id="m1",
    revision=None,
    quote="Please send me the numbers for the board",
)
FOREIGN = Citation(
    source="message", source_id="m4", revision=None, quote="I will keep that in mind for now"
)
NOTE = Citation(
    source="artefact", source_id="a1", revision=1, quote="He was not a student of that school"
)
OBJECTIVE = Citation(source="objective", source_id="o1", revision=None, quote=None)
GOOD = PerspectiveDraft(text="I could rely on you.", evidence=(OBJECTIVE, OWN))


def test_a_view_rests_on_its_own_thread(arc: Arc) -> None:
    checked = check_perspective(GOOD, facts_of(arc, ()), persona_id="dana")
    assert isinstance(checked, View)
    assert [e.source for e in checked.evidence] == ["message", "objective"]


@pytest.mark.parametrize("evidence", [(OBJECTIVE,), (), (OWN, FOREIGN), (OWN, NOTE)])
def test_objectives_alone_another_thread_or_an_artefact_will_not_do(
    arc: Arc, evidence: tuple[Citation, ...]
) -> None:
    draft = PerspectiveDraft(text="I could rely on you.", evidence=evidence)
    assert isinstance(check_perspective(draft, facts_of(arc, ()), persona_id="dana"), tuple)


@pytest.mark.parametrize(
    "text",
    [
        "I heard the Budget Freeze stays secret until the whole week.",
        "You know about token-9471X.",
        "He was not a student of that school, I read.",
    ],
)
def test_words_of_others_leak(arc: Arc, text: str) -> None:
    facts = facts_of(arc, ())
    assert leaks(text, facts, persona_id="dana")
    draft = GOOD.model_copy(update={"text": text})
    checked = check_perspective(draft, facts, persona_id="dana")
    assert isinstance(checked, tuple)
    assert "it holds words that this persona never saw" in checked


def test_own_words_and_shared_facts_do_not_leak(arc: Arc) -> None:
    facts = facts_of(arc, ())
    assert not leaks("Send me the numbers for the board before noon.", facts, persona_id="dana")
    assert not leaks("You assumed that the file was complete and new.", facts, persona_id="dana")
    secret = "The budget freeze stays secret until the whole company hears, TOKEN-9471x."
    assert not leaks(secret, facts, persona_id="sam")


def test_each_persona_has_one_entry_in_the_order_of_the_event(
    arc: Arc, make_draft: Callable[..., Any]
) -> None:
    views = perspectives_of(make_draft(perspectives={"dana": GOOD, "sam": None}), facts_of(arc, ()))
    found = [(v.persona_id, v.status, v.text is None) for v in views]
    assert found == [
        ("dana", "given", False),
        ("sam", "unavailable", True),
        ("kim", "no_conversation", True),
    ]


def test_under_rules_no_persona_with_a_thread_is_unavailable(
    arc: Arc, make_draft: Callable[..., Any]
) -> None:
    views = perspectives_of(make_draft("rules"), facts_of(arc, ()))
    assert [v.status for v in views] == ["given", "given", "no_conversation"]
    assert [e.source_id for e in views[0].evidence] == ["m2"]


def test_a_persona_without_a_thread_says_nothing_whatever_was_proposed(
    arc: Arc, make_draft: Callable[..., Any]
) -> None:
    views = perspectives_of(make_draft(perspectives={"kim": GOOD}), facts_of(arc, ()))
    assert (views[2].status, views[2].evidence) == ("no_conversation", ())
