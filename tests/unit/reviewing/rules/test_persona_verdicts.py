"""How a persona weighs the learner's words: by what stands in them, word for word."""

from collections.abc import Callable
from typing import Any

import pytest

from consumer.reviewing.rules.reviewer import draft_by_rules

Make = Callable[..., Any]


def _view(make_arc: Make, persona_id: str, *texts: str, **changes: Any) -> str:
    """Return a persona's view of a thread in which the learner said that, a text a stage."""
    lines = tuple((f"s{n}", "user", text) for n, text in enumerate(texts, start=1))
    arc = make_arc(talk={persona_id: lines}, **changes)
    draft = draft_by_rules(arc, ()).perspectives[persona_id]
    assert draft is not None
    return draft.text


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (
            "I will send you the corrected file by tomorrow.",
            "a name and a time, so I could plan on it",
        ),
        ("I sent the corrected file to the finance people.", "a thing reported as done."),
        (
            "I sent the corrected file to the finance people today.",
            "a thing reported as done, with its time on it",
        ),
        (
            "I will look into the broken export myself.",
            "your name on a task, and a time would have let me plan on it",
        ),
        (
            "Who of the finance people needs the file first?",
            "a question, which I can answer but not plan with",
        ),
        (
            "The finance people need the corrected file by Friday.",
            "a time, which is the part I plan with",
        ),
        (
            "We should leave the old export as it is.",
            "a position I could take upstairs or turn down, which is what I need",
        ),
        (
            "The file of the finance people has two columns.",
            "information, without a commitment I could hold you to",
        ),
    ],
)
def test_a_manager_weighs_what_could_be_planned_on(text: str, verdict: str, make_arc: Make) -> None:
    assert f"{text}” " in (view := _view(make_arc, "dana", text))
    assert verdict in view


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        (
            "Which of the two files do the customers need?",
            "a question like that costs us less than a wrong guess on our behalf",
        ),
        (
            "Your people get the corrected file from finance.",
            "we could find our own part in that without having to translate it",
        ),
        (
            "The export has two broken columns in it.",
            "we had to work out for ourselves what that meant for our side",
        ),
    ],
)
def test_a_partner_weighs_what_it_meant_for_their_side(
    text: str, effect: str, make_arc: Make
) -> None:
    assert effect in _view(make_arc, "kim", text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            "I checked the log because the totals differed by one row.",
            "You had looked before you spoke, and you show me why",
        ),
        ("I checked the log and both of the exports.", "You had your hands on it before you spoke"),
        (
            "We keep the old export because finance needs it.",
            "There's a reason next to the claim, so I can argue with the reason.",
        ),
        (
            "Should we keep the old export because finance needs it?",
            "You tell me what the question is for",
        ),
        (
            "Which of the two exports does finance need?",
            "That's a question I can work with, though I'd like to see what you had tried first.",
        ),
        (
            "I will compare the exports and then write it up.",
            "That's a plan I can follow; next to it I'd want the reason for that order.",
        ),
        ("The export has two broken columns in it.", "I can't see what it stands on"),
    ],
)
def test_a_peer_weighs_what_words_stand_on(text: str, read: str, make_arc: Make) -> None:
    assert read in _view(make_arc, "sam", text)


@pytest.mark.parametrize(
    ("persona_id", "like", "unlike", "verdict"),
    [
        (
            "dana",
            "I will ring the finance people by tomorrow.",
            "The file of the finance people has two columns.",
            "a name and a time",
        ),
        (
            "kim",
            "Your people get the other file from finance.",
            "The export has two broken columns in it.",
            "we could find our own part",
        ),
        (
            "sam",
            "I checked the log of the second export.",
            "The export has two broken columns in it.",
            "You had your hands on it",
        ),
    ],
)
def test_a_second_quote_is_weighed_anew_only_where_it_weighs_otherwise(
    persona_id: str, like: str, unlike: str, verdict: str, make_arc: Make
) -> None:
    first = {
        "dana": "I will send you the corrected file by tomorrow.",
        "kim": "Your people get the corrected file from finance.",
        "sam": "I checked the log of the first export.",
    }[persona_id]
    other = {"dana": "information", "kim": "work out for ourselves", "sam": "can't see what"}
    alike = _view(make_arc, persona_id, first, like)
    assert alike.count(verdict) == 1
    assert like in alike
    apart = _view(make_arc, persona_id, first, unlike)
    assert apart.count(verdict) == 1
    assert other[persona_id] in apart


def test_a_manager_does_not_grade_what_was_not_scored(make_arc: Make) -> None:
    bare = tuple(
        o.model_copy(update={"score": None, "first_score": None}) for o in make_arc().objectives
    )
    view = _view(make_arc, "dana", "I sent the file to finance today.", objectives=bare)
    assert "18 objectives" in view
    assert "none of them scored" in view or "with no score on any" in view


@pytest.mark.parametrize(
    ("stages", "said"),
    [(6, "six messages spread over every stage"), (2, "two messages in two of the six stages")],
)
def test_a_partner_counts_messages_and_the_stages_they_came_in(
    stages: int, said: str, make_arc: Make
) -> None:
    texts = [f"Your people get file {letter} from finance." for letter in "abcdef"[:stages]]
    assert said in _view(make_arc, "kim", *texts)
