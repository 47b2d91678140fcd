"""All of the calls, as `wiring_calls` joins them, against a server that keeps no rule of HTTP."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from prometheus_client import CollectorRegistry

from consumer.arc import Arc
from consumer.commands.review import runs_of
from consumer.drafts import ReviewDraft
from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.emulator.serving import serve_emulator
from consumer.reviewing.answer_schema import canonical_schema
from consumer.reviewing.calls.policy import calls_deadline
from consumer.reviewing.chain import ReviewersChain
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.reviewing.guards.bulkhead import ProviderLimits
from consumer.reviewing.ports import CompletionRequest, NoJournal
from consumer.settings import Settings, load_settings
from consumer.signals.compute import compute
from consumer.wiring_calls import reviewing_by
from consumer.wiring_providers import http_client, provider_of
from producer.arc_files import ArcLine, read_arc_file
from producer.arcs import sample_arc

Behave = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
DEADLINE_SECONDS = 1.5
ALLOWED_SECONDS = DEADLINE_SECONDS + 0.05


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def hang_in_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"content-length: 100\r\n\r\n{")
    await reader.read()


async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"1\r\n \r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n")
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    while not writer.is_closing():
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\xffNOT HTTP AT ALL\r\n" * 9)


@pytest.fixture
async def server() -> AsyncIterator[Callable[[Behave], Awaitable[str]]]:
    opened: list[asyncio.Server] = []
    handlers: set[asyncio.Task[None]] = set()

    async def start(behave: Behave) -> str:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            handlers.add(task)
            try:
                with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                    await reader.readuntil(b"\r\n\r\n")
                    await behave(reader, writer)
                    await writer.drain()
            finally:
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()

        opened.append(await asyncio.start_server(handle, "127.0.0.1", 0))
        return f"http://127.0.0.1:{opened[-1].sockets[0].getsockname()[1]}"

    yield start
    for one in opened:
        one.close()
    for task in handlers:
        task.cancel()
    # Each closes its connection on the way out, and nobody reads any more: not for ever.
    await asyncio.wait_for(asyncio.gather(*handlers, return_exceptions=True), 10)


@pytest.fixture(scope="module")
def arc() -> Arc:
    lines = [line for line in read_arc_file(sample_arc("sparse")) if isinstance(line, ArcLine)]
    (run,), _ = runs_of(lines)
    return run.arc


def _settings(address: str, **changes: object) -> Settings:
    return load_settings(
        Settings,
        overrides={
            "reviewers": ("gemini", "openai"),
            "gemini_api_key": "k",
            "openai_api_key": "k",
            "gemini_base_url": address,
            "openai_base_url": f"{address}/v1",
            **changes,
        },
    )


async def _draft(chain: ReviewersChain, arc: Arc, seconds: float = DEADLINE_SECONDS) -> ReviewDraft:
    return await chain.draft(
        arc,
        compute(arc, base_rates=None),
        deadline=calls_deadline(asyncio.get_running_loop().time(), seconds),
        on_progress=lambda *_: None,
    )


@pytest.mark.parametrize("behave", [hang, hang_in_body, trickle, flood, reset, babble])
async def test_whatever_the_server_does_the_review_ends_in_time(
    server: Callable[[Behave], Awaitable[str]], arc: Arc, behave: Behave
) -> None:
    # The SDKs import half of themselves on their first call.
    async with (
        serve_emulator() as well,
        reviewing_by(_settings(well), journal=NoJournal()) as warm,
    ):
        await _draft(warm, arc, 60)
    clock = asyncio.get_running_loop().time
    async with reviewing_by(_settings(await server(behave)), journal=NoJournal()) as chain:
        started = clock()
        with pytest.raises(ReviewCallsFailed):
            await _draft(chain, arc)
        took = clock() - started
    assert took <= ALLOWED_SECONDS


@pytest.mark.parametrize(
    "interface", ["generate_content", "interactions", "responses", "chat_completions"]
)
async def test_a_request_that_is_cancelled_closes_its_connection(
    server: Callable[[Behave], Awaitable[str]], interface: str
) -> None:
    begun, closed = asyncio.Event(), asyncio.Event()

    async def wait_for_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.set()
        try:
            await reader.read()
        finally:
            closed.set()

    gemini = interface in ("generate_content", "interactions")
    name = "gemini" if gemini else "openai"
    settings = _settings(await server(wait_for_the_end), **{f"{name}_interface": interface})
    request = CompletionRequest(
        call="arc", system="s", user="u", schema=canonical_schema("arc"), max_output_tokens=9
    )
    async with http_client(settings, ProviderLimits()) as client:
        provider = provider_of(name, settings, client)
        asked = asyncio.create_task(provider.complete(request, timeout_seconds=60))
        async with asyncio.timeout(60):
            await begun.wait()
            asked.cancel()
            # The client is still open: what closes the connection is the cancellation alone.
            await closed.wait()
    with pytest.raises(asyncio.CancelledError):
        await asked


async def test_with_rules_last_the_whole_review_is_by_rules(
    server: Callable[[Behave], Awaitable[str]], arc: Arc
) -> None:
    settings = _settings(await server(reset), reviewers=("gemini", "openai", "rules"))
    async with reviewing_by(settings, journal=NoJournal()) as chain:
        draft = await _draft(chain, arc, 30)
    assert draft.reviewer == "rules"
    assert {call.provider for call in draft.calls} == {"rules"}


async def test_a_failed_gemini_costs_later_reviews_no_waiting_and_shows_on_the_metrics(
    arc: Arc,
) -> None:
    plan = FaultPlan((FaultRule(fault=Fault.HANG, provider="gemini"),))
    registry = CollectorRegistry()
    async with serve_emulator(plan=plan) as address:
        settings = _settings(address, breaker_failures=2)
        async with reviewing_by(settings, journal=NoJournal(), registry=registry) as chain:
            # What is left for the second is enough on a machine that is busy with others, too.
            await _draft(chain, arc, 12)
            asked = [provider for provider, _ in plan.requests].count("gemini")
            for _ in range(3):
                draft = await _draft(chain, arc, 3600)
                assert {call.provider for call in draft.calls} == {"openai"}
            which = {"provider": "gemini", "model": settings.gemini_model}
            assert registry.get_sample_value("debrief_model_circuit_state", which) == 3
    assert [provider for provider, _ in plan.requests].count("gemini") == asked


async def test_where_both_are_down_it_is_said_when_to_come_back(
    server: Callable[[Behave], Awaitable[str]], arc: Arc
) -> None:
    settings = _settings(await server(reset), breaker_open_seconds=600)
    async with reviewing_by(settings, journal=NoJournal()) as chain:
        for _ in range(2):
            with pytest.raises(ReviewCallsFailed) as caught:
                await _draft(chain, arc, 30)
    assert caught.value.pause_seconds == pytest.approx(600, abs=60)
