"""A small arc of three stages and two personas, its signals, and clients without a network."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
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
    ArtefactSubmitted,
    ConversationMessage,
    Issue,
    ObjectiveRolledUp,
    Persona,
    Scenario,
    ScenarioCompleted,
    Stage,
    XpDimension,
    XpPlan,
)
from schemas.review import SeriesPoint, Signal
from tests.unit.reviewing.drafting import CallerOn, Run
from tests.unit.reviewing.providers.wire import Handler
from tests.unit.sample_event import EVENT, START

MANAGER_WORDS = "the quarterly plan slipped because nobody checked the vendor dates"
PEER_WORDS = "please read the failing build log before you touch the parser"
NOTE_WORDS = "my private note says that the rollback was mostly guesswork"
Providers = tuple[GeminiProvider, OpenAIProvider]


def _messages() -> tuple[ConversationMessage, ...]:
    rows = (
        ("m1", "boss", "s1", "persona", "How did it go with the vendor this morning?"),
        ("m2", "boss", "s1", "user", f"I think {MANAGER_WORDS} in time."),
        ("m3", "peer", "s2", "persona", f"Before the demo, {PEER_WORDS} again."),
        ("m4", "peer", "s2", "user", "I read it twice and the parser drops the last line."),
    )
    return tuple(
        ConversationMessage.model_validate(
            EVENT
            | {
                "message_id": message_id,
                "persona_id": persona_id,
                "stage_id": stage_id,
                "sequence": number,
                "sender": sender,
                "sent_at": START + timedelta(minutes=number),
                "text": text,
            }
        )
        for number, (message_id, persona_id, stage_id, sender, text) in enumerate(rows, 1)
    )


def _objective(number: int, stage_id: str, **fields: Any) -> ObjectiveRolledUp:
    return ObjectiveRolledUp(
        **EVENT,
        objective_id=f"o{number}",
        stage_id=stage_id,
        title=f"Objective {'ABCDEF'[number - 1]}",
        dimension_ids=("d1",) if number % 2 else ("d2",),
        attempts=1,
        **({"hints": 0, "score": 0.8} | fields),
    )


@pytest.fixture
def arc() -> Arc:
    issue = Issue(kind="unstated_assumption", note="The plan leaves the vendor dates open.")
    return Arc(
        trigger=ScenarioCompleted(
            **EVENT,
            scenario=Scenario(scenario_id="sc", title="The launch", brief="Ship it."),
            stages=tuple(Stage(stage_id=f"s{n}", title=f"Stage {'ABC'[n - 1]}") for n in (1, 2, 3)),
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
            started_at=START,
            completed_at=START + timedelta(hours=2),
            language="en",
        ),
        objectives=(
            _objective(1, "s1", issues=(issue,), hints=2, score=0.5),
            _objective(2, "s1"),
            _objective(3, "s2", issues=(issue,), hints=1),
            _objective(4, "s3"),
        ),
        messages=_messages(),
        artefacts=(
            ArtefactSubmitted(
                **EVENT,
                artefact_id="a1",
                stage_id="s3",
                revision=1,
                kind="note",
                submitted_at=START,
                text=f"Looking back, {NOTE_WORDS} today.",
                self_rating=0.6,
            ),
        ),
    )


def make_signal(kind: str, verdict: str, **fields: Any) -> Signal:
    series = tuple(SeriesPoint(stage_id=f"s{n}", value=0.5) for n in (1, 2, 3))
    return Signal.model_validate(
        {
            "signal_id": f"sig-{kind}",
            "kind": kind,
            "name": kind,
            "verdict": verdict,
            "value": 0.5,
            "unit": "ratio",
            "low": 0.2,
            "high": 0.8,
            "n": 4,
            "minimum_n": 3,
            "series": series,
        }
        | fields
    )


@pytest.fixture
def signals() -> tuple[Signal, ...]:
    return (
        make_signal("recurring_issue", "present", name="unstated_assumption"),
        make_signal("calibration", "absent", unit="points of 1"),
        make_signal("writing", "too_little_data", value=None, low=None, high=None, n=9),
        make_signal("pace", "unclear", unit="percent"),
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
