from hypothesis import given
from hypothesis import strategies as st

from consumer.assembly.grams import grams_of

WORDS = "one two three four five six seven"
HAN = "数据还没有核对过就发出"


def test_every_run_of_six_words_is_a_gram() -> None:
    assert [" ".join(gram) for gram in grams_of(WORDS)] == [
        "one two three four five six",
        "two three four five six seven",
    ]


def test_fewer_than_six_words_are_none() -> None:
    assert list(grams_of("one two three four five")) == []


def test_of_a_script_without_spaces_ten_characters_are_needed() -> None:
    assert list(grams_of(HAN[:9])) == []
    assert ["".join(gram) for gram in grams_of(HAN)] == [HAN[:10], HAN[1:]]


@given(st.lists(st.sampled_from(["ab", "“ab”", "Ab", "12"]), max_size=12))
def test_words_are_run_together_alike_beside_another_script(words: list[str]) -> None:
    alone = list(grams_of(" ".join(words)))
    beside = list(grams_of(" ".join([*words, "北"])))
    assert beside[: len(alone)] == alone
