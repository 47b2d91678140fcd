"""Traced: a provider whose every request is a span, hedges and probes too.

Attributes as OpenTelemetry names those of generative models
(https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/).
"""

from typing import Final

from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest, Provider
from consumer.tracing import Tracing

OPERATION: Final = "chat"
# Its names of the services.
_SERVICES: Final = {"gemini": "gcp.gemini", "openai": "openai"}


class TracedProvider:
    """A `Provider`."""

    def __init__(self, inner: Provider, *, tracing: Tracing) -> None:
        self.name = inner.name
        self.model = inner.model
        self._inner = inner
        self._tracing = tracing

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask once."""
        with self._tracing.span(f"{OPERATION} {self.model}") as span:
            span.set("gen_ai.operation.name", OPERATION)
            span.set("gen_ai.provider.name", _SERVICES.get(self.name, self.name))
            span.set("gen_ai.request.model", self.model)
            span.set("gen_ai.request.max_tokens", request.max_output_tokens)
            span.set("debrief.run_id", request.run_id)
            span.set("debrief.call", request.call)
            outcome = await self._inner.complete(request, timeout_seconds=timeout_seconds)
            span.set("debrief.outcome", outcome.kind.value)
            if outcome.model:
                span.set("gen_ai.response.model", outcome.model)
            if outcome.usage.input_tokens is not None:
                span.set("gen_ai.usage.input_tokens", outcome.usage.input_tokens)
            if outcome.usage.output_tokens is not None:
                span.set("gen_ai.usage.output_tokens", outcome.usage.output_tokens)
            if outcome.kind is not OutcomeKind.OK:
                span.fail(outcome.detail or outcome.kind.value)
            return outcome
