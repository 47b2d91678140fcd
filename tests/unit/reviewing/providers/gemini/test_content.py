import json
from collections.abc import Awaitable, Callable

import pytest
from google.genai import types

from consumer.reviewing.outcome import Outcome, OutcomeKind
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
    service = wire.Replying(body=wire.gemini("{}"))
    await ask(service)
    (asked,) = service.requests
    body = json.loads(asked.content)
    config = body["generationConfig"]
    assert asked.url.path.endswith("/models/m:generateContent")
    assert config["responseMimeType"] == "application/json"
    assert config["maxOutputTokens"] == 77
    assert config["responseJsonSchema"]["required"] == ["dimensions"]
    assert body["systemInstruction"]["parts"] == [{"text": "the rules"}]
    assert "tools" not in body
    # The SDK's option is in milliseconds: 2.5 must not become 2.5 ms.
    assert asked.extensions["timeout"]["read"] == 2.5


async def test_a_finished_answer_without_text_is_transient(ask: Ask) -> None:
    for parts in ([], [{"text": "hm", "thought": True}]):
        body = wire.gemini(content={"role": "model", "parts": parts})
        outcome = await ask(wire.Replying(body=body))
        assert (outcome.kind, outcome.detail) == (OutcomeKind.TRANSIENT, "no_output")


async def test_what_a_model_thought_is_no_part_of_its_answer(ask: Ask) -> None:
    parts = [{"text": "hm", "thought": True}, {"text": "{"}, {"text": "}"}]
    body = wire.gemini(content={"role": "model", "parts": parts})
    assert (await ask(wire.Replying(body=body))).text == "{}"


@pytest.mark.parametrize("reason", [r for r in types.FinishReason if r.name != "STOP"])
async def test_a_finish_reason_is_read_before_a_perfectly_good_text(
    ask: Ask, reason: types.FinishReason
) -> None:
    outcome = await ask(wire.Replying(body=wire.gemini("{}", finishReason=reason.value)))
    assert outcome.kind is FINISH_REASONS[reason]
    assert outcome.text is None


@pytest.mark.filterwarnings("ignore:NEWER is not a valid")
async def test_a_finish_reason_newer_than_the_sdk_is_transient(ask: Ask) -> None:
    outcome = await ask(wire.Replying(body=wire.gemini("{}", finishReason="NEWER")))
    assert outcome.kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize("reason", types.BlockedReason)
async def test_a_block_reason_is_read_before_a_perfectly_good_text(
    ask: Ask, reason: types.BlockedReason
) -> None:
    body = wire.gemini("{}") | {"promptFeedback": {"blockReason": reason.value}}
    outcome = await ask(wire.Replying(body=body))
    assert (outcome.kind, outcome.text) == (BLOCK_REASONS[reason], None)


@pytest.mark.filterwarnings("ignore:NEWER is not a valid")
async def test_a_block_reason_newer_than_the_sdk_is_a_block(ask: Ask) -> None:
    outcome = await ask(wire.Replying(body={"promptFeedback": {"blockReason": "NEWER"}}))
    assert outcome.kind is OutcomeKind.BLOCKED


async def test_an_answer_without_candidates_is_transient(ask: Ask) -> None:
    outcome = await ask(wire.Replying(body={"candidates": []}))
    assert (outcome.kind, outcome.detail) == (OutcomeKind.TRANSIENT, "no_candidate")


async def test_a_page_instead_of_an_error_body_keeps_its_status(ask: Ask) -> None:
    outcome = await ask(wire.Replying(502, body=b"<html>bad gateway</html>"))
    assert (outcome.kind, outcome.detail) == (OutcomeKind.TRANSIENT, "http_502")


async def test_automatic_continuation_stays_off(ask: Ask) -> None:
    told = {"finishReason": "CONTINUATION", "continuationToken": "dG9rZW4="}
    service = wire.Replying(body=wire.gemini("{}", **told))
    assert (await ask(service)).kind is OutcomeKind.TRUNCATED
    assert len(service.requests) == 1
