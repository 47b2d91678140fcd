"""What holds at every interface, asked through its real SDK."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

import httpx2
import pytest

from consumer.reviewing.outcome import Misconfiguration, Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import Provider
from consumer.reviewing.providers.gemini.content import GeminiProvider
from consumer.reviewing.providers.gemini.interactions import GeminiInteractionsProvider
from consumer.reviewing.providers.openai.chat import OpenAIChatProvider
from consumer.reviewing.providers.openai.responses import OpenAIProvider
from consumer.reviewing.providers.sdk_reply import usage_of
from tests.unit.reviewing.providers import wire

Ask = Callable[..., Awaitable[Outcome]]


class Interface(NamedTuple):
    """An adapter, how its service writes an answer, and where it names the model that gave it."""

    build: Callable[..., Provider]
    body: Callable[[str], dict[str, Any]]
    model_field: str


INTERFACES: Final = {
    "generate_content": Interface(GeminiProvider, wire.gemini, "modelVersion"),
    "interactions": Interface(GeminiInteractionsProvider, wire.interaction, "model"),
    "responses": Interface(OpenAIProvider, wire.openai, "model"),
    "chat_completions": Interface(OpenAIChatProvider, wire.chat, "model"),
}


@pytest.fixture(params=INTERFACES)
def interface(request: pytest.FixtureRequest) -> Interface:
    return INTERFACES[request.param]


@pytest.fixture
def ask(ask_by: Callable[..., Ask], interface: Interface) -> Ask:
    return ask_by(interface.build)


async def test_a_good_answer_carries_its_text_and_all_tokens_written(
    ask: Ask, interface: Interface
) -> None:
    outcome = await ask(wire.Replying(body=interface.body('{"a": 1}')))
    assert outcome == Outcome.ok('{"a": 1}', Usage(input_tokens=10, output_tokens=7))


async def test_the_model_that_answered_is_named(ask: Ask, interface: Interface) -> None:
    body = interface.body("{}") | {interface.model_field: "m-2026-01-05"}
    assert (await ask(wire.Replying(body=body))).model == "m-2026-01-05"


@pytest.mark.parametrize(
    ("status", "kind", "detail"),
    [
        (400, OutcomeKind.PERMANENT, "http_400"),
        (401, OutcomeKind.PERMANENT, Misconfiguration.KEY_REFUSED),
        (403, OutcomeKind.PERMANENT, Misconfiguration.NOT_ALLOWED),
        (404, OutcomeKind.PERMANENT, Misconfiguration.NOT_FOUND),
        (408, OutcomeKind.TRANSIENT, "http_408"),
        (409, OutcomeKind.TRANSIENT, "http_409"),
        (413, OutcomeKind.PERMANENT, "http_413"),
        (429, OutcomeKind.RATE_LIMITED, "http_429"),
        (499, OutcomeKind.TRANSIENT, "http_499"),
        (500, OutcomeKind.TRANSIENT, "http_500"),
        (503, OutcomeKind.TRANSIENT, "http_503"),
    ],
)
async def test_a_status_is_read_and_asked_only_once(
    ask: Ask, status: int, kind: OutcomeKind, detail: str
) -> None:
    service = wire.Replying(status, body={"error": {"code": status, "message": "no"}})
    outcome = await ask(service)
    assert (outcome.kind, outcome.detail) == (kind, detail)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx2.ReadTimeout("late"), OutcomeKind.TIMEOUT),
        (httpx2.ConnectError("refused"), OutcomeKind.TRANSIENT),
        (httpx2.RemoteProtocolError("cut"), OutcomeKind.TRANSIENT),
        (httpx2.PoolTimeout("full"), OutcomeKind.LOCAL_SATURATION),
        (KeyError("nobody mapped this"), OutcomeKind.TRANSIENT),
    ],
)
async def test_what_the_transport_raises_becomes_an_outcome_at_once(
    ask: Ask, error: Exception, kind: OutcomeKind
) -> None:
    calls: list[int] = []

    def handle(_: httpx2.Request) -> httpx2.Response:
        calls.append(1)
        raise error

    assert (await ask(handle)).kind is kind
    assert len(calls) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"<html>", b'{"a": ', b'"x"', b"null", b"\xff"]
)
@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
async def test_a_200_that_is_no_answer_is_transient(
    ask: Ask, body: bytes, content_type: str
) -> None:
    handler = wire.Replying(body=body, headers={"content-type": content_type})
    assert (await ask(handler)).kind is OutcomeKind.TRANSIENT


async def test_a_cancellation_is_no_outcome(ask: Ask) -> None:
    def handle(_: httpx2.Request) -> httpx2.Response:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await ask(handle)


def test_what_was_written_is_added_up() -> None:
    counts = SimpleNamespace(read=7, answered=4, thought=3)
    usage = usage_of(counts, read="read", written=("answered", "thought", "unheard"))
    assert usage == Usage(input_tokens=7, output_tokens=7)


@pytest.mark.parametrize("count", [None, "many", -1, True, 1.5, 10**12, [3]])
def test_a_count_that_cannot_be_is_not_known(count: object) -> None:
    counts = SimpleNamespace(read=count, written=count)
    assert usage_of(counts, read="read", written=("written",)) == Usage()


def test_without_counts_none_is_known() -> None:
    assert usage_of(None, read="read", written=("written",)) == Usage()
