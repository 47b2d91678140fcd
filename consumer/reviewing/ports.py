"""Ports: what the calls need from outside.

A circuit breaker, a rate limit, a bulkhead or a hedge is a `Provider` around a `Provider`: it
answers with the outcome `local_saturation` or `transient` instead of asking, so nothing here has
to know of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from consumer.reviewing.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRequest:
    """One question to a model, the same for every provider.

    `schema` is the canonical closed JSON Schema of the answer (see `answer_schema`); each adapter
    compiles it into its provider's dialect. `call` names the answer: arc, scoring, perspective.
    """

    call: str
    system: str
    user: str
    schema: Mapping[str, Any]
    max_output_tokens: int


class Provider(Protocol):
    """One model of one service."""

    @property
    def name(self) -> str:
        """The provider as provenance names it."""

    @property
    def model(self) -> str:
        """The model as provenance names it."""

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask once, with no retry of its own; every failure but a cancellation is an outcome.

        `timeout_seconds` is a hint for the SDK; the caller bounds the whole attempt.
        """


class Journal(Protocol):
    """Where finished calls are kept, so that none is paid for twice."""

    async def get(self, *, run_id: str, call: str, prompt_hash: str) -> str | None:
        """Return what was kept for this call of this run with this very prompt, or None."""

    async def put(self, *, run_id: str, call: str, prompt_hash: str, outcome: str) -> None:
        """Keep a finished call (JSON text); the first one kept stands."""


class NoJournal:
    """A journal that keeps nothing, for reviews made without a store."""

    async def get(self, *, run_id: str, call: str, prompt_hash: str) -> str | None:  # noqa: ARG002
        """Return None."""
        return None

    async def put(self, *, run_id: str, call: str, prompt_hash: str, outcome: str) -> None:
        """Keep nothing."""
