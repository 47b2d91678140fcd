from dataclasses import replace

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.pairs import Pairs

PAIRS = Pairs((frozenset({5, 7}), frozenset({1, 8, 2})))


@pytest.mark.parametrize(
    "text",
    [
        "on 5 of 7 objectives",
        "on five of the seven",
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
