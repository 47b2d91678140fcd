import json
from collections.abc import Awaitable, Callable
from typing import Any, get_args

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
    service = wire.Replying(body=wire.interaction("{}"))
    await ask(service)
    (asked,) = service.requests
    body = json.loads(asked.content)
    form = body["response_format"]
    assert asked.url.path.endswith("/interactions")
    assert body["store"] is False
    assert (body["system_instruction"], body["input"]) == ("the rules", "the prompt")
    assert body["generation_config"] == {"max_output_tokens": 77}
    assert (form["type"], form["mime_type"]) == ("text", "application/json")
    assert form["schema"]["required"] == ["dimensions"]
    assert "propertyOrdering" not in form["schema"]
    assert not {"tools", "background", "stream", "previous_interaction_id"} & set(body)
    # In seconds here, where the other interface counts milliseconds.
    assert asked.extensions["timeout"]["read"] == 2.5


async def test_what_a_model_thought_is_no_part_of_its_answer(ask: Ask) -> None:
    thought = {"type": "thought", "summary": [{"type": "text", "text": "hm"}]}
    body = wire.interaction("{}")
    body["steps"].insert(0, thought)
    assert (await ask(wire.Replying(body=body))).text == "{}"


@pytest.mark.filterwarnings(CONTINUES)
@pytest.mark.parametrize("status", UNFINISHED)
async def test_a_status_is_read_before_a_perfectly_good_text(ask: Ask, status: str) -> None:
    outcome = await ask(wire.Replying(body=wire.interaction("{}", status=status)))
    assert (outcome.kind, outcome.text) == (INTERACTION_STATUSES[status], None)


@pytest.mark.parametrize("status", ["newer", None, 3])
async def test_a_status_newer_than_the_sdk_is_transient(ask: Ask, status: object) -> None:
    outcome = await ask(wire.Replying(body=wire.interaction("{}", status=status)))
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
    assert (await ask(wire.Replying(body=body))).kind is kind


@pytest.mark.parametrize(("code", "kind"), [*RPC_CODES.items(), (99, OutcomeKind.TRANSIENT)])
async def test_an_outputs_error_is_told_by_its_code(ask: Ask, code: int, kind: OutcomeKind) -> None:
    body = wire.interaction("{}")
    body["steps"][0]["error"] = {"code": code, "message": "no"}
    assert (await ask(wire.Replying(body=body))).kind is kind


async def test_a_completed_interaction_without_output_is_transient(ask: Ask) -> None:
    body = wire.interaction("{}", steps=[])
    assert (await ask(wire.Replying(body=body))).kind is OutcomeKind.TRANSIENT


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
    outcome = await ask(wire.Replying(body=wire.interaction("{}", **changes)))
    assert outcome.kind in (OutcomeKind.OK, OutcomeKind.TRANSIENT)


@pytest.mark.parametrize("usage", [None, [1], {"total_input_tokens": "many"}])
async def test_without_usable_usage_the_tokens_are_unknown(ask: Ask, usage: object) -> None:
    outcome = await ask(wire.Replying(body=wire.interaction("{}", usage=usage)))
    assert outcome == Outcome.ok("{}", Usage())


@pytest.mark.filterwarnings(CONTINUES)
async def test_automatic_continuation_stays_off(ask: Ask) -> None:
    body = wire.interaction("{}", status="requires_continuation", continuation_token="t")
    service = wire.Replying(body=body)
    assert (await ask(service)).kind is OutcomeKind.TRUNCATED
    assert len(service.requests) == 1
