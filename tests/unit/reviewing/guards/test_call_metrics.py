import asyncio

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from consumer.reviewing.calls.fallback import Attempt
from consumer.reviewing.guards.breaker import CircuitState
from consumer.reviewing.guards.call_metrics import CallMetrics, MeteredProvider
from consumer.reviewing.guards.prices import Price
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest

WHICH = {"provider": "gemini", "model": "g"}
REQUEST = CompletionRequest(call="arc", system="s", user="u", schema={}, max_output_tokens=9)


class Provider:
    name = "gemini"
    model = "g"

    def __init__(self, outcome: Outcome | None) -> None:
        self.outcome = outcome
        self.begun = asyncio.Event()

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        self.begun.set()
        if self.outcome is None:
            await asyncio.Event().wait()
        assert self.outcome is not None
        return self.outcome


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


async def test_a_request_is_counted_timed_and_costed(registry: CollectorRegistry) -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=500_000)
    metered = MeteredProvider(
        Provider(Outcome.ok("{}", usage)),
        metrics=CallMetrics(registry),
        price=Price(input=0.3, output=2.0),
    )
    await metered.complete(REQUEST, timeout_seconds=5)
    of_call = {**WHICH, "call": "arc"}
    assert registry.get_sample_value("debrief_model_requests_total", {**of_call, "outcome": "ok"})
    assert registry.get_sample_value("debrief_model_request_seconds_count", of_call) == 1
    assert registry.get_sample_value("debrief_model_cost_total", WHICH) == pytest.approx(1.3)


async def test_without_a_price_there_is_no_cost(registry: CollectorRegistry) -> None:
    metered = MeteredProvider(
        Provider(Outcome.ok("{}", Usage())), metrics=CallMetrics(registry), price=None
    )
    await metered.complete(REQUEST, timeout_seconds=5)
    assert registry.get_sample_value("debrief_model_cost_total", WHICH) is None


async def test_a_cancelled_request_was_sent_too(registry: CollectorRegistry) -> None:
    provider = Provider(None)
    metered = MeteredProvider(provider, metrics=CallMetrics(registry), price=None)
    task = asyncio.create_task(metered.complete(REQUEST, timeout_seconds=5))
    await provider.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    labels = {**WHICH, "call": "arc", "outcome": "cancelled"}
    assert registry.get_sample_value("debrief_model_requests_total", labels) == 1


def test_circuits_attempts_and_ends_are_shown(registry: CollectorRegistry) -> None:
    metrics = CallMetrics(registry)
    metrics.circuit("gemini", "g", CircuitState.OPEN)
    metrics.count_attempt(
        Attempt(call="arc", provider="gemini", model="g", kind=OutcomeKind.UNGROUNDED)
    )
    metrics.count_end("arc", "reused")
    assert registry.get_sample_value("debrief_model_circuit_state", WHICH) == 3
    labels = {**WHICH, "call": "arc", "outcome": "ungrounded"}
    assert registry.get_sample_value("debrief_call_attempts_total", labels) == 1
    assert registry.get_sample_value("debrief_calls_total", {"call": "arc", "end": "reused"}) == 1


def test_a_registry_can_be_used_again_after_closing(registry: CollectorRegistry) -> None:
    CallMetrics(registry).close()
    assert generate_latest(registry) == b""
    CallMetrics(registry).close()
