import json
from typing import Any

import httpx2
import pytest

from consumer.emulator.app import create_emulator
from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.emulator.personality import Personality
from consumer.emulator.replies import EMULATOR_HEADER
from consumer.emulator.streaming import HANG_SECONDS

INTERFACES = ["generate_content", "interactions", "responses", "chat_completions"]
CALLS = ["arc", "scoring", "perspective"]
# In one process with the client a body that does not end is never handed over.
ENDLESS = {Fault.ENDLESS, Fault.FLOOD}
RESETS = {Fault.RESET, Fault.RESET_IN_BODY}


def _text(interface: str, body: dict[str, Any]) -> str:
    if interface == "generate_content":
        return str(body["candidates"][0]["content"]["parts"][0]["text"])
    if interface == "interactions":
        return str(body["steps"][-1]["content"][0]["text"])
    if interface == "responses":
        return str(body["output"][0]["content"][0]["text"])
    return str(body["choices"][0]["message"]["content"])


def _always(fault: Fault) -> FaultPlan:
    return FaultPlan((FaultRule(fault=fault),))


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize("call", CALLS)
async def test_a_good_answer_has_the_wires_shape_and_says_it_is_emulated(
    post: Any, interface: str, call: str
) -> None:
    response = await post(interface, call)
    body = response.json()
    assert response.status_code == 200
    assert response.headers[EMULATOR_HEADER] == "1"
    named = body["modelVersion" if interface == "generate_content" else "model"]
    assert named.startswith("emulator-of-")
    assert isinstance(json.loads(_text(interface, body)), dict)


async def test_quotes_are_copied_from_the_prompts_own_data(post: Any) -> None:
    body = (await post("generate_content", "perspective")).json()
    answer = json.loads(_text("generate_content", body))
    assert answer["evidence"][0]["source_id"] == "m1"
    assert answer["evidence"][0]["quote"].startswith("I checked the vendor dates twice")


async def test_points_follow_the_scores_and_come_to_the_total(post: Any) -> None:
    body = (await post("responses", "scoring")).json()
    rows = json.loads(_text("responses", body))["dimensions"]
    assert sum(row["raw_xp"] for row in rows) == pytest.approx(60, abs=0.2)
    assert rows[0]["raw_xp"] > rows[1]["raw_xp"]


async def test_the_same_prompt_gets_the_same_answer(post: Any) -> None:
    first, second = [(await post("responses", "arc")).content for _ in range(2)]
    assert first == second


async def test_the_personality_answers(post: Any) -> None:
    careful = await post("responses", "arc")
    flattered = await post("responses", "arc", personality=Personality.FLATTERER)
    assert careful.content != flattered.content


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.BAD_REQUEST, 400),
        (Fault.UNAUTHORIZED, 401),
        (Fault.PAYMENT_REQUIRED, 402),
        (Fault.FORBIDDEN, 403),
        (Fault.NOT_FOUND, 404),
        (Fault.REQUEST_TIMEOUT, 408),
        (Fault.CONFLICT, 409),
        (Fault.TOO_LARGE, 413),
        (Fault.UNPROCESSABLE, 422),
        (Fault.RATE_LIMITED, 429),
        (Fault.RATE_LIMITED_BARE, 429),
        (Fault.QUOTA, 429),
        (Fault.CANCELLED, 499),
        (Fault.SERVER_ERROR, 500),
        (Fault.BAD_GATEWAY_PAGE, 502),
        (Fault.UNAVAILABLE, 503),
        (Fault.GATEWAY_TIMEOUT, 504),
        (Fault.OVERLOADED, 529),
        (Fault.REDIRECT, 302),
    ],
)
async def test_a_status_fault_shows_its_status(
    post: Any, interface: str, fault: Fault, status: int
) -> None:
    assert (await post(interface, "arc", _always(fault))).status_code == status


@pytest.mark.parametrize(
    ("fault", "header", "wait"),
    [
        (Fault.RATE_LIMITED, "retry-after", "0"),
        (Fault.RATE_LIMITED_LONG, "retry-after", "3600"),
        (Fault.RATE_LIMITED_MS, "retry-after-ms", "1"),
        (Fault.RATE_LIMITED_DATE, "retry-after", "Mon, 05 Jan 2026 09:00:00 GMT"),
        (Fault.RATE_LIMITED_NONSENSE, "retry-after", "soon"),
    ],
)
async def test_a_rate_limit_says_how_long(post: Any, fault: Fault, header: str, wait: str) -> None:
    response = await post("responses", "arc", _always(fault))
    assert response.headers[header] == wait


async def test_generate_content_tells_its_faults_by_finish_and_block_reason(post: Any) -> None:
    async def first(fault: Fault) -> Any:
        return (await post("generate_content", "arc", _always(fault))).json()

    assert (await first(Fault.SAFETY))["candidates"][0]["finishReason"] == "SAFETY"
    assert (await first(Fault.MAX_TOKENS))["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert (await first(Fault.PROMPT_BLOCKED))["promptFeedback"]["blockReason"]
    assert (await first(Fault.NO_OUTPUT))["candidates"] == []
    assert "finishReason" not in (await first(Fault.UNFINISHED))["candidates"][0]


async def test_interactions_tells_its_faults_by_status_and_error(post: Any) -> None:
    async def body(fault: Fault) -> Any:
        return (await post("interactions", "arc", _always(fault))).json()

    assert (await body(Fault.MAX_TOKENS))["status"] == "incomplete"
    assert (await body(Fault.CONTINUATION))["continuation_token"]
    assert (await body(Fault.SAFETY))["errors"][0]["code"].endswith("SAFETY")
    assert [s["type"] for s in (await body(Fault.NO_OUTPUT))["steps"]] == ["thought"]


async def test_responses_tells_its_faults_by_status_and_refusal(post: Any) -> None:
    async def body(fault: Fault) -> Any:
        return (await post("responses", "arc", _always(fault))).json()

    assert (await body(Fault.MAX_TOKENS))["incomplete_details"] == {"reason": "max_output_tokens"}
    assert (await body(Fault.SAFETY))["incomplete_details"] == {"reason": "content_filter"}
    assert (await body(Fault.FAILED))["error"]["code"] == "server_error"
    assert (await body(Fault.REFUSAL))["output"][0]["content"][0]["type"] == "refusal"
    assert (await body(Fault.TOOL_CALL))["output"][0]["type"] == "function_call"


async def test_chat_completions_tells_its_faults_by_finish_reason_and_refusal(post: Any) -> None:
    async def body(fault: Fault) -> Any:
        return (await post("chat_completions", "arc", _always(fault))).json()

    assert (await body(Fault.MAX_TOKENS))["choices"][0]["finish_reason"] == "length"
    assert (await body(Fault.SAFETY))["choices"][0]["finish_reason"] == "content_filter"
    assert (await body(Fault.FAILED))["error"]["code"] == "server_error"
    assert (await body(Fault.REFUSAL))["choices"][0]["message"]["refusal"]
    assert (await body(Fault.TOOL_CALL))["choices"][0]["message"]["tool_calls"]


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize("fault", [f for f in Fault if f not in ENDLESS | RESETS])
async def test_every_fault_has_a_reply_on_every_wire(
    post: Any, interface: str, fault: Fault
) -> None:
    async def sleep(_: float) -> None:
        return

    try:
        response = await post(interface, "scoring", _always(fault), sleep=sleep)
    except httpx2.DecodingError:
        assert fault is Fault.BAD_ENCODING
        return
    good = await post(interface, "scoring")
    if fault in (Fault.TRICKLE, Fault.HANG):  # the bytes are good; only their pace is not
        assert response.content == good.content
    else:
        told = (response.status_code, response.content, response.headers["content-type"])
        assert told != (200, good.content, good.headers["content-type"])


@pytest.mark.parametrize("fault", sorted(RESETS))
async def test_a_reset_breaks_the_request_off(post: Any, fault: Fault) -> None:
    async def sleep(_: float) -> None:
        return

    with pytest.raises((ConnectionResetError, ExceptionGroup)):
        await post("responses", "arc", _always(fault), sleep=sleep)


async def test_latency_delay_and_hang_are_slept(post: Any) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    plan = FaultPlan((FaultRule(fault=Fault.HANG, delay_seconds=2),))
    await post("generate_content", "arc", plan, latency_seconds=0.5, sleep=sleep)
    assert slept == [2.5, HANG_SECONDS]


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/v1/responses", b"not json", 400),
        ("/v1/responses", b"{}", 400),
        ("/responses", b"[]", 400),
        ("/chat/completions", b"{}", 400),
        ("/v1beta/interactions", b"{}", 400),
        ("/v1/models/g:generateContent", b'{"contents": 3}', 400),
        ("/v1/models/g:countTokens", b"{}", 404),
        ("/v1/chat", b"{}", 404),
    ],
)
async def test_a_request_it_does_not_know_is_refused(
    path: str, content: bytes, status: int
) -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(create_emulator())) as client:
        response = await client.post(f"http://e.test{path}", content=content)
    assert response.status_code == status
