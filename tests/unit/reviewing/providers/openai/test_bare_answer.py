from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from consumer.reviewing.outcome import Outcome
from consumer.reviewing.ports import Provider
from consumer.reviewing.providers.openai.bare_answer import bare_answer
from consumer.reviewing.providers.openai.chat import OpenAIChatProvider
from consumer.reviewing.providers.openai.responses import OpenAIProvider
from tests.unit.reviewing.providers import wire


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


@pytest.mark.parametrize(
    ("build", "body"), [(OpenAIProvider, wire.openai), (OpenAIChatProvider, wire.chat)]
)
async def test_thoughts_and_a_fence_around_the_answer_are_taken_off_at_both_interfaces(
    ask_by: Callable[..., Callable[..., Awaitable[Outcome]]],
    build: Callable[..., Provider],
    body: Callable[[str], dict[str, Any]],
) -> None:
    text = '<think>hm</think>\n```json\n{"a": 1}\n```'
    outcome = await ask_by(build)(wire.Replying(body=body(text)))
    assert outcome.text == '{"a": 1}'
