import pytest

from consumer.reviewing.providers.openai.bare_answer import bare_answer


@pytest.mark.parametrize(
    "wrapped",
    [
        '{"a": 1}',
        '```json\n{"a": 1}\n```',
        '```\n{"a": 1}\n```\n',
        '<think>a {"b": 2}?\nyes</think>\n\n{"a": 1}',
        '\n<think></think>```json\n{"a": 1}\n```',
    ],
)
def test_a_wrapping_of_the_whole_answer_is_taken_off(wrapped: str) -> None:
    assert bare_answer(wrapped) == '{"a": 1}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        'Here it is:\n```json\n{"a": 1}\n```',
        '{"a": "<think>no</think>"}',
        '<think>without an end {"a": 1}',
        '```json\n{"a": 1}',
    ],
)
def test_anything_else_stays_as_it_is(text: str) -> None:
    assert bare_answer(text) == text
