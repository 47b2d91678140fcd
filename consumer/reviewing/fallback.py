"""Fallback: one call put to the providers in order until one gives an answer that stands.

One absolute deadline bounds it all, each provider leaving a reserve for the next. An SDK's own
timeout is per read, so every attempt is cut from outside. A breaker, a bulkhead or a hedge goes
around a provider (see `ports`) and needs no change here.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

import structlog

from consumer.reviewing.answer_schema import Answer, canonical_schema
from consumer.reviewing.judging import FindFaults, Judgement, judge
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.policy import CallLimits, Tried, next_step, provider_deadline
from consumer.reviewing.ports import CompletionRequest, Provider
from consumer.reviewing.prompting import Prompt

_log = structlog.get_logger(__name__)


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
    """No provider answered; `kinds` has how each one's last attempt ended."""

    kinds: tuple[OutcomeKind, ...]


@dataclass(slots=True)
class _Turn:
    """One provider's turn at one call."""

    provider: Provider
    fallback: bool
    attempts: int = 0
    usage: Usage = field(default_factory=Usage)
    ended: OutcomeKind = OutcomeKind.TIMEOUT
    found: Judgement | None = None


class FallbackCaller:
    """Puts calls to `providers` in their order.

    `chance` gives numbers from 0 to 1 for the jitter; `sleep` waits.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        *,
        limits: CallLimits,
        chance: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._providers = tuple(providers)
        self._limits = limits
        self._chance = chance
        self._sleep = sleep

    async def ask(
        self, prompt: Prompt, find_faults: FindFaults, *, deadline: float
    ) -> Answered | Unanswered:
        """Return an answer, or how every provider failed, before `deadline` (the loop's clock).

        Where no answer is free of faults, the one with the fewest ships: assembly drops what does
        not stand, and the rest was paid for.
        """
        clock = asyncio.get_running_loop().time
        started = clock()
        turns: list[_Turn] = []
        for index, provider in enumerate(self._providers):
            until = provider_deadline(
                clock(),
                deadline,
                following=len(self._providers) - index - 1,
                reserve=self._limits.fallback_reserve,
            )
            turn = _Turn(provider, fallback=index > 0)
            turns.append(turn)
            if clock() < until:
                await self._take(turn, prompt, find_faults, until)
            if turn.ended is OutcomeKind.OK:
                break
        return _settle(turns, clock() - started)

    async def _take(
        self, turn: _Turn, prompt: Prompt, find_faults: FindFaults, until: float
    ) -> None:
        clock = asyncio.get_running_loop().time
        tried = Tried()
        faults: tuple[str, ...] = ()
        while True:
            request = self._request(prompt, tried, faults)
            outcome = await _attempt(turn.provider, request, until)
            turn.attempts += 1
            turn.usage = _sum(turn.usage, outcome.usage)
            if outcome.text is not None and outcome.kind is OutcomeKind.OK:
                judgement = judge(outcome.text, prompt.answer, find_faults)
                turn.found = _better(turn.found, judgement)
                faults = judgement.faults
                outcome = replace(outcome, kind=judgement.kind)
            turn.ended = outcome.kind
            _report(turn, prompt, outcome)
            if outcome.kind is OutcomeKind.OK:
                return
            step = next_step(
                outcome,
                tried,
                limits=self._limits,
                seconds_left=until - clock(),
                chance=self._chance(),
            )
            if step is None:
                return
            tried = step.tried
            if step.wait_seconds > 0:
                await self._sleep(step.wait_seconds)

    def _request(self, prompt: Prompt, tried: Tried, faults: Sequence[str]) -> CompletionRequest:
        user = prompt.user
        if tried.repaired and faults:
            told = json.dumps(list(faults), ensure_ascii=False)
            user = (
                f"{user}\n\nAn earlier answer to this had these faults: {told}\n"
                "Answer again in full, without them; leave out what cannot be supported."
            )
        limits = self._limits
        tokens = limits.larger_output_tokens if tried.enlarged else limits.max_output_tokens
        return CompletionRequest(
            call=prompt.answer,
            system=prompt.system,
            user=user,
            schema=canonical_schema(prompt.answer),
            max_output_tokens=tokens,
        )


async def _attempt(provider: Provider, request: CompletionRequest, until: float) -> Outcome:
    """Ask once and not past `until`, whatever the SDK's own timeout does."""
    left = until - asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(until):
            return await provider.complete(request, timeout_seconds=max(left, 0.001))
    except TimeoutError:
        return Outcome(kind=OutcomeKind.TIMEOUT, detail="deadline")


def _settle(turns: Sequence[_Turn], latency_seconds: float) -> Answered | Unanswered:
    """Take the first answer without faults, else the one with the fewest."""
    best: tuple[_Turn, Answer, int] | None = None
    for turn in turns:
        if turn.found is None or turn.found.answer is None:
            continue
        if best is None or len(turn.found.faults) < best[2]:
            best = (turn, turn.found.answer, len(turn.found.faults))
    if best is None:
        return Unanswered(kinds=tuple(turn.ended for turn in turns))
    turn, answer, _ = best
    return Answered(
        answer=answer,
        provider=turn.provider.name,
        model=turn.provider.model,
        fallback=turn.fallback,
        attempts=turn.attempts,
        latency_seconds=latency_seconds,
        usage=turn.usage,
    )


def _better(kept: Judgement | None, new: Judgement) -> Judgement:
    """Keep the answer with fewer faults; a text that fits no schema is no answer."""
    if new.answer is None and kept is not None:
        return kept
    if kept is None or kept.answer is None or len(new.faults) <= len(kept.faults):
        return new
    return kept


def _sum(one: Usage, other: Usage) -> Usage:
    def add(a: int | None, b: int | None) -> int | None:
        return b if a is None else a if b is None else a + b

    return Usage(
        input_tokens=add(one.input_tokens, other.input_tokens),
        output_tokens=add(one.output_tokens, other.output_tokens),
    )


def _report(turn: _Turn, prompt: Prompt, outcome: Outcome) -> None:
    _log.info(
        "call.attempt",
        call=prompt.call,
        provider=turn.provider.name,
        model=turn.provider.model,
        attempt=turn.attempts,
        outcome=outcome.kind.value,
        detail=outcome.detail,
    )
