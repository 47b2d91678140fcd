"""The real SDKs, by all four interfaces, against the emulator over a real socket on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx2
import pytest

from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.emulator.serving import serve_emulator
from consumer.reviewing.answer_schema import canonical_schema
from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.providers.gemini.content import GeminiProvider
from consumer.reviewing.providers.gemini.interactions import GeminiInteractionsProvider
from consumer.reviewing.providers.openai.chat import OpenAIChatProvider
from consumer.reviewing.providers.openai.responses import OpenAIProvider

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
PROVIDERS = (
    GeminiProvider,
    GeminiInteractionsProvider,
    OpenAIProvider,
    OpenAIChatProvider,
)
Made = type[GeminiProvider | GeminiInteractionsProvider | OpenAIProvider | OpenAIChatProvider]
Ask = Callable[[Made, Fault | None, float], Awaitable[Outcome]]


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    async with AsyncExitStack() as stack:

        async def run(made: Made, fault: Fault | None, seconds: float) -> Outcome:
            plan = FaultPlan((FaultRule(fault=fault),))
            address = await stack.enter_async_context(serve_emulator(plan=plan))
            client = await stack.enter_async_context(httpx2.AsyncClient())
            version = "" if made.name == "gemini" else "/v1"
            provider = made(
                api_key="k", model="m", base_url=f"{address}{version}", http_client=client
            )
            return await provider.complete(REQUEST, timeout_seconds=seconds)

        yield run


@pytest.mark.parametrize("made", PROVIDERS)
async def test_a_good_answer_comes_over_the_socket(ask: Ask, made: Made) -> None:
    outcome = await ask(made, None, 10)
    assert outcome.kind is OutcomeKind.OK


@pytest.mark.parametrize("fault", [Fault.CUT_BODY, Fault.RESET, Fault.RESET_IN_BODY])
@pytest.mark.parametrize("made", PROVIDERS)
async def test_a_connection_that_breaks_is_transient(ask: Ask, made: Made, fault: Fault) -> None:
    outcome = await ask(made, fault, 10)
    assert outcome.kind is OutcomeKind.TRANSIENT
    assert outcome.detail in ("ReadError", "RemoteProtocolError")


@pytest.mark.parametrize("made", PROVIDERS)
async def test_a_trickle_outlasts_the_sdks_own_timeout(ask: Ask, made: Made) -> None:
    outcome = asyncio.ensure_future(ask(made, Fault.TRICKLE, 0.4))
    # The SDK counts anew with every byte: only a cut from outside ends it.
    done, _ = await asyncio.wait({outcome}, timeout=1.0)
    outcome.cancel()
    assert not done


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
