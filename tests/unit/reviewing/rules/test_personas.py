"""Personas by rules: own thread, own emphasis, own manner."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from consumer.reviewing.rules.reviewer import draft_by_rules
from schemas.events import Persona
from schemas.review import ReviewReady


def test_each_persona_quotes_its_own_thread_and_assembly_keeps_its_words(
    make_arc: Callable[..., Any], review: Callable[..., ReviewReady]
) -> None:
    arc = make_arc()
    drafts = draft_by_rules(arc, ()).perspectives

    for view in review(arc).perspectives:
        own = {m.message_id for m in arc.thread(view.persona_id)}
        draft = drafts[view.persona_id]
        assert draft is not None
        assert view.text == draft.text
        quotes = [e.quote for e in view.evidence if e.source == "message"]
        assert quotes
        assert all(e.source_id in own for e in view.evidence if e.source == "message")
        assert any(quote in view.text for quote in quotes if quote)


def test_nothing_of_another_thread_or_an_artefact_is_told(make_arc: Callable[..., Any]) -> None:
    arc = make_arc()
    drafts = draft_by_rules(arc, ()).perspectives

    for persona_id, draft in drafts.items():
        assert draft is not None
        others = [m.text for m in arc.messages if m.persona_id != persona_id]
        assert not [text for text in others if text in draft.text]
        assert all(c.source != "artefact" for c in draft.evidence)


def test_the_roles_share_no_sentence_about_the_same_words(make_arc: Callable[..., Any]) -> None:
    line = (("s1", "user", "I checked the log because your file was late by one day."),)
    roles = ("manager", "senior_peer", "cross_functional_partner", "mentor")
    personas = tuple(Persona(persona_id=role, name="X", role=role) for role in roles)
    arc = make_arc(personas=personas, talk=dict.fromkeys(roles, line))

    texts = [d.text for d in draft_by_rules(arc, ()).perspectives.values() if d]

    stripped = [re.sub(r"“[^”]*”", "", text) for text in texts]
    sentences = [set(re.split(r"(?<=[.:])\s+", text)) - {""} for text in stripped]
    assert len(sentences) == 4
    assert not set.union(*(a & b for a in sentences for b in sentences if a is not b))


def test_two_personas_of_one_role_do_not_open_alike(make_arc: Callable[..., Any]) -> None:
    line = (("s1", "user", "The export is done and finance has the note by now."),)
    personas = tuple(Persona(persona_id=i, name=i, role="manager") for i in ("one", "two"))
    arc = make_arc(personas=personas, talk=dict.fromkeys(("one", "two"), line))

    first, second = (d.text.split()[0] for d in draft_by_rules(arc, ()).perspectives.values() if d)

    assert first != second


def test_a_persona_without_a_thread_has_no_view(
    make_arc: Callable[..., Any], review: Callable[..., ReviewReady]
) -> None:
    arc = make_arc(talk={})

    assert draft_by_rules(arc, ()).perspectives == {}
    assert {p.status for p in review(arc).perspectives} == {"no_conversation"}


@pytest.mark.parametrize(
    "line", [("s1", "user", "Yes."), ("s1", "user", "5pm"), ("s1", "persona", "Hello?")]
)
def test_a_thread_of_one_word_still_gives_a_view(
    line: tuple[str, str, str], make_arc: Callable[..., Any], review: Callable[..., ReviewReady]
) -> None:
    arc = make_arc(talk={"dana": (line,)})

    dana = review(arc).perspectives[0]

    assert dana.status == "given"
    assert dana.evidence[0].quote == line[2]


def test_words_in_another_language_are_quoted_and_not_weighed(
    make_arc: Callable[..., Any], review: Callable[..., ReviewReady]
) -> None:
    lines = (
        ("s1", "user", "我会先核对退货原因，然后再写结论。"),
        ("s2", "user", "我会先核对退货原因，然后再写结论。"),
        ("s3", "user", "明天中午以前我把核对过的数字发给你。"),
    )
    arc = make_arc(talk=dict.fromkeys(("dana", "sam", "kim"), lines))
    arc = replace(arc, trigger=arc.trigger.model_copy(update={"language": "zh"}))

    made = review(arc)

    assert made.language == "en"
    for view in made.perspectives:
        assert view.text is not None
        assert view.text.count("我会先核对退货原因，然后再写结论。") <= 1
        assert "。”." not in view.text
        for weighed in ("commitment", "stands on", "what that meant"):
            assert weighed not in view.text


@pytest.mark.parametrize(
    ("text", "looked"),
    [
        ("I looked at both exports before lunch and they differ.", True),
        ("Compared the two exports row by row and three differ.", True),
        ("It comes third for the group of people we looked at.", False),
        ("Somebody said the two exports were looked at by finance.", False),
    ],
)
def test_a_peer_says_that_one_looked_only_where_one_tells_so(
    text: str, looked: bool, make_arc: Callable[..., Any]
) -> None:
    arc = make_arc(talk={"sam": (("s1", "user", text),)})

    views = draft_by_rules(arc, ()).perspectives

    assert views["sam"] is not None
    assert ("hands on it" in views["sam"].text) is looked


def test_an_unanswered_question_is_named(make_arc: Callable[..., Any]) -> None:
    arc = make_arc()

    manager = draft_by_rules(arc, ()).perspectives["dana"]

    assert manager is not None
    assert "What would you tell the auditors if they asked about it?" in manager.text


def test_a_terse_voice_says_less(make_arc: Callable[..., Any]) -> None:
    def text_of(voice: str) -> str:
        persona = Persona(persona_id="dana", name="Dana", role="manager", voice=voice)
        objectives = make_arc().objectives
        low = objectives[0].model_copy(update={"score": 0.5})
        arc = make_arc(personas=(persona,), objectives=(low, *objectives[1:]))
        draft = draft_by_rules(arc, ()).perspectives["dana"]
        assert draft is not None
        return draft.text

    assert len(text_of("blunt, few words")) < len(text_of("calm"))


def test_personas_of_several_unknown_roles_share_no_sentence(make_arc: Callable[..., Any]) -> None:
    lines = (
        ("s1", "user", "The export is done and finance has the note by now."),
        ("s4", "user", "We should decide on the wording of the letter this week."),
    )
    roles = ("client", "auditor", "mentor", "founder", "lawyer")
    personas = tuple(Persona(persona_id=role, name="X", role=role) for role in roles)
    arc = make_arc(personas=personas, talk=dict.fromkeys(roles, lines))

    texts = [d.text for d in draft_by_rules(arc, ()).perspectives.values() if d]

    assert all(f"“{words}”" in text for text in texts for _, _, words in lines)
    bare = [re.sub(r"“[^”]*”", "", text) for text in texts]
    frames = [set(re.split(r"(?<=[.:])\s+", text)) - {"", "."} for text in bare]
    assert len(frames) == 5
    assert not set.union(*(a & b for a in frames for b in frames if a is not b))


def test_a_question_that_says_what_for_makes_no_claim_to_argue_with(
    make_arc: Callable[..., Any],
) -> None:
    asked = "Could you tell me which customers complained, so that I can read their letters?"
    arc = make_arc(talk={"sam": (("s1", "user", asked),)})
    draft = draft_by_rules(arc, ()).perspectives["sam"]
    assert draft is not None
    assert "You tell me what the question is for" in draft.text
    assert "a reason next to the claim" not in draft.text


def test_a_word_too_long_to_quote_gives_way_to_what_can_be_quoted_whole(
    make_arc: Callable[..., Any], review: Callable[..., ReviewReady]
) -> None:
    talk = {"dana": (("s1", "user", "x" * 5_000), ("s2", "user", "The export is done."))}
    view = next(v for v in review(make_arc(talk=talk)).perspectives if v.persona_id == "dana")
    assert [e.quote for e in view.evidence] == ["The export is done."]
