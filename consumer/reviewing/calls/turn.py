"""Turn: what one provider made of one call, and which of all their answers ships."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from consumer.reviewing.answer_schema import Answer
from consumer.reviewing.calls.judging import Judgement
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer that ships, and what it took at its provider."""

    answer: Answer
    provider: str
    model: str
    fallback: bool
    attempts: int
    latency_seconds: float
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """No provider answered; `ends` has how each one's last attempt ended.

    `reopens_in_seconds` is given where by then every provider's circuit was open: when the first
    may be asked again.
    """

    ends: tuple[Outcome, ...]
    reopens_in_seconds: float | None = None

    @property
    def kinds(self) -> tuple[OutcomeKind, ...]:
        """Return how each provider's last attempt ended."""
        return tuple(end.kind for end in self.ends)

    @property
    def budget_in_seconds(self) -> float | None:
        """Return when there is money again, None where that is not what it was for want of."""
        if any(end.kind is not OutcomeKind.OVER_BUDGET for end in self.ends):
            return None
        waits = [end.retry_after_seconds for end in self.ends]
        known = [wait for wait in waits if wait is not None]
        return min(known) if len(known) == len(waits) else None


@dataclass(slots=True)
class Turn:
    """One provider's turn at one call."""

    provider: Provider
    fallback: bool
    attempts: int = 0
    usage: Usage = field(default_factory=Usage)
    ended: Outcome = field(default_factory=lambda: Outcome(kind=OutcomeKind.TIMEOUT))
    found: Judgement | None = None
    found_model: str = ""

    def count(self, outcome: Outcome) -> None:
        """Take an attempt's end; one that asked nobody is no attempt."""
        self.ended = outcome
        self.usage = _sum(self.usage, outcome.usage)
        if outcome.kind not in (OutcomeKind.CIRCUIT_OPEN, OutcomeKind.OVER_BUDGET):
            self.attempts += 1

    def keep(self, judgement: Judgement, *, model: str = "") -> None:
        """Keep the answer with fewer faults; a text that fits no schema is no answer.

        `model` is what gave it, as the service names it.
        """
        kept = self.found
        if judgement.answer is None and kept is not None:
            return
        if kept is None or kept.answer is None or len(judgement.faults) <= len(kept.faults):
            self.found = judgement
            self.found_model = model


def settle(turns: Sequence[Turn], *, latency_seconds: float) -> Answered | None:
    """Take the first answer without faults, else the one with the fewest, None without any."""
    best: tuple[Turn, Answer, int] | None = None
    for turn in turns:
        if turn.found is None or turn.found.answer is None:
            continue
        if best is None or len(turn.found.faults) < best[2]:
            best = (turn, turn.found.answer, len(turn.found.faults))
    if best is None:
        return None
    turn, answer, _ = best
    return Answered(
        answer=answer,
        provider=turn.provider.name,
        model=turn.found_model or turn.provider.model,
        fallback=turn.fallback,
        attempts=turn.attempts,
        latency_seconds=latency_seconds,
        usage=turn.usage,
    )


def _sum(one: Usage, other: Usage) -> Usage:
    def add(a: int | None, b: int | None) -> int | None:
        return b if a is None else a if b is None else a + b

    return Usage(
        input_tokens=add(one.input_tokens, other.input_tokens),
        output_tokens=add(one.output_tokens, other.output_tokens),
    )
