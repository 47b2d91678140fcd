import pytest

from consumer.assembly.proper_names import capitalised_words_of, proper_names_of, tells_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I asked Verbena twice, then Castellane-Sud.", ["verbena", "castellane"]),
        ("Verbena came first. Then it was over. “Nobody knew.” Said so.", []),
        ("See you on Monday in March.", []),
        ("What I did: Split it - Then checked it\n- Looked again", []),
        ("We met at IBM and with Bo, and Anna came.", ["anna"]),
        ("Тогда я спросил Марину.", ["марину"]),
    ],
)
def test_a_name_is_a_capitalised_word_inside_a_sentence(text: str, names: list[str]) -> None:
    assert list(proper_names_of(text)) == names


def test_a_word_with_a_capital_anywhere_may_be_where_a_name_was_heard() -> None:
    assert list(capitalised_words_of("Verbena owes us. then castle")) == ["verbena"]


@pytest.mark.parametrize(
    ("language", "tells"), [("en", True), ("fr-CA", True), ("de", False), ("DE-at", False)]
)
def test_a_language_with_capital_nouns_tells_no_names(language: str, *, tells: bool) -> None:
    assert tells_names(language) is tells
