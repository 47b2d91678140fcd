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

    plan = FaultPlan((FaultRule(fault=Fault.HANG, delay_seconds=2000),))
    await post("generate_content", "arc", plan, latency_seconds=500, sleep=sleep)
    waited, hung = slept
    # Less the moment that it took to read and to answer.
    assert 2000 < waited <= 2500
    assert hung == HANG_SECONDS


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
