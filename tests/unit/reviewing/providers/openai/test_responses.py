import json
from collections.abc import Awaitable, Callable
from typing import get_args

import pytest
from openai.types.responses import Response
from openai.types.responses.response import IncompleteDetails

from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.providers.openai.responses import (
    INCOMPLETE_REASONS,
    STATUSES,
    OpenAIProvider,
)
from tests.unit.reviewing.providers import wire

Ask = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def ask(ask_by: Callable[..., Ask]) -> Ask:
    return ask_by(OpenAIProvider)


def test_every_status_and_incomplete_reason_of_the_sdk_is_mapped() -> None:
    statuses = get_args(get_args(Response.model_fields["status"].annotation)[0])
    reasons = get_args(get_args(IncompleteDetails.model_fields["reason"].annotation)[0])
    assert set(STATUSES) == set(statuses)
    assert set(INCOMPLETE_REASONS) == set(reasons)


async def test_the_request_is_strict_unstored_and_bounded(ask: Ask) -> None:
    service = wire.Replying(body=wire.openai("{}"))
    await ask(service)
    (asked,) = service.requests
    body = json.loads(asked.content)
    assert asked.url.path == "/v1/responses"
    assert body["text"]["format"]["type"] == "json_schema"
    assert body["text"]["format"]["strict"] is True
    assert body["text"]["format"]["schema"]["additionalProperties"] is False
    assert (body["store"], body["max_output_tokens"]) == (False, 77)
    assert (body["instructions"], body["input"]) == ("the rules", "the prompt")
    assert "tools" not in body
    assert asked.extensions["timeout"]["read"] == 2.5


async def test_a_completed_response_without_text_is_transient(ask: Ask) -> None:
    call = {"type": "function_call", "name": "f", "arguments": "{}"}
    for output in ([], [call], None):
        outcome = await ask(wire.Replying(body=wire.openai(output=output)))
        assert (outcome.kind, outcome.detail) == (OutcomeKind.TRANSIENT, "no_output")


async def test_a_refusal_is_read_before_any_text(ask: Ask) -> None:
    content = [{"type": "output_text", "text": "{}"}, {"type": "refusal", "refusal": "no"}]
    body = wire.openai(output=[{"type": "message", "content": content}])
    outcome = await ask(wire.Replying(body=body))
    assert (outcome.kind, outcome.text) == (OutcomeKind.REFUSED, None)


@pytest.mark.parametrize(("reason", "kind"), INCOMPLETE_REASONS.items())
async def test_an_incomplete_answer_is_none_though_its_text_would_parse(
    ask: Ask, reason: str, kind: OutcomeKind
) -> None:
    body = wire.openai("{}", status="incomplete", incomplete_details={"reason": reason})
    outcome = await ask(wire.Replying(body=body))
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
    ask: Ask, code: str, kind: OutcomeKind
) -> None:
    body = wire.openai("{}", status="failed", error={"code": code, "message": "no"})
    assert (await ask(wire.Replying(body=body))).kind is kind


@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelled", None, "newer"])
async def test_an_unfinished_status_is_no_answer(ask: Ask, status: str | None) -> None:
    outcome = await ask(wire.Replying(body=wire.openai("{}", status=status)))
    assert outcome.kind is OutcomeKind.TRANSIENT


async def test_a_rate_limit_carries_what_was_asked_for(ask: Ask) -> None:
    body = {"error": {"code": "rate_limit_exceeded", "message": "slow down"}}
    outcome = await ask(wire.Replying(429, body=body, headers={"retry-after": "12"}))
    assert outcome.retry_after_seconds == 12.0


async def test_no_detail_repeats_the_providers_words(ask: Ask) -> None:
    body = wire.openai("{}", status="failed", error={"code": "you said: my secret", "message": ""})
    assert "secret" not in (await ask(wire.Replying(body=body))).detail
