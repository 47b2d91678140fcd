import json
from typing import Any

import httpx2
import pytest

from consumer.emulator.app import HANG_SECONDS, create_emulator
from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.emulator.wire import EMULATOR_HEADER

WIRES = ["gemini", "openai"]
CALLS = ["arc", "scoring", "perspective"]


def _text(wire: str, body: dict[str, Any]) -> str:
    if wire == "gemini":
        return str(body["candidates"][0]["content"]["parts"][0]["text"])
    return str(body["output"][0]["content"][0]["text"])


def _always(fault: Fault) -> FaultPlan:
    return FaultPlan((FaultRule(fault=fault),))


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("call", CALLS)
async def test_a_good_answer_has_the_wires_shape_and_says_it_is_emulated(
    post: Any, wire: str, call: str
) -> None:
    response = await post(wire, call)
    body = response.json()
    assert response.status_code == 200
    assert response.headers[EMULATOR_HEADER] == "1"
    assert "emulator" in body["modelVersion" if wire == "gemini" else "model"]
    assert isinstance(json.loads(_text(wire, body)), dict)


async def test_quotes_are_copied_from_the_prompts_own_data(post: Any) -> None:
    answer = json.loads(_text("gemini", (await post("gemini", "perspective")).json()))
    assert answer["evidence"][0]["source_id"] == "m1"
    assert answer["evidence"][0]["quote"].startswith("I checked the vendor dates twice")


async def test_points_follow_the_scores_and_come_to_the_total(post: Any) -> None:
    rows = json.loads(_text("openai", (await post("openai", "scoring")).json()))["dimensions"]
    assert sum(row["raw_xp"] for row in rows) == pytest.approx(60, abs=0.2)
    assert rows[0]["raw_xp"] > rows[1]["raw_xp"]


async def test_the_same_prompt_gets_the_same_answer(post: Any) -> None:
    assert (await post("openai", "arc")).content == (await post("openai", "arc")).content


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.BAD_REQUEST, 400),
        (Fault.UNAUTHORIZED, 401),
        (Fault.FORBIDDEN, 403),
        (Fault.NOT_FOUND, 404),
        (Fault.REQUEST_TIMEOUT, 408),
        (Fault.CONFLICT, 409),
        (Fault.RATE_LIMITED, 429),
        (Fault.RATE_LIMITED_BARE, 429),
        (Fault.QUOTA, 429),
        (Fault.SERVER_ERROR, 500),
        (Fault.BAD_GATEWAY_PAGE, 502),
        (Fault.UNAVAILABLE, 503),
        (Fault.GATEWAY_TIMEOUT, 504),
    ],
)
async def test_a_status_fault_shows_its_status(
    post: Any, wire: str, fault: Fault, status: int
) -> None:
    assert (await post(wire, "arc", _always(fault))).status_code == status


@pytest.mark.parametrize(("fault", "wait"), [("rate_limited", "0"), ("rate_limited_long", "3600")])
async def test_a_rate_limit_says_how_long(post: Any, fault: str, wait: str) -> None:
    response = await post("openai", "arc", _always(Fault(fault)))
    assert response.headers["retry-after"] == wait


async def test_gemini_tells_its_faults_by_finish_and_block_reason(post: Any) -> None:
    async def first(fault: Fault) -> Any:
        return (await post("gemini", "arc", _always(fault))).json()

    assert (await first(Fault.SAFETY))["candidates"][0]["finishReason"] == "SAFETY"
    assert (await first(Fault.MAX_TOKENS))["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert (await first(Fault.PROMPT_BLOCKED))["promptFeedback"]["blockReason"]
    assert (await first(Fault.NO_OUTPUT))["candidates"] == []


async def test_openai_tells_its_faults_by_status_and_refusal(post: Any) -> None:
    async def body(fault: Fault) -> Any:
        return (await post("openai", "arc", _always(fault))).json()

    assert (await body(Fault.MAX_TOKENS))["incomplete_details"] == {"reason": "max_output_tokens"}
    assert (await body(Fault.SAFETY))["incomplete_details"] == {"reason": "content_filter"}
    assert (await body(Fault.FAILED))["error"]["code"] == "server_error"
    assert (await body(Fault.REFUSAL))["output"][0]["content"][0]["type"] == "refusal"


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("fault", [f for f in Fault if f not in (Fault.HANG, Fault.HANG_IN_BODY)])
async def test_every_fault_has_a_reply_on_both_wires(post: Any, wire: str, fault: Fault) -> None:
    good = await post(wire, "scoring")

    async def sleep(_: float) -> None:
        return

    response = await post(wire, "scoring", _always(fault), sleep=sleep)
    if fault is Fault.TRICKLE:  # its bytes are good; only their pace is not
        assert response.content == good.content
    else:
        assert response.status_code != 200 or response.content != good.content


async def test_a_hang_and_the_latency_are_slept(post: Any) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    await post("gemini", "arc", _always(Fault.HANG), latency_seconds=0.7, sleep=sleep)
    assert slept == [0.7, HANG_SECONDS]


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/v1/responses", b"not json", 400),
        ("/v1/responses", b"{}", 400),
        ("/responses", b"[]", 400),
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
