from collections.abc import Callable
from dataclasses import replace

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.pairs import Pairs, index_pairs
from schemas.events import Issue
from schemas.review import Signal
from tests.arcs import message, objective

PAIRS = Pairs((frozenset({5, 7}), frozenset({1, 8, 2})))


@pytest.mark.parametrize(
    "text",
    [
        "on 5 of 7 objectives",
        "on five of the seven",
        "Five of the seven",
        "1 of 8",
        "5/7",
        "2 out of 8 of your own",
        "0.5 of 9",
        "5 % of 3.2",
        "a score of 9 of quality",
    ],
)
def test_two_counts_of_one_table_stand(text: str) -> None:
    assert PAIRS.unverified(text) == ()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("on 7 of 8 objectives", "7 of 8"),
        ("on five of eight", "five of eight"),
        ("Five of eight", "Five of eight"),
        ("7 of the 5", "7 of the 5"),
        ("7 / 8", "7 / 8"),
        ("seven out of eight of them", "seven out of eight"),
    ],
)
def test_numbers_of_two_tables_or_more_than_the_whole_do_not(text: str, wrong: str) -> None:
    assert PAIRS.unverified(text) == (wrong,)


def test_other_languages_have_their_own_words() -> None:
    assert PAIRS.unverified("bei 7 von 8 und fünf von sieben", "de") == ("7 von 8",)
    assert PAIRS.unverified("7 sur 8 objectifs", "fr") == ("7 sur 8",)


def test_a_pair_of_unrelated_cells_is_a_fault_of_the_prose(arc: Arc) -> None:
    facts = facts_of(arc, ())
    assert facts.prose_faults("It held in 2 of 4 stages.") == ()
    assert facts.prose_faults("It held on 4 of 2 occasions.") != ()


def test_a_thread_is_a_table(arc: Arc) -> None:
    facts = facts_of(arc, ())
    assert facts.pairs.unverified("1 of 2 messages, 2 of 4 messages") == ()


def test_a_part_of_a_threads_messages_is_a_pair(arc: Arc) -> None:
    more = tuple(
        arc.messages[0].model_copy(update={"message_id": f"x{n}", "sequence": 10 + n})
        for n in range(9)
    )
    facts = facts_of(replace(arc, messages=(*arc.messages, *more)), ())
    assert facts.prose_faults("Of what was said with Dana, 1 of 11 messages was yours.") == ()


def _pairs(arc: Arc, *signals: Signal) -> Pairs:
    return index_pairs(arc, signals)


def test_a_share_of_a_signals_n_is_a_pair_and_another_value_is_none(
    arc: Arc, make_signal: Callable[..., Signal]
) -> None:
    share = make_signal("help_seeking", "present", value=0.3, unit="ratio")
    points = make_signal("calibration", "present", value=0.3, unit="points of 1")
    assert _pairs(arc, share).unverified("11 of 37 messages") == ()
    assert _pairs(arc, points).unverified("11 of 37 messages") == ("11 of 37",)


def test_a_kind_has_hits_of_chances_before_and_after_its_feedback(arc: Arc) -> None:
    """Of 30 objectives 8 and 3 show it, on both sides of the 20th, whose feedback names it."""
    marks = {*range(1, 9), *range(21, 24)}
    pool = tuple(
        objective(
            n,
            issues=(Issue(kind="late_update"),) if n in marks else (),
            feedback="Mind the late update." if n == 20 else None,
        )
        for n in range(1, 31)
    )
    pairs = _pairs(replace(arc, objectives=pool))
    assert pairs.unverified("11 of 30, 3 of 10 since and 8 of 20 before") == ()
    assert pairs.unverified("8 of 10 since, 3 of 20 before") == ("8 of 10", "3 of 20")


def test_a_mean_is_no_count(arc: Arc) -> None:
    pool = tuple(objective(n, hints=7 + n % 2) for n in range(1, 13))
    assert _pairs(replace(arc, objectives=pool)).unverified("7 of 12") == ("7 of 12",)


def test_questions_are_a_part_of_the_learners_messages(arc: Arc) -> None:
    asked = tuple(
        message(n, persona_id="dana", text="Where is the file?" if n < 6 else "It is here.")
        for n in range(1, 12)
    )
    pairs = _pairs(replace(arc, messages=asked))
    assert pairs.unverified("5 of 11 messages") == ()
    assert pairs.unverified("6 of 11 messages") == ("6 of 11",)
