import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.scripts import may_be_in, mixes_scripts


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("You checked the log.", "en"),
        ("Du hast das Protokoll geprüft.", "de-AT"),
        ("你在 API 阶段先检查了日志。", "zh-Hans"),
        ("ログを確認しました。", "ja"),
        ("先检查 abcd", "zh"),  # three letters of seven
        ("راجعت السجل أولا.", "ar"),
        ("Anything at all.", "xx"),
        ("12 : 0.85", "zh"),
    ],
)
def test_a_text_of_the_right_script_may_be_in_its_language(text: str, language: str) -> None:
    assert may_be_in(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [("You checked the log.", "zh"), ("You checked.", "ar"), ("你先检查了日志。", "de")],
)
def test_a_text_of_another_script_cannot_be(text: str, language: str) -> None:
    assert not may_be_in(text, language)


@pytest.mark.parametrize(
    ("text", "mixes"),
    [
        ("ninеty of them", True),  # the middle letter is Cyrillic
        ("Οne stage", True),  # the first is Greek
        ("Москва and Berlin", False),
        ("a café, π and 3 µm", False),
        ("日本語のtext", False),
    ],
)
def test_letters_that_look_alike_are_not_mixed_in_a_word(text: str, *, mixes: bool) -> None:
    assert mixes_scripts(text) is mixes


def test_prose_is_held_to_one_script_a_word(arc: Arc) -> None:
    fault = "a word of it mixes letters of two scripts"
    assert fault in facts_of(arc, ()).prose_faults("You took nin\u0435ty hints.")
    assert fault not in facts_of(arc, ()).prose_faults("You took two hints.")
