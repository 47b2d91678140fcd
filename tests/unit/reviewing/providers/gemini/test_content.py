import json
from collections.abc import Awaitable, Callable

import httpx2
import pytest
from google.genai import types

from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.providers.gemini.content import (
    BLOCK_REASONS,
    FINISH_REASONS,
    GeminiProvider,
)
from tests.unit.reviewing.providers import wire

Ask = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def ask(ask_by: Callable[..., Ask]) -> Ask:
    return ask_by(GeminiProvider)


def test_every_finish_reason_of_the_sdk_is_mapped() -> None:
    assert set(FINISH_REASONS) == set(types.FinishReason)


def test_every_block_reason_of_the_sdk_is_mapped() -> None:
    assert set(BLOCK_REASONS) == set(types.BlockedReason)


def test_only_stop_is_an_answer() -> None:
    good = [reason for reason, kind in FINISH_REASONS.items() if kind is OutcomeKind.OK]
    assert good == [types.FinishReason.STOP]


async def test_the_request_carries_the_schema_the_budget_and_the_rules(
    ask: Ask, request_: CompletionRequest
) -> None:
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=wire.gemini("{}"))

    await ask(handle)
    body = json.loads(seen[0].content)
    config = body["generationConfig"]
    assert seen[0].url.path.endswith("/models/m:generateContent")
    assert config["responseMimeType"] == "application/json"
    assert config["maxOutputTokens"] == 77
    assert config["responseJsonSchema"]["required"] == ["dimensions"]
    assert body["systemInstruction"]["parts"] == [{"text": "the rules"}]
    assert "tools" not in body
    # The SDK's option is in milliseconds: 2.5 must not become 2.5 ms.
    assert seen[0].extensions["timeout"]["read"] == 2.5


async def test_a_good_answer_carries_its_text_and_all_tokens_written(ask: Ask) -> None:
    outcome = await ask(wire.replying(body=wire.gemini('{"a": 1}')))
    assert outcome == Outcome.ok('{"a": 1}', Usage(input_tokens=10, output_tokens=7))


async def test_the_model_that_answered_is_named(ask: Ask) -> None:
    body = wire.gemini("{}") | {"modelVersion": "g-001"}
    assert (await ask(wire.replying(body=body))).model == "g-001"


async def test_a_finished_answer_without_text_is_transient(ask: Ask) -> None:
    for parts in ([], [{"text": "hm", "thought": True}]):
        body = wire.gemini(content={"role": "model", "parts": parts})
        outcome = await ask(wire.replying(body=body))
        assert (outcome.kind, outcome.detail) == (OutcomeKind.TRANSIENT, "no_output")


async def test_what_a_model_thought_is_no_part_of_its_answer(ask: Ask) -> None:
    parts = [{"text": "hm", "thought": True}, {"text": "{"}, {"text": "}"}]
    body = wire.gemini(content={"role": "model", "parts": parts})
    assert (await ask(wire.replying(body=body))).text == "{}"


@pytest.mark.parametrize("reason", [r for r in types.FinishReason if r.name != "STOP"])
async def test_a_finish_reason_is_read_before_a_perfectly_good_text(
    ask: Ask, reason: types.FinishReason
) -> None:
    outcome = await ask(wire.replying(body=wire.gemini("{}", finishReason=reason.value)))
    assert outcome.kind is FINISH_REASONS[reason]
    assert outcome.text is None


@pytest.mark.filterwarnings("ignore:NEWER is not a valid")
async def test_a_finish_reason_newer_than_the_sdk_is_transient(ask: Ask) -> None:
    outcome = await ask(wire.replying(body=wire.gemini("{}", finishReason="NEWER")))
    assert outcome.kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize("reason", types.BlockedReason)
async def test_a_block_reason_is_read_before_a_perfectly_good_text(
    ask: Ask, reason: types.BlockedReason
) -> None:
    body = wire.gemini("{}") | {"promptFeedback": {"blockReason": reason.value}}
    outcome = await ask(wire.replying(body=body))
    assert (outcome.kind, outcome.text) == (BLOCK_REASONS[reason], None)


@pytest.mark.filterwarnings("ignore:NEWER is not a valid")
async def test_a_block_reason_newer_than_the_sdk_is_a_block(ask: Ask) -> None:
    outcome = await ask(wire.replying(body={"promptFeedback": {"blockReason": "NEWER"}}))
    assert outcome.kind is OutcomeKind.BLOCKED


async def test_an_answer_without_candidates_is_transient(ask: Ask) -> None:
    outcome = await ask(wire.replying(body={"candidates": []}))
    assert (outcome.kind, outcome.detail) == (OutcomeKind.TRANSIENT, "no_candidate")


async def test_a_page_instead_of_an_error_body_keeps_its_status(ask: Ask) -> None:
    outcome = await ask(wire.replying(502, body=b"<html>bad gateway</html>"))
    assert (outcome.kind, outcome.detail) == (OutcomeKind.TRANSIENT, "http_502")


async def test_a_rate_limits_wait_comes_from_the_header_or_the_body(ask: Ask) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}
    body = {"error": {"code": 429, "details": [info]}}
    assert (await ask(wire.replying(429, body=body))).retry_after_seconds == 34.5
    outcome = await ask(wire.replying(429, body=body, headers={"retry-after": "2"}))
    assert outcome.retry_after_seconds == 2.0


async def test_a_spent_daily_quota_is_no_rate_limit(ask: Ask) -> None:
    failure = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}
    body = {"error": {"code": 429, "details": [failure]}}
    assert (await ask(wire.replying(429, body=body))).kind is OutcomeKind.QUOTA


async def test_automatic_continuation_stays_off(ask: Ask) -> None:
    calls: list[int] = []

    def handle(_: httpx2.Request) -> httpx2.Response:
        calls.append(1)
        told = {"finishReason": "CONTINUATION", "continuationToken": "dG9rZW4="}
        return httpx2.Response(200, json=wire.gemini("{}", **told))

    assert (await ask(handle)).kind is OutcomeKind.TRUNCATED
    assert len(calls) == 1
