from collections.abc import Callable
from typing import Any

import pytest

from consumer.reviewing.rules.reviewer import draft_by_rules
from schemas.review import ReviewReady, Signal

Make = Callable[..., Any]


@pytest.fixture
def measured(make_signal: Make) -> Callable[..., tuple[Signal, ...]]:
    """Return a builder of what is measured in 800 words, by the share of sentences."""

    def build(**shares: float) -> tuple[Signal, ...]:
        names = {
            "evidence": "sentences that give evidence",
            "hedging": "sentences that hedge",
            "ownership": "sentences of ownership",
        }
        counts = {"n": 800, "minimum_n": 500}
        length = {"name": "sentence length", "unit": "words a sentence", "value": 14.2}
        markers = (
            make_signal(
                "writing",
                "present" if share else "absent",
                signal_id=f"writing:{suffix}",
                name=names[suffix],
                value=share,
                low=0.0,
                high=1.0,
                **counts,
            )
            for suffix, share in shares.items()
        )
        first = make_signal(
            "writing", "present", signal_id="writing", low=13.0, high=15.0, **length, **counts
        )
        return (first, *markers)

    return build


def test_shares_of_sentences_are_said_the_greatest_first(
    make_arc: Make, measured: Make, review: Callable[..., ReviewReady]
) -> None:
    arc, signals = make_arc(), measured(evidence=0.1, hedging=0.07, ownership=0.31)
    style = review(arc, *signals).writing_style
    assert style is not None
    assert style.statement == (
        "In these notes you wrote 800 words, in sentences of 14 words on average. Of your "
        "sentences, 31 % say I or my, 10 % say what they rest on and 7 % leave room for doubt. "
        "Those that say what they rest on are the ones a reader can check without asking you. "
        "Other texts of yours may be different."
    )


def test_nothing_that_gives_evidence_is_said_so(make_arc: Make, measured: Make) -> None:
    style = draft_by_rules(
        make_arc(), measured(evidence=0.0, ownership=0.31)
    ).arc_read.writing_style
    assert style is not None
    assert "No sentence was found that says what it rests on." in style.statement


def test_what_is_not_measured_in_the_language_is_not_spoken_of(
    make_arc: Make, measured: Make
) -> None:
    style = draft_by_rules(make_arc(), measured()).arc_read.writing_style
    assert style is not None
    assert style.statement == (
        "In these notes you wrote 800 words, in sentences of 14 words on average. Other texts of "
        "yours may be different."
    )


def test_an_early_and_a_late_text_are_cited(make_arc: Make, measured: Make) -> None:
    style = draft_by_rules(make_arc(), measured(evidence=0.1)).arc_read.writing_style
    assert style is not None
    assert [c.source_id for c in style.evidence] == ["a1", "a6"]


def test_too_few_words_have_no_style_and_words_of_a_persona_are_not_cited(
    make_arc: Make, measured: Make, make_signal: Make
) -> None:
    few = make_signal("writing", "too_little_data", name="sentence length", n=80, minimum_n=500)
    assert draft_by_rules(make_arc(), (few,)).arc_read.writing_style is None
    copied = (("s1", "persona", make_arc().artefacts[0].text),)
    style = draft_by_rules(make_arc(talk={"sam": copied}), measured()).arc_read.writing_style
    assert style is not None
    assert [c.source_id for c in style.evidence] == ["a3", "a6"]
