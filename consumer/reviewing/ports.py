"""Ports: what the calls need from outside.

A circuit breaker, a rate limit, a hedge, a budget or a meter is a `Provider` around a `Provider`:
it answers with an outcome of its own instead of asking, so nothing else has to know of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from consumer.reviewing.outcome import Outcome

# What a service puts around a prompt that is not the prompt's own.
_FRAME_TOKENS: Final = 256
_CHARACTERS_A_TOKEN: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionRequest:
    """One question to a model, the same for every provider.

    `schema` is the canonical closed JSON Schema of the answer (see `answer_schema`); each adapter
    compiles it into its provider's dialect. `call` names the answer: arc, scoring, perspective.
    `run_id` is whom a budget of the run is charged to; no provider is told.
    """

    call: str
    system: str
    user: str
    schema: Mapping[str, Any]
    max_output_tokens: int
    run_id: str = ""

    @property
    def most_input_tokens(self) -> int:
        """Return more tokens than the prompt can have: each stands for at least one byte."""
        schema = json.dumps(self.schema)
        return len(self.system.encode()) + len(self.user.encode()) + len(schema) + _FRAME_TOKENS

    @property
    def likely_tokens(self) -> int:
        """Return about how many tokens the prompt has."""
        return len(self.system + self.user) // _CHARACTERS_A_TOKEN


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


class Circuit(Protocol):
    """What the caller may know of a provider beforehand."""

    def blocked_seconds(self) -> float | None:
        """Return how long it may not be asked, None where it may now."""

    def typical_seconds(self, call: str) -> float | None:
        """Return how long an answer to such a call usually takes, None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What may be spent under one name, e.g. of a day or of a run, in millionths of a unit."""

    kind: str
    name: str
    limit_micros: int


class Ledger(Protocol):
    """Where spending is written down, shared by all that spend from the same purses."""

    async def reserve(self, purses: Sequence[Purse], *, micros: int) -> Purse | None:
        """Take so much from each purse, or from none; return the first that has too little."""

    async def give_back(self, purses: Sequence[Purse], *, micros: int) -> None:
        """Return what was reserved and not spent; below zero, take what was spent beyond it."""


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
