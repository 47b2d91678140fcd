import pytest

from consumer.signals.words import count_words, folded, is_list_line, sentences


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" -- … !", 0),
        ("I don't know the re-run.", 5),
        ("Größe und Maß", 3),
        ("Привет, мир", 2),
        ("हिन्दी में लिखा", 3),
        ("报告已经写好", 3),
        ("报告已经写好了", 4),
        ("a_b", 2),
        ("e\u0301tude", 1),
    ],
)
def test_words_are_counted_in_any_script(text: str, words: int) -> None:
    assert count_words(text) == words


def test_sentences_end_at_stops_and_lines_and_hold_words() -> None:
    assert sentences("One two. Three!\n\nFour five\n...\n6 is 2.5 more.") == (
        "One two.",
        "Three!",
        "Four five",
        "6 is 2.5 more.",
    )


def test_sentences_of_a_script_without_spaces_end_too() -> None:
    assert sentences("我写了报告。你看了吗？") == ("我写了报告。", "你看了吗？")


def test_the_dot_of_a_list_number_ends_no_sentence() -> None:
    assert sentences("1. Call Dana. Ask her.\n- Then wait") == (
        "1. Call Dana.",
        "Ask her.",
        "- Then wait",
    )


@pytest.mark.parametrize("line", ["- one", "* one", "# Head", "2) two", "10. ten"])
def test_list_items_and_headings_are_told_by_their_mark(line: str) -> None:
    assert is_list_line(line)


@pytest.mark.parametrize("line", ["one - two", "-5 degrees", "2026. was", "#tag"])
def test_other_lines_are_no_list(line: str) -> None:
    assert not is_list_line(line)


def test_folding_takes_compatibility_white_space_and_case() -> None:
    assert folded("  Ｔｈｅ\u00a0 Plan\n") == "the plan"
