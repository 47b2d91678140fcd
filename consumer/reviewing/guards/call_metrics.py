"""Call metrics: what an operator sees of the calls, on the consumer's own registry."""

import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from consumer.reviewing.calls.fallback import Attempt
from consumer.reviewing.guards.breaker import CircuitState
from consumer.reviewing.guards.prices import MICROS, Price
from consumer.reviewing.outcome import Outcome
from consumer.reviewing.ports import CompletionRequest, Provider

_SECONDS: Final = (0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
_STATES: Final = {
    CircuitState.CLOSED: 0,
    CircuitState.HALF_OPEN: 1,
    CircuitState.COOLING: 2,
    CircuitState.OPEN: 3,
}


class CallMetrics:
    """The counters and gauges; one open instance a registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        which = ("provider", "model")
        self.requests = Counter(
            "debrief_model_requests",
            "Requests sent to a model, hedges and probes too, by how the provider ended them.",
            (*which, "call", "outcome"),
            registry=registry,
        )
        self.seconds = Histogram(
            "debrief_model_request_seconds",
            "How long a request to a model took.",
            (*which, "call"),
            buckets=_SECONDS,
            registry=registry,
        )
        self.tokens = Counter(
            "debrief_model_tokens",
            "Tokens as the provider counted them.",
            (*which, "direction"),
            registry=registry,
        )
        self.cost = Counter(
            "debrief_model_cost",
            "Cost of those tokens by DEBRIEF_MODEL_PRICES, in its currency.",
            which,
            registry=registry,
        )
        self.hedges = Counter(
            "debrief_model_hedges",
            "Second requests, by which one answered: first, second, neither.",
            (*which, "answered"),
            registry=registry,
        )
        self._circuit = Gauge(
            "debrief_model_circuit_state",
            "0 closed, 1 half open, 2 cooling after a rate limit, 3 open.",
            which,
            registry=registry,
        )
        self.over_budget = Counter(
            "debrief_model_requests_over_budget",
            "Requests not sent because they could have passed a budget: run, day.",
            ("budget",),
            registry=registry,
        )
        self._attempts = Counter(
            "debrief_call_attempts",
            "Attempts at a review's calls, by what they were worth once judged.",
            (*which, "call", "outcome"),
            registry=registry,
        )
        self._calls = Counter(
            "debrief_calls",
            "A review's calls by their end: answered, fallback, reused, unanswered.",
            ("call", "end"),
            registry=registry,
        )

    def close(self) -> None:
        """Take the figures off the registry, so that whoever is built anew can put up theirs."""
        for collector in (
            self.requests,
            self.seconds,
            self.tokens,
            self.cost,
            self.hedges,
            self.over_budget,
            self._circuit,
            self._attempts,
            self._calls,
        ):
            self._registry.unregister(collector)

    def circuit(self, provider: str, model: str, state: CircuitState) -> None:
        """Set what a circuit lets through."""
        self._circuit.labels(provider, model).set(_STATES[state])

    def count_attempt(self, attempt: Attempt) -> None:
        """Count one attempt."""
        which = (attempt.provider, attempt.model)
        self._attempts.labels(*which, attempt.call, attempt.kind.value).inc()

    def count_end(self, call: str, end: str) -> None:
        """Count one call's end."""
        self._calls.labels(call, end).inc()


class MeteredProvider:
    """A `Provider` whose every request is counted, timed and, by `price`, costed."""

    def __init__(self, inner: Provider, *, metrics: CallMetrics, price: Price | None) -> None:
        self.name = inner.name
        self.model = inner.model
        self._inner = inner
        self._metrics = metrics
        self._price = price

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask once."""
        started = time.monotonic()
        outcome: Outcome | None = None
        try:
            outcome = await self._inner.complete(request, timeout_seconds=timeout_seconds)
        finally:
            ended = "cancelled" if outcome is None else outcome.kind.value
            which = (self.name, self.model)
            self._metrics.requests.labels(*which, request.call, ended).inc()
            self._metrics.seconds.labels(*which, request.call).observe(time.monotonic() - started)
        self._count_tokens(outcome)
        return outcome

    def _count_tokens(self, outcome: Outcome) -> None:
        which = (self.name, self.model)
        read, written = outcome.usage.input_tokens or 0, outcome.usage.output_tokens or 0
        self._metrics.tokens.labels(*which, "input").inc(read)
        self._metrics.tokens.labels(*which, "output").inc(written)
        if self._price is not None:
            micros = self._price.micros(input_tokens=read, output_tokens=written)
            self._metrics.cost.labels(*which).inc(micros / MICROS)
