"""Wording: how figures, parts, lists and names read in a sentence."""

import pytest

from consumer.reviewing.rules.wording import (
    after_tries,
    count,
    kind_words,
    listed,
    number_word,
    part_of,
    percent,
    plain_number,
    quoted_words,
    reached_mark,
    titled,
)
from tests.arcs import objective


@pytest.mark.parametrize(
    ("number", "said"), [(0, "no hints"), (1, "one hint"), (9, "nine hints"), (10, "10 hints")]
)
def test_a_count_is_a_word_up_to_nine_and_none_is_no(number: int, said: str) -> None:
    assert count(number, "hint") == said
    assert number_word(0) == "none"


@pytest.mark.parametrize(
    ("number", "total", "said"),
    [
        (0, 1, "no objective"),
        (1, 1, "the one objective"),
        (0, 2, "none of two objectives"),
        (1, 2, "one of two objectives"),
        (2, 2, "both objectives"),
        (2, 3, "two of three objectives"),
        (3, 3, "all three objectives"),
        (12, 18, "12 of 18 objectives"),
    ],
)
def test_a_part_of_a_whole(number: int, total: int, said: str) -> None:
    assert part_of(number, total, "objective") == said


def test_how_many_reached_the_pass_mark() -> None:
    assert reached_mark(1, 1, "objective") == "the one objective reached the pass mark"
    assert reached_mark(0, 1, "objective") == "the one objective stayed below the pass mark"
    assert reached_mark(0, 2, "objective") == "none of two objectives reached the pass mark"


def test_attempts_are_told_where_they_were_counted() -> None:
    assert after_tries(objective(attempts=2)) == " after two attempts"
    assert after_tries(objective(attempts=0)) == ""


def test_a_list_ends_in_and_or_another_word() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"], "or") == "a, b or c"


@pytest.mark.parametrize(
    ("value", "said"), [(20.0, "20"), (0.5, "0.5"), (2.345, "2.35"), (100.0, "100"), (0.0, "0")]
)
def test_a_figure_has_no_more_decimals_than_it_needs(value: float, said: str) -> None:
    assert plain_number(value) == said


def test_a_percentage_is_whole() -> None:
    assert percent(0.256) == "26 %"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (" You left it\nopen. ", "“You left it open”"),
        ("You said “so”", ""),
        (" . ", ""),
        ("a" * 240, f"“{'a' * 240}”"),
        ("a" * 241, ""),
    ],
)
def test_words_with_marks_of_their_own_or_too_many_are_not_quoted(text: str, quoted: str) -> None:
    assert quoted_words(text) == quoted


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Write the note.", "“Write the note”"),
        ("Write «the» note", "stage 2"),
        ("…", "stage 2"),
        ("a" * 120, f"“{'a' * 120}”"),
        ("a" * 121, "stage 2"),
    ],
)
def test_a_title_that_cannot_stand_in_a_sentence_is_replaced(title: str, name: str) -> None:
    assert titled(title, "stage 2") == name


def test_a_kind_that_begins_with_a_negation_turns_no_sentence_around() -> None:
    assert kind_words("late_update") == "late update"
    assert kind_words("no-next_step") == "“no next step”"
    assert kind_words("notation") == "notation"
