"""Prices: what tokens cost, by the operator's own table.

None are built in: they change, differ by contract, and a wrong one would make a budget a promise
nobody keeps.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest

MICROS: Final = 1_000_000
# Ended before anything was generated. Everything else may have been, and may be billed.
_FREE: Final = frozenset(
    {
        OutcomeKind.RATE_LIMITED,
        OutcomeKind.QUOTA,
        OutcomeKind.PERMANENT,
        OutcomeKind.LOCAL_SATURATION,
        OutcomeKind.CIRCUIT_OPEN,
        OutcomeKind.OVER_BUDGET,
    }
)
_FREE_DETAILS: Final = ("http_", "Connect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One model's price of a million tokens, in the operator's currency."""

    input: float
    output: float

    def micros(self, *, input_tokens: int, output_tokens: int) -> int:
        """Return what so many tokens cost in millionths, rounded up."""
        # A million tokens at one unit are a million micros: the two millions cancel.
        return math.ceil(input_tokens * self.input + output_tokens * self.output)


Prices = Mapping[str, Price]


def most_micros(request: CompletionRequest, price: Price) -> int:
    """Return what a request can cost at most."""
    return price.micros(
        input_tokens=request.most_input_tokens, output_tokens=request.max_output_tokens
    )


def spent_micros(outcome: Outcome, price: Price, *, at_most: int) -> int:
    """Return what a request cost; where the service does not say, all that it can have cost.

    A request that timed out, or broke off within its reply, may have been answered in full and be
    billed so: only a service that refused it, or was never reached, has surely done nothing. To
    count such a request as less, or to let its share come back after a while, would be a guess,
    and a budget that rests on guesses can be passed. What it costs is bounded by the circuit: a
    service that goes on timing out is soon not asked any more.
    """
    read, written = outcome.usage.input_tokens, outcome.usage.output_tokens
    if read is not None and written is not None:
        return price.micros(input_tokens=read, output_tokens=written)
    refused = outcome.kind is OutcomeKind.TRANSIENT and outcome.detail.startswith(_FREE_DETAILS)
    return 0 if refused or outcome.kind in _FREE else at_most
