import pytest

from consumer.assembly.prose import clean, cut, marked_words, sentences


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x1b[31mred\x1b[0m b", "ared b"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x00\x08\x9bb\u202ec\u200b", "abc"),
        ("two\n\n lines\t", "two lines"),
        ("क्\u200dष", "क्\u200dष"),
    ],
)
def test_what_steers_a_terminal_is_stripped(text: str, kept: str) -> None:
    assert clean(text) == kept


def test_decimals_do_not_end_a_sentence() -> None:
    text = "Scores held (.72, then .74). You begin alone. 3 of 5 did."
    assert sentences(text) == ("Scores held (.72, then .74).", "You begin alone.", "3 of 5 did.")
    assert sentences("先检查。再修改。") == ("先检查。", "再修改。")


def test_text_is_cut_at_a_sentence_else_at_a_word() -> None:
    assert cut("One here. Two here. Three here.", 22) == "One here. Two here."
    assert cut("several words without an end", 16) == "several words…"
    assert len(cut("x" * 50, 10)) <= 10
    assert cut("short", 10) == "short"


def test_words_in_quotation_marks_are_found() -> None:
    found = list(marked_words('a "b c," d “e f” «g h» “i”'))
    assert [one.words for one in found] == ["b c", "e f", "g h", "i"]
    assert [one.is_quotation for one in found] == [True, True, True, False]
