"""Both real SDKs against the emulator over a real socket on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx2
import pytest

from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.emulator.serving import serve_emulator
from consumer.reviewing.answer_schema import canonical_schema
from consumer.reviewing.gemini import GeminiProvider
from consumer.reviewing.openai_provider import OpenAIProvider
from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest

PROMPT = (
    'BEGIN f\n{"record": "scenario", "title": "T"}\nEND f\n\n'
    'BEGIN o\n{"record": "xp_total", "points": 5}\n'
    '{"record": "dimension", "dimension_id": "d1", "title": "D"}\nEND o'
)
REQUEST = CompletionRequest(
    call="scoring",
    system="s",
    user=PROMPT,
    schema=canonical_schema("scoring"),
    max_output_tokens=100,
)
Ask = Callable[[str, Fault | None, float], Awaitable[Outcome]]


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    async with AsyncExitStack() as stack:

        async def run(wire: str, fault: Fault | None, seconds: float) -> Outcome:
            plan = FaultPlan((FaultRule(fault=fault),) if fault else ())
            address = await stack.enter_async_context(serve_emulator(plan=plan))
            client = await stack.enter_async_context(httpx2.AsyncClient())
            made: GeminiProvider | OpenAIProvider
            if wire == "gemini":
                made = GeminiProvider(api_key="k", model="g", base_url=address, http_client=client)
            else:
                made = OpenAIProvider(
                    api_key="k", model="o", base_url=f"{address}/v1", http_client=client
                )
            async with asyncio.timeout(seconds):
                return await made.complete(REQUEST, timeout_seconds=seconds)

        yield run


@pytest.mark.parametrize("wire", ["gemini", "openai"])
async def test_a_good_answer_comes_over_the_socket(ask: Ask, wire: str) -> None:
    outcome = await ask(wire, None, 10)
    assert outcome.kind is OutcomeKind.OK


@pytest.mark.parametrize("wire", ["gemini", "openai"])
async def test_a_body_cut_by_the_server_is_transient(ask: Ask, wire: str) -> None:
    outcome = await ask(wire, Fault.CUT_BODY, 10)
    assert outcome.kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize("wire", ["gemini", "openai"])
async def test_a_trickle_outlasts_the_sdks_own_timeout_and_not_ours(ask: Ask, wire: str) -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(TimeoutError):
        await ask(wire, Fault.TRICKLE, 0.4)
    assert loop.time() - started < 0.6


async def test_the_port_is_free_again_afterwards() -> None:
    async with serve_emulator() as address:
        port = int(address.rpartition(":")[2])
    async with serve_emulator(port=port) as again:
        assert again == address


async def test_a_taken_port_is_said_at_once() -> None:
    async with serve_emulator() as address:
        with pytest.raises(OSError, match="in use"):
            async with serve_emulator(port=int(address.rpartition(":")[2])):
                pass
