import json
from collections.abc import Awaitable, Callable
from typing import get_args

import pytest
from openai.types.chat.chat_completion import Choice

from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.providers.openai.chat import (
    CHAT_FINISH_REASONS,
    LimitField,
    OpenAIChatProvider,
)
from tests.unit.reviewing.providers import wire

Ask = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def ask(ask_by: Callable[..., Ask]) -> Ask:
    return ask_by(OpenAIChatProvider)


def test_every_finish_reason_of_the_sdk_is_mapped() -> None:
    known = set(get_args(Choice.model_fields["finish_reason"].annotation))
    assert set(CHAT_FINISH_REASONS) == known


@pytest.mark.parametrize("field", get_args(LimitField))
async def test_the_request_is_strict_and_bounded_in_the_servers_word(
    ask: Ask, field: LimitField
) -> None:
    service = wire.Replying(body=wire.chat("{}"))
    await ask(service, limit_field=field)
    (asked,) = service.requests
    body = json.loads(asked.content)
    form = body["response_format"]
    assert asked.url.path == "/v1/chat/completions"
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert form["json_schema"]["schema"]["additionalProperties"] is False
    assert [m["role"] for m in body["messages"]] == ["system", "user"]
    assert [m["content"] for m in body["messages"]] == ["the rules", "the prompt"]
    # Nothing that a server of open models might refuse.
    assert set(body) == {"model", "messages", "response_format", field}
    assert body[field] == 77
    assert asked.extensions["timeout"]["read"] == 2.5


@pytest.mark.parametrize("reason", [r for r in CHAT_FINISH_REASONS if r != "stop"])
async def test_a_finish_reason_is_read_before_a_perfectly_good_text(ask: Ask, reason: str) -> None:
    outcome = await ask(wire.Replying(body=wire.chat("{}", finish_reason=reason)))
    assert (outcome.kind, outcome.text) == (CHAT_FINISH_REASONS[reason], None)


@pytest.mark.parametrize("reason", [None, "abort", 3])
async def test_a_finish_reason_that_nobody_knows_is_transient(ask: Ask, reason: object) -> None:
    outcome = await ask(wire.Replying(body=wire.chat("{}", finish_reason=reason)))
    assert outcome.kind is OutcomeKind.TRANSIENT


async def test_a_refusal_is_read_before_any_text(ask: Ask) -> None:
    message = {"role": "assistant", "content": "{}", "refusal": "no"}
    outcome = await ask(wire.Replying(body=wire.chat(message=message)))
    assert (outcome.kind, outcome.text) == (OutcomeKind.REFUSED, None)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking"])
async def test_thoughts_in_a_servers_own_field_are_no_part_of_the_answer(
    ask: Ask, field: str
) -> None:
    message = {"role": "assistant", "content": "{}", field: "hm"}
    assert (await ask(wire.Replying(body=wire.chat(message=message)))).text == "{}"


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": "many"}, []])
async def test_without_usable_usage_the_tokens_are_unknown(ask: Ask, usage: object) -> None:
    outcome = await ask(wire.Replying(body=wire.chat("{}") | {"usage": usage}))
    assert outcome == Outcome.ok("{}", Usage())


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": "rate_limit_exceeded"}, OutcomeKind.RATE_LIMITED),
        ({"type": "insufficient_quota"}, OutcomeKind.QUOTA),
        ({"code": 502}, OutcomeKind.TRANSIENT),
        ("no", OutcomeKind.TRANSIENT),
    ],
)
async def test_an_error_with_status_200_is_an_error(
    ask: Ask, error: object, kind: OutcomeKind
) -> None:
    assert (await ask(wire.Replying(body={"error": error}))).kind is kind


@pytest.mark.parametrize("choices", ["x", [], [5], None])
async def test_choices_of_another_shape_are_no_answer(ask: Ask, choices: object) -> None:
    outcome = await ask(wire.Replying(body={"choices": choices}))
    assert outcome.kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize("content", [None, 5, [{"type": "text", "text": "{}"}]])
async def test_an_answer_without_text_is_transient(ask: Ask, content: object) -> None:
    message = {"role": "assistant", "content": content}
    outcome = await ask(wire.Replying(body=wire.chat(message=message)))
    assert (outcome.kind, outcome.detail) == (OutcomeKind.TRANSIENT, "no_output")
