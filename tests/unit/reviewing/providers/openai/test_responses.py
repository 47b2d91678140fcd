import asyncio
import json
from collections.abc import Callable
from typing import Any, get_args

import httpx2
import pytest
from openai.types.responses import Response
from openai.types.responses.response import IncompleteDetails

from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.providers.openai.responses import (
    INCOMPLETE_REASONS,
    STATUSES,
    OpenAIProvider,
)

ClientFor = Callable[[Callable[[httpx2.Request], httpx2.Response]], httpx2.AsyncClient]


@pytest.fixture
def ask(
    client_for: ClientFor, request_: CompletionRequest
) -> Callable[[Callable[[httpx2.Request], httpx2.Response]], Any]:
    async def run(handler: Callable[[httpx2.Request], httpx2.Response]) -> Outcome:
        provider = OpenAIProvider(
            api_key="k", model="o", base_url="http://o.test/v1", http_client=client_for(handler)
        )
        return await provider.complete(request_, timeout_seconds=2.5)

    return run


def test_every_status_and_incomplete_reason_of_the_sdk_is_mapped() -> None:
    statuses = get_args(get_args(Response.model_fields["status"].annotation)[0])
    reasons = get_args(get_args(IncompleteDetails.model_fields["reason"].annotation)[0])
    assert set(STATUSES) == set(statuses)
    assert set(INCOMPLETE_REASONS) == set(reasons)


async def test_the_request_is_strict_unstored_and_bounded(ask: Any, wire: Any) -> None:
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=wire.openai("{}"))

    await ask(handle)
    body = json.loads(seen[0].content)
    assert seen[0].url.path == "/v1/responses"
    assert body["text"]["format"]["type"] == "json_schema"
    assert body["text"]["format"]["strict"] is True
    assert body["text"]["format"]["schema"]["additionalProperties"] is False
    assert (body["store"], body["max_output_tokens"]) == (False, 77)
    assert (body["instructions"], body["input"]) == ("the rules", "the prompt")
    assert "tools" not in body
    assert seen[0].extensions["timeout"]["read"] == 2.5


async def test_a_good_answer_carries_its_text_and_tokens(ask: Any, wire: Any) -> None:
    outcome = await ask(wire.replying(body=wire.openai('{"a": 1}')))
    assert outcome == Outcome.ok('{"a": 1}', Usage(input_tokens=10, output_tokens=7))


async def test_the_model_that_answered_is_named(ask: Any, wire: Any) -> None:
    body = wire.openai("{}", model="o-2026-01-05")
    assert (await ask(wire.replying(body=body))).model == "o-2026-01-05"


async def test_a_completed_response_without_text_is_transient(ask: Any, wire: Any) -> None:
    call = {"type": "function_call", "name": "f", "arguments": "{}"}
    for output in ([], [call], None):
        outcome = await ask(wire.replying(body=wire.openai(output=output)))
        assert (outcome.kind, outcome.detail) == (OutcomeKind.TRANSIENT, "no_output")


async def test_thoughts_and_a_fence_around_the_answer_are_taken_off(ask: Any, wire: Any) -> None:
    text = '<think>hm</think>\n```json\n{"a": 1}\n```'
    assert (await ask(wire.replying(body=wire.openai(text)))).text == '{"a": 1}'


async def test_a_refusal_is_read_before_any_text(ask: Any, wire: Any) -> None:
    content = [{"type": "output_text", "text": "{}"}, {"type": "refusal", "refusal": "no"}]
    body = wire.openai(output=[{"type": "message", "content": content}])
    outcome = await ask(wire.replying(body=body))
    assert (outcome.kind, outcome.text) == (OutcomeKind.REFUSED, None)


@pytest.mark.parametrize(("reason", "kind"), INCOMPLETE_REASONS.items())
async def test_an_incomplete_answer_is_none_though_its_text_would_parse(
    ask: Any, wire: Any, reason: str, kind: OutcomeKind
) -> None:
    body = wire.openai("{}", status="incomplete", incomplete_details={"reason": reason})
    outcome = await ask(wire.replying(body=body))
    assert (outcome.kind, outcome.text) == (kind, None)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("server_error", OutcomeKind.TRANSIENT),
        ("rate_limit_exceeded", OutcomeKind.RATE_LIMITED),
        ("invalid_prompt", OutcomeKind.BLOCKED),
        ("a code of next year", OutcomeKind.TRANSIENT),
    ],
)
async def test_a_failed_response_is_told_by_its_code(
    ask: Any, wire: Any, code: str, kind: OutcomeKind
) -> None:
    body = wire.openai("{}", status="failed", error={"code": code, "message": "no"})
    assert (await ask(wire.replying(body=body))).kind is kind


@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelled", None, "newer"])
async def test_an_unfinished_status_is_no_answer(ask: Any, wire: Any, status: str | None) -> None:
    outcome = await ask(wire.replying(body=wire.openai("{}", status=status)))
    assert outcome.kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"<html>", b'{"status": ', b'"x"', b"\xff"])
@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
async def test_a_200_that_is_no_answer_is_transient(
    ask: Any, wire: Any, body: bytes, content_type: str
) -> None:
    handler = wire.replying(body=body, headers={"content-type": content_type})
    assert (await ask(handler)).kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, None, OutcomeKind.PERMANENT),
        (400, "content_filter", OutcomeKind.BLOCKED),
        (401, "invalid_api_key", OutcomeKind.PERMANENT),
        (404, "model_not_found", OutcomeKind.PERMANENT),
        (409, None, OutcomeKind.TRANSIENT),
        (429, "rate_limit_exceeded", OutcomeKind.RATE_LIMITED),
        (429, "insufficient_quota", OutcomeKind.QUOTA),
        (500, None, OutcomeKind.TRANSIENT),
        (503, None, OutcomeKind.TRANSIENT),
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


async def test_a_rate_limit_carries_what_was_asked_for(ask: Any, wire: Any) -> None:
    body = {"error": {"code": "rate_limit_exceeded", "message": "slow down"}}
    outcome = await ask(wire.replying(429, body=body, headers={"retry-after": "12"}))
    assert outcome.retry_after_seconds == 12.0


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


async def test_no_detail_repeats_the_providers_words(ask: Any, wire: Any) -> None:
    body = wire.openai("{}", status="failed", error={"code": "you said: my secret", "message": ""})
    assert "secret" not in (await ask(wire.replying(body=body))).detail
