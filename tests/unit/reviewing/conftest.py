"""A small arc of three stages and two personas, its signals, and clients without a network."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from consumer.arc import Arc
from consumer.emulator.app import create_emulator
from consumer.emulator.faults import FaultPlan
from consumer.reviewing.answer_schema import canonical_schema
from consumer.reviewing.calls.fallback import FallbackCaller
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.providers.gemini.content import GeminiProvider
from consumer.reviewing.providers.openai.responses import OpenAIProvider
from schemas.events import (
    ConversationMessage,
    Issue,
    Persona,
    Scenario,
    XpDimension,
    XpPlan,
)
from schemas.review import Signal
from tests.arcs import artefact, message, scored, signal, stages, trigger
from tests.unit.reviewing.drafting import CallerOn, Run
from tests.unit.reviewing.providers.wire import Handler

MANAGER_WORDS = "the quarterly plan slipped because nobody checked the vendor dates"
PEER_WORDS = "please read the failing build log before you touch the parser"
NOTE_WORDS = "my private note says that the rollback was mostly guesswork"
Providers = tuple[GeminiProvider, OpenAIProvider]


def _said(
    number: int, stage_id: str, sender: str, persona_id: str, text: str
) -> ConversationMessage:
    return message(number, stage_id, sender=sender, persona_id=persona_id, text=text)


@pytest.fixture
def arc() -> Arc:
    issue = Issue(kind="unstated_assumption", note="The plan leaves the vendor dates open.")
    return Arc(
        trigger=trigger(
            scenario=Scenario(scenario_id="sc", title="The launch", brief="Ship it."),
            stages=stages("Stage A", "Stage B", "Stage C"),
            personas=(
                Persona(persona_id="boss", name="Ada", role="manager", voice="Brisk."),
                Persona(persona_id="peer", name="Lin", role="senior_peer", voice="Warm, slow."),
                Persona(persona_id="mute", name="Joe", role="manager", voice="Never heard."),
            ),
            xp=XpPlan(
                expected_total=100,
                dimensions=(
                    XpDimension(dimension_id="d1", title="Planning"),
                    XpDimension(dimension_id="d2", title="Debugging", max_xp=80),
                ),
            ),
            language="en",
        ),
        objectives=(
            scored(1, "s1", issues=(issue,), hints=2, score=0.5),
            scored(2, "s1"),
            scored(3, "s2", issues=(issue,), hints=1),
            scored(4, "s3"),
        ),
        messages=(
            _said(1, "s1", "persona", "boss", "How did it go with the vendor this morning?"),
            _said(2, "s1", "user", "boss", f"I think {MANAGER_WORDS} in time."),
            _said(3, "s2", "persona", "peer", f"Before the demo, {PEER_WORDS} again."),
            _said(4, "s2", "user", "peer", "I read it twice and the parser drops the last line."),
        ),
        artefacts=(artefact(1, "s3", text=f"Looking back, {NOTE_WORDS} today.", self_rating=0.6),),
    )


@pytest.fixture
def signals() -> tuple[Signal, ...]:
    return (
        signal("recurring_issue", "present", name="unstated_assumption"),
        signal("calibration", "absent", unit="points of 1"),
        signal("writing", "too_little_data", value=None, low=None, high=None, n=9),
        signal("pace", "unclear", unit="percent"),
    )


@pytest.fixture
def request_() -> CompletionRequest:
    return CompletionRequest(
        call="scoring",
        system="the rules",
        user="the prompt",
        schema=canonical_schema("scoring"),
        max_output_tokens=77,
    )


@pytest.fixture
async def client_for() -> AsyncIterator[Callable[[Handler], httpx2.AsyncClient]]:
    opened: list[httpx2.AsyncClient] = []

    def build(handler: Handler) -> httpx2.AsyncClient:
        opened.append(httpx2.AsyncClient(transport=httpx2.MockTransport(handler)))
        return opened[-1]

    yield build
    for client in opened:
        await client.aclose()


@pytest.fixture
async def providers_on() -> AsyncIterator[Callable[[FaultPlan], Providers]]:
    """Build both real SDKs on one emulator, in process."""
    opened: list[httpx2.AsyncClient] = []

    def build(plan: FaultPlan) -> Providers:
        transport = httpx2.ASGITransport(create_emulator(plan=plan))
        client = httpx2.AsyncClient(transport=transport)
        opened.append(client)
        return (
            GeminiProvider(api_key="k", model="g", base_url="http://e.test", http_client=client),
            OpenAIProvider(api_key="k", model="o", base_url="http://e.test/v1", http_client=client),
        )

    yield build
    for client in opened:
        await client.aclose()


@pytest.fixture
def waits() -> list[float]:
    """What the caller waited for, in seconds."""
    return []


@pytest.fixture
def caller_on(providers_on: Callable[[FaultPlan], Providers], waits: list[float]) -> CallerOn:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    def build(plan: FaultPlan, **limits: Any) -> FallbackCaller:
        return FallbackCaller(
            providers_on(plan), limits=CallLimits(**limits), chance=lambda: 0.5, sleep=sleep
        )

    return build


@pytest.fixture
def run(caller_on: CallerOn, arc: Arc, signals: tuple[Signal, ...]) -> Run:
    return Run(caller_on, arc, signals)
