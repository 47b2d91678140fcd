import json
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import httpx2
import pytest
from google.genai.interactions import Interaction

from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.providers.gemini.interactions import (
    INTERACTION_STATUSES,
    RPC_CODES,
    GeminiInteractionsProvider,
)
from tests.unit.reviewing.providers import wire

Ask = Callable[..., Awaitable[Outcome]]
UNFINISHED = [s for s, kind in INTERACTION_STATUSES.items() if kind is not OutcomeKind.OK]
CONTINUES = "ignore:Interaction stopped before completion"


@pytest.fixture
def ask(ask_by: Callable[..., Ask]) -> Ask:
    return ask_by(GeminiInteractionsProvider)


def test_every_status_of_the_sdk_is_mapped() -> None:
    literal, *_ = get_args(Interaction.model_fields["status"].annotation)
    assert set(INTERACTION_STATUSES) == set(get_args(literal))


def test_every_code_of_google_rpc_is_mapped() -> None:
    assert sorted(RPC_CODES) == list(range(1, 17))


async def test_the_request_is_unstored_bounded_and_has_the_plain_schema(ask: Ask) -> None:
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=wire.interaction("{}"))

    await ask(handle)
    body = json.loads(seen[0].content)
    form = body["response_format"]
    assert seen[0].url.path.endswith("/interactions")
    assert body["store"] is False
    assert (body["system_instruction"], body["input"]) == ("the rules", "the prompt")
    assert body["generation_config"] == {"max_output_tokens": 77}
    assert (form["type"], form["mime_type"]) == ("text", "application/json")
    assert form["schema"]["required"] == ["dimensions"]
    assert "propertyOrdering" not in form["schema"]
    assert not {"tools", "background", "stream", "previous_interaction_id"} & set(body)
    # In seconds here, where the other interface counts milliseconds.
    assert seen[0].extensions["timeout"]["read"] == 2.5


async def test_a_good_answer_carries_its_text_and_all_tokens_written(ask: Ask) -> None:
    outcome = await ask(wire.replying(body=wire.interaction('{"a": 1}')))
    assert outcome == Outcome.ok('{"a": 1}', Usage(input_tokens=10, output_tokens=7))


async def test_the_model_that_answered_is_named(ask: Ask) -> None:
    body = wire.interaction("{}", model="g-001")
    assert (await ask(wire.replying(body=body))).model == "g-001"


async def test_what_a_model_thought_is_no_part_of_its_answer(ask: Ask) -> None:
    thought = {"type": "thought", "summary": [{"type": "text", "text": "hm"}]}
    body = wire.interaction("{}")
    body["steps"].insert(0, thought)
    assert (await ask(wire.replying(body=body))).text == "{}"


@pytest.mark.filterwarnings(CONTINUES)
@pytest.mark.parametrize("status", UNFINISHED)
async def test_a_status_is_read_before_a_perfectly_good_text(ask: Ask, status: str) -> None:
    outcome = await ask(wire.replying(body=wire.interaction("{}", status=status)))
    assert (outcome.kind, outcome.text) == (INTERACTION_STATUSES[status], None)


@pytest.mark.parametrize("status", ["newer", None, 3])
async def test_a_status_newer_than_the_sdk_is_transient(ask: Ask, status: object) -> None:
    outcome = await ask(wire.replying(body=wire.interaction("{}", status=status)))
    assert outcome.kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("https://errors.test/SAFETY", OutcomeKind.BLOCKED),
        ("urn:prohibited_content", OutcomeKind.BLOCKED),
        ("https://errors.test/internal", OutcomeKind.TRANSIENT),
        (None, OutcomeKind.TRANSIENT),
    ],
)
@pytest.mark.parametrize("status", ["failed", "completed"])
async def test_an_interactions_error_is_read_before_the_text(
    ask: Ask, status: str, code: str | None, kind: OutcomeKind
) -> None:
    body = wire.interaction("{}", status=status, errors=[{"code": code, "message": "no"}])
    assert (await ask(wire.replying(body=body))).kind is kind


@pytest.mark.parametrize(("code", "kind"), [*RPC_CODES.items(), (99, OutcomeKind.TRANSIENT)])
async def test_an_outputs_error_is_told_by_its_code(ask: Ask, code: int, kind: OutcomeKind) -> None:
    body = wire.interaction("{}")
    body["steps"][0]["error"] = {"code": code, "message": "no"}
    assert (await ask(wire.replying(body=body))).kind is kind


async def test_a_completed_interaction_without_output_is_transient(ask: Ask) -> None:
    body = wire.interaction("{}", steps=[])
    assert (await ask(wire.replying(body=body))).kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": "none"},
        {"steps": [5, {"type": "newer"}, {"type": "model_output", "content": [5]}]},
        {"steps": [{"type": "model_output", "content": [{"type": "text", "text": 5}]}]},
        {"errors": "none"},
    ],
)
async def test_fields_of_another_type_are_survived(ask: Ask, changes: Any) -> None:
    outcome = await ask(wire.replying(body=wire.interaction("{}", **changes)))
    assert outcome.kind in (OutcomeKind.OK, OutcomeKind.TRANSIENT)


@pytest.mark.parametrize("usage", [None, [1], {"total_input_tokens": "many"}])
async def test_without_usable_usage_the_tokens_are_unknown(ask: Ask, usage: object) -> None:
    outcome = await ask(wire.replying(body=wire.interaction("{}", usage=usage)))
    assert outcome == Outcome.ok("{}", Usage())


async def test_a_rate_limits_wait_comes_from_the_header_or_the_body(ask: Ask) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}
    body = {"error": {"code": 429, "details": [info]}}
    assert (await ask(wire.replying(429, body=body))).retry_after_seconds == 34.5
    outcome = await ask(wire.replying(429, body=body, headers={"retry-after": "2"}))
    assert outcome.retry_after_seconds == 2.0


async def test_a_spent_daily_quota_is_no_rate_limit(ask: Ask) -> None:
    failure = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}
    handler = wire.replying(
        429,
        body={"error": {"code": 429, "details": [failure]}},
        headers={"content-type": "application/json"},
    )
    assert (await ask(handler)).kind is OutcomeKind.QUOTA


@pytest.mark.filterwarnings(CONTINUES)
async def test_automatic_continuation_stays_off(ask: Ask) -> None:
    calls: list[int] = []

    def handle(_: httpx2.Request) -> httpx2.Response:
        calls.append(1)
        body = wire.interaction("{}", status="requires_continuation", continuation_token="t")
        return httpx2.Response(200, json=body)

    assert (await ask(handle)).kind is OutcomeKind.TRUNCATED
    assert len(calls) == 1
