from collections.abc import Callable
from dataclasses import replace
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


@pytest.mark.parametrize("said", ["ok", "Ok.", "Will do!"])
def test_a_whole_message_that_stands_in_the_text_is_not_added_again(said: str, *, arc: Arc) -> None:
    own = next(m for m in arc.messages if m.message_id == "m1")
    rest = tuple(m for m in arc.messages if m is not own)
    facts = facts_of(replace(arc, messages=(own.model_copy(update={"text": said}), *rest)), ())
    text = f"What I have of you is “{said}” I can say no more."
    draft = GOOD.model_copy(
        update={"text": text, "evidence": (OWN.model_copy(update={"quote": said}),)}
    )
    checked = check_perspective(draft, facts, persona_id="dana")
    assert isinstance(checked, View)
    assert checked.text == text


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


@pytest.mark.parametrize(
    "secret", ["GLASSHOUSE", "project_heron", "blueHeron", "saffron-lantern", "k7x9q"]
)
def test_a_word_that_names_one_thing_leaks_however_short_the_run(arc: Arc, secret: str) -> None:
    told = arc.messages[2].model_copy(update={"text": f"Keep {secret} to yourself, please."})
    facts = facts_of(replace(arc, messages=(arc.messages[0], told)), ())
    assert leaks(f"I would have liked to hear of {secret}.", facts, persona_id="dana")
    assert not leaks(f"I would have liked to hear of {secret}.", facts, persona_id="sam")


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("Verbena owes us the licence fee.", "I would have liked to hear of Verbena sooner."),
        ("We told Castellane about the fee.", "Nobody, not even Castellane, was told by you."),
    ],
)
def test_a_name_that_only_another_thread_knows_leaks_in_whatever_words(
    secret: str, text: str, *, arc: Arc
) -> None:
    told = arc.messages[2].model_copy(update={"text": secret})
    facts = facts_of(replace(arc, messages=(arc.messages[0], told)), ())
    assert leaks(text, facts, persona_id="dana")
    assert not leaks(text, facts, persona_id="sam")
    knows = arc.messages[0].model_copy(update={"text": f"{arc.messages[0].text} {secret.lower()}"})
    facts = facts_of(replace(arc, messages=(knows, told)), ())
    assert not leaks(text, facts, persona_id="dana")


def test_in_german_where_all_nouns_are_capitalised_a_noun_is_no_name(arc: Arc) -> None:
    told = arc.messages[2].model_copy(update={"text": "Die Lizenz kostet uns viel."})
    german = arc.trigger.model_copy(update={"language": "de-AT"})
    hidden = replace(arc, trigger=german, messages=(arc.messages[0], told))
    assert not leaks("Du hast eine Lizenz gebraucht.", facts_of(hidden, ()), persona_id="dana")


def test_a_text_without_a_quotation_gets_one_from_its_own_thread(arc: Arc) -> None:
    checked = check_perspective(GOOD, facts_of(arc, ()), persona_id="dana")
    assert isinstance(checked, View)
    assert checked.text == f"I could rely on you. “{OWN.quote}”"
    by_itself = GOOD.model_copy(update={"text": f"I asked: “{OWN.quote}”."})
    kept = check_perspective(by_itself, facts_of(arc, ()), persona_id="dana")
    assert isinstance(kept, View)
    assert kept.text == by_itself.text


def test_sentences_that_cannot_be_verified_are_left_out_of_a_view(
    arc: Arc, make_draft: Callable[..., Any]
) -> None:
    text = "I could rely on you. You were outstanding. You answered 97 times."
    draft = GOOD.model_copy(update={"text": text, "evidence": (OWN, FOREIGN)})
    views = perspectives_of(make_draft(perspectives={"dana": draft}), facts_of(arc, ()))
    assert views[0].status == "given"
    assert views[0].text == f"I could rely on you. “{OWN.quote}”"
    assert [e.source_id for e in views[0].evidence] == ["m1"]


def test_a_view_that_leaks_is_unavailable(arc: Arc, make_draft: Callable[..., Any]) -> None:
    text = "I could rely on you. The budget freeze stays secret until the whole company hears."
    draft = GOOD.model_copy(update={"text": text})
    views = perspectives_of(make_draft(perspectives={"dana": draft}), facts_of(arc, ()))
    assert (views[0].status, views[0].text, views[0].evidence) == ("unavailable", None, ())


def test_words_planted_elsewhere_do_not_silence_what_code_says(
    arc: Arc, make_draft: Callable[..., Any]
) -> None:
    said = "Still on my list is what nobody else in this run has closed."
    planted = arc.messages[3].model_copy(update={"text": said})
    planting = replace(arc, messages=(*arc.messages[:3], planted))
    facts = facts_of(planting, (), reviewer="rules")
    draft = GOOD.model_copy(update={"text": f"{said} “{OWN.quote}”"})
    views = perspectives_of(make_draft("rules", perspectives={"dana": draft}), facts)
    assert views[0].text == draft.text


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


@pytest.mark.parametrize("reviewer", ["rules", "model"])
@pytest.mark.parametrize("blank", ["", " ", "\n\t ", "\u200b\u00ad"])
def test_a_thread_of_blank_messages_is_no_conversation_whoever_reviews(
    reviewer: str, blank: str, *, arc: Arc, make_draft: Callable[..., Any]
) -> None:
    messages = tuple(
        m.model_copy(update={"text": blank}) if m.persona_id == "dana" else m for m in arc.messages
    )
    facts = facts_of(replace(arc, messages=messages), ())
    views = perspectives_of(make_draft(reviewer, perspectives={"dana": GOOD}), facts)
    assert (views[0].status, views[0].text, views[0].evidence) == ("no_conversation", None, ())


def test_a_quote_of_a_few_words_is_not_enough_and_a_part_of_the_cited_one_is(arc: Arc) -> None:
    facts = facts_of(arc, ())
    short = GOOD.model_copy(update={"text": "I asked you to “send me” them."})
    given = check_perspective(short, facts, persona_id="dana")
    assert isinstance(given, View)
    assert given.text == f"I asked you to “send me” them. “{OWN.quote}”"
    part = GOOD.model_copy(update={"text": "I asked: “send me the numbers for the board”."})
    kept = check_perspective(part, facts, persona_id="dana")
    assert isinstance(kept, View)
    assert kept.text == part.text


def test_a_long_quote_is_added_in_part(arc: Arc) -> None:
    endless = arc.messages[0].model_copy(update={"text": "word and word " * 60})
    facts = facts_of(replace(arc, messages=(endless, *arc.messages[1:])), ())
    cited = OWN.model_copy(update={"quote": ("word and word " * 60).strip()})
    checked = check_perspective(
        GOOD.model_copy(update={"evidence": (cited,)}), facts, persona_id="dana"
    )
    assert isinstance(checked, View)
    assert 200 < len(checked.text) < 300


@pytest.mark.parametrize(
    ("where", "leaking"), [("brief", ()), ("voice", ("kim",)), ("feedback", ())]
)
def test_what_a_persona_was_told_is_no_secret_though_others_speak_of_it(
    where: str, leaking: tuple[str, ...], *, arc: Arc
) -> None:
    words = "the ledger moves to GLASSHOUSE before the first of the month"
    trigger = arc.trigger
    if where == "brief":
        scenario = trigger.scenario.model_copy(update={"brief": f"In short, {words}."})
        trigger = trigger.model_copy(update={"scenario": scenario})
    if where == "voice":
        dana = trigger.personas[0].model_copy(update={"voice": f"Knows that {words}."})
        trigger = trigger.model_copy(update={"personas": (dana, *trigger.personas[1:])})
    objectives = arc.objectives
    if where == "feedback":
        told = objectives[0].model_copy(update={"feedback": f"Note that {words}."})
        objectives = (told, *objectives[1:])
    secret = arc.messages[2].model_copy(update={"text": f"Sam says {words}."})
    messages = (*arc.messages[:2], secret, arc.messages[3])
    facts = facts_of(replace(arc, trigger=trigger, objectives=objectives, messages=messages), ())
    found = tuple(p for p in ("dana", "kim") if leaks(f"I saw that {words}.", facts, persona_id=p))
    assert found == leaking


@pytest.mark.parametrize("text", ["You answered 97 times.", "You were outstanding.", " "])
def test_a_view_that_cannot_be_verified_does_not_stand(text: str, *, arc: Arc) -> None:
    draft = GOOD.model_copy(update={"text": text})
    assert isinstance(check_perspective(draft, facts_of(arc, ()), persona_id="dana"), tuple)


def test_a_long_title_of_the_run_is_everybodys(arc: Arc) -> None:
    title = "Find out why the weekly file came late"
    named = tuple(s.model_copy(update={"title": title}) for s in arc.trigger.stages[:1])
    trigger = arc.trigger.model_copy(update={"stages": (*named, *arc.trigger.stages[1:])})
    told = arc.messages[2].model_copy(update={"text": f"In {title} you were quiet."})
    facts = facts_of(replace(arc, trigger=trigger, messages=(arc.messages[0], told)), ())
    assert not leaks(f"I was there for {title}.", facts, persona_id="dana")


def test_code_quotes_the_learners_longest_message_in_marks_that_it_does_not_hold(
    arc: Arc, make_draft: Callable[..., Any]
) -> None:
    words = ("Ok, I will do it.", "I will ask “who owns it” before I change anything.", "No.")
    own = tuple(
        arc.messages[1].model_copy(update={"message_id": f"x{n}", "text": text})
        for n, text in enumerate(words)
    )
    facts = facts_of(replace(arc, messages=(arc.messages[0], *own)), ())
    view = perspectives_of(make_draft("rules"), facts)[0]
    assert [e.quote for e in view.evidence] == [words[1]]
    assert view.text is not None
    assert view.text.endswith(f"«{words[1]}»")
