import pytest

from consumer.assembly.scripts import may_be_in


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("You checked the log.", "en"),
        ("Du hast das Protokoll geprüft.", "de-AT"),
        ("你在 API 阶段先检查了日志。", "zh-Hans"),
        ("ログを確認しました。", "ja"),
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
