"""Voice: how a description of a voice changes what its persona says."""

import pytest

from consumer.reviewing.rules.personas.voice import MAX_SENTENCES_TERSE, voice_of

SENTENCES = tuple(f"I do not mind {word}." for word in ("one", "two", "three", "four", "five"))


def test_a_terse_voice_keeps_to_the_first_few_and_still_asks() -> None:
    spoken = voice_of("Blunt, asks short questions").spoken(SENTENCES, "Why?")
    assert spoken == (*SENTENCES[:MAX_SENTENCES_TERSE], "Why?")


@pytest.mark.parametrize(
    ("description", "sentence", "spoken"),
    [
        ("warm and friendly", "I do not see what I am told.", "I don't see what I'm told."),
        ("warm and friendly", "Do not say “I do not know”.", "Don't say “I do not know”."),
        ("warm and friendly", "I take it as it is.", "I take it as it is."),
        ("dry and exact", "That's what it's “I don't know”.", "That is what it is “I don't know”."),
        ("warm but exact", "I do not, I don't.", "I do not, I don't."),
        ("", "I do not, I don't.", "I do not, I don't."),
        ("trocken und genau", "I do not, I don't.", "I do not, I don't."),
    ],
)
def test_an_easy_voice_contracts_and_a_careful_one_does_not_outside_quotations(
    description: str, sentence: str, spoken: str
) -> None:
    assert voice_of(description).spoken((sentence,))[0] == spoken


def test_a_voice_listens_for_what_it_is_said_to_talk_of() -> None:
    concerns = voice_of("Plain-spoken from operations, talks in valves, crews and dates").concerns
    assert concerns is not None
    assert concerns.search("The valve is shut.")
    assert concerns.search("Two Crews wait.")
    assert not concerns.search("It talks of nothing.")
    assert voice_of("calm (very) [odd* +text").concerns is None
    assert voice_of("").concerns is None
