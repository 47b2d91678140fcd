import asyncio
import json
from collections.abc import Callable
from typing import Any, get_args

import httpx2
import pytest
from openai.types.chat.chat_completion import Choice

from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.providers.openai.chat import (
    CHAT_FINISH_REASONS,
    LimitField,
    OpenAIChatProvider,
)

ClientFor = Callable[[Callable[[httpx2.Request], httpx2.Response]], httpx2.AsyncClient]


@pytest.fixture
def ask(client_for: ClientFor, request_: CompletionRequest) -> Callable[..., Any]:
    async def run(
        handler: Callable[[httpx2.Request], httpx2.Response],
        limit_field: LimitField = "max_completion_tokens",
    ) -> Outcome:
        provider = OpenAIChatProvider(
            api_key="k",
            model="o",
            base_url="http://o.test/v1",
            http_client=client_for(handler),
            limit_field=limit_field,
        )
        return await provider.complete(request_, timeout_seconds=2.5)

    return run


def test_every_finish_reason_of_the_sdk_is_mapped() -> None:
    known = set(get_args(Choice.model_fields["finish_reason"].annotation))
    assert set(CHAT_FINISH_REASONS) == known


@pytest.mark.parametrize("field", get_args(LimitField))
async def test_the_request_is_strict_and_bounded_in_the_servers_word(
    ask: Any, wire: Any, field: LimitField
) -> None:
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=wire.chat("{}"))

    await ask(handle, field)
    body = json.loads(seen[0].content)
    form = body["response_format"]
    assert seen[0].url.path == "/v1/chat/completions"
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert form["json_schema"]["schema"]["additionalProperties"] is False
    assert [m["role"] for m in body["messages"]] == ["system", "user"]
    assert [m["content"] for m in body["messages"]] == ["the rules", "the prompt"]
    # Nothing that a server of open models might refuse.
    assert set(body) == {"model", "messages", "response_format", field}
    assert body[field] == 77
    assert seen[0].extensions["timeout"]["read"] == 2.5


async def test_a_good_answer_carries_its_text_and_tokens(ask: Any, wire: Any) -> None:
    outcome = await ask(wire.replying(body=wire.chat('{"a": 1}')))
    assert outcome == Outcome.ok('{"a": 1}', Usage(input_tokens=10, output_tokens=7))


@pytest.mark.parametrize("reason", [r for r in CHAT_FINISH_REASONS if r != "stop"])
async def test_a_finish_reason_is_read_before_a_perfectly_good_text(
    ask: Any, wire: Any, reason: str
) -> None:
    outcome = await ask(wire.replying(body=wire.chat("{}", finish_reason=reason)))
    assert (outcome.kind, outcome.text) == (CHAT_FINISH_REASONS[reason], None)


@pytest.mark.parametrize("reason", [None, "abort", 3])
async def test_a_finish_reason_that_nobody_knows_is_transient(
    ask: Any, wire: Any, reason: object
) -> None:
    outcome = await ask(wire.replying(body=wire.chat("{}", finish_reason=reason)))
    assert outcome.kind is OutcomeKind.TRANSIENT


async def test_a_refusal_is_read_before_any_text(ask: Any, wire: Any) -> None:
    message = {"role": "assistant", "content": "{}", "refusal": "no"}
    outcome = await ask(wire.replying(body=wire.chat(message=message)))
    assert (outcome.kind, outcome.text) == (OutcomeKind.REFUSED, None)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking"])
async def test_thoughts_in_a_servers_own_field_are_no_part_of_the_answer(
    ask: Any, wire: Any, field: str
) -> None:
    message = {"role": "assistant", "content": "{}", field: "hm"}
    assert (await ask(wire.replying(body=wire.chat(message=message)))).text == "{}"


async def test_thoughts_and_a_fence_around_the_answer_are_taken_off(ask: Any, wire: Any) -> None:
    text = '<think>hm</think>\n```json\n{"a": 1}\n```'
    assert (await ask(wire.replying(body=wire.chat(text)))).text == '{"a": 1}'


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": "many"}, []])
async def test_without_usable_usage_the_tokens_are_unknown(
    ask: Any, wire: Any, usage: object
) -> None:
    outcome = await ask(wire.replying(body=wire.chat("{}") | {"usage": usage}))
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
    ask: Any, wire: Any, error: object, kind: OutcomeKind
) -> None:
    assert (await ask(wire.replying(body={"error": error}))).kind is kind


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"<html>",
        b'{"choices": ',
        b'{"choices": "x"}',
        b'{"choices": []}',
        b'{"choices": [5]}',
        b'"x"',
        b"\xff",
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
async def test_a_200_that_is_no_answer_is_transient(
    ask: Any, wire: Any, body: bytes, content_type: str
) -> None:
    handler = wire.replying(body=body, headers={"content-type": content_type})
    assert (await ask(handler)).kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize("content", [None, 5, [{"type": "text", "text": "{}"}]])
async def test_an_answer_without_text_is_transient(ask: Any, wire: Any, content: object) -> None:
    message = {"role": "assistant", "content": content}
    outcome = await ask(wire.replying(body=wire.chat(message=message)))
    assert (outcome.kind, outcome.detail) == (OutcomeKind.TRANSIENT, "no_output")


async def test_the_model_that_answered_is_named(ask: Any, wire: Any) -> None:
    body = wire.chat("{}") | {"model": "o-2026-01-05"}
    assert (await ask(wire.replying(body=body))).model == "o-2026-01-05"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, None, OutcomeKind.PERMANENT),
        (400, "content_filter", OutcomeKind.BLOCKED),
        (404, "model_not_found", OutcomeKind.PERMANENT),
        (429, "rate_limit_exceeded", OutcomeKind.RATE_LIMITED),
        (429, "insufficient_quota", OutcomeKind.QUOTA),
        (500, None, OutcomeKind.TRANSIENT),
    ],
)
async def test_a_status_is_read_and_asked_only_once(
    ask: Any, status: int, code: str | None, kind: OutcomeKind
) -> None:
    calls: list[int] = []

    def handle(_: httpx2.Request) -> httpx2.Response:
        calls.append(1)
        return httpx2.Response(status, json={"error": {"message": "no", "code": code}})

    assert (await ask(handle)).kind is kind
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx2.ReadTimeout("late"), OutcomeKind.TIMEOUT),
        (httpx2.ConnectError("refused"), OutcomeKind.TRANSIENT),
        (httpx2.PoolTimeout("full"), OutcomeKind.LOCAL_SATURATION),
        (KeyError("nobody mapped this"), OutcomeKind.TRANSIENT),
    ],
)
async def test_what_the_transport_raises_becomes_an_outcome(
    ask: Any, error: Exception, kind: OutcomeKind
) -> None:
    def handle(_: httpx2.Request) -> httpx2.Response:
        raise error

    assert (await ask(handle)).kind is kind


async def test_a_cancellation_is_no_outcome(ask: Any) -> None:
    def handle(_: httpx2.Request) -> httpx2.Response:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await ask(handle)
