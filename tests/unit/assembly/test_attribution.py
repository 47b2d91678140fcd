from dataclasses import replace

import pytest

from consumer.arc import Arc
from consumer.assembly.attribution import LEARNER, SPEAKER, is_said_outright, speaker_of
from consumer.assembly.facts import facts_of
from consumer.assembly.items import ground_all
from consumer.drafts import Citation

PERSONAS = {"Dana": "p1", "Dana Ortiz": "p1", "Sam": "p2"}


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("You wrote “|”", LEARNER),
        ("You then said to Dana: “|”", LEARNER),
        ("Your note says “|”", LEARNER),
        ("Your words were “|”", LEARNER),
        ("In your own words: “|”", LEARNER),
        ("“|,” you wrote.", LEARNER),
        ("“|” was your message.", LEARNER),
        ("Dana wrote “|”", "p1"),
        ("Dana Ortiz then asked you “|”", "p1"),
        ("You were right when Sam said “|”", "p2"),
        ("“|”, Sam wrote.", "p2"),
        ("I asked you “|”", SPEAKER),
        ("You were told “|”", None),
        ("Asked “|”, you sent them.", None),
        ("You never said so. “|”", None),
        ("The feedback was “|”", None),
        ("I asked for the decision, and you gave it to me in one breath: “|”", None),
        ("You wrote to Sam about it; Dana had it as “|”", None),
        ("You wrote to Sam, and Dana wrote “|”", "p1"),
        ("Dana said you wrote “|”", LEARNER),
        ("You wrote it all down. “|” stood at its end.", None),
        ("I asked you before the readout “|”", SPEAKER),
        ("I asked for the decision first, and what I got was “|”", None),
        ("You weighed what Sam told you about it and named the date: “|”", None),
        ("Take what Sam told you: “|”", "p2"),
        ("Take what you wrote to Dana: “|”", LEARNER),
        ("I added up your table and heard that it was “|”", None),
    ],
)
def test_words_are_given_to_whom_the_prose_names_last(text: str, who: str | None) -> None:
    before, _, after = text.partition("|")
    assert speaker_of(before, after, PERSONAS) == who


def test_a_word_is_said_outright_where_a_verb_of_saying_stands_before_it() -> None:
    assert is_said_outright("You said “")
    assert is_said_outright("you wrote only: “")
    assert not is_said_outright("You asked for “")


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("Dana wrote “Please send me the numbers for the board”.", True),
        ("Sam wrote “Please send me the numbers for the board”.", False),
        ("Dana wrote “I checked the log twice before I changed”.", False),
        ("Your note says “The file was sent twice because the job”.", True),
        ("Your words were “Please send me the numbers for the board”.", False),
        ("“Please send me the numbers for the board,” you wrote.", False),
        ("You said “nonsense” to Dana.", False),
        ("You wrote “checked” there.", True),
        ("You were told “nonsense” there.", True),
        ("It was “nonsense” in short.", True),
    ],
)
def test_quoted_words_must_be_of_whom_the_prose_says(text: str, *, stands: bool, arc: Arc) -> None:
    assert (facts_of(arc, ()).prose_faults(text) == ()) is stands


def test_a_persona_quotes_itself_and_nobody_else_as_i(arc: Arc) -> None:
    facts = facts_of(arc, ())
    own = "I asked you “Please send me the numbers for the board”."
    assert facts.prose_faults(own, persona_id="dana") == ()
    assert facts.prose_faults(own, persona_id="sam") != ()
    assert facts.prose_faults("I wrote “I checked the log twice”.", persona_id="dana") != ()


def test_a_first_name_that_two_personas_share_gives_words_to_neither(arc: Arc) -> None:
    dana, sam, kim = arc.trigger.personas
    two = (
        dana.model_copy(update={"name": "Kim Ortiz"}),
        sam,
        kim.model_copy(update={"name": "Kim Lee"}),
    )
    twin = replace(arc, trigger=arc.trigger.model_copy(update={"personas": two}))
    facts = facts_of(twin, ())
    words = "“Please send me the numbers for the board”"
    assert facts.prose_faults(f"Kim wrote {words}.") == ()
    assert facts.prose_faults(f"Kim Ortiz wrote {words}.") == ()
    assert facts.prose_faults(f"Kim Lee wrote {words}.") != ()


def test_the_learners_words_stand_in_what_is_cited_for_them(arc: Arc) -> None:
    echo = arc.messages[1].model_copy(update={"text": f"{arc.messages[0].text} Yes."})
    facts = facts_of(replace(arc, messages=(arc.messages[0], echo)), ())
    text = "You wrote “Please send me the numbers for the board”."
    for message_id, stands in (("m1", False), ("m2", True)):
        cited = Citation(
            source="message",
            source_id=message_id,
            revision=None,
            quote="Please send me the numbers for the board",
        )
        evidence = ground_all((cited,), facts).evidence
        assert (facts.prose_faults(text, evidence) == ()) is stands
