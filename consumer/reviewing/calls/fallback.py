"""Fallback: one call put to the providers in order until one gives an answer that stands.

One absolute deadline bounds it all, each provider leaving a reserve for those after it that may be
asked. An SDK's own timeout is per read and its cancellation as slow as it likes, so every attempt
is cut from outside and then left behind. What guards a provider (circuit, slots, hedge, budget)
goes around it, see `ports`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from consumer.computing import computed
from consumer.reviewing.answer_schema import canonical_schema
from consumer.reviewing.calls.judging import (
    LONG_ANSWER_CHARACTERS,
    FindFaults,
    Judgement,
    judge,
)
from consumer.reviewing.calls.policy import CallLimits, Tried, next_step, provider_deadline
from consumer.reviewing.calls.turn import Answered, Turn, Unanswered, settle
from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import Circuit, CompletionRequest, Provider
from consumer.reviewing.prompting.prompts import Prompt
from consumer.reviewing.unattended import Unattended

__all__ = ["Answered", "Attempt", "FallbackCaller", "Unanswered"]

# A guard that ends an attempt in time knows more of its end than a cut from here would tell.
_GUARDS_FIRST_SECONDS = 0.02

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt as it ended, its answer judged."""

    call: str
    provider: str
    model: str
    kind: OutcomeKind


@dataclass(frozen=True, slots=True)
class _Question:
    prompt: Prompt
    find_faults: FindFaults
    run_id: str


class FallbackCaller:
    """Puts calls to `providers` in their order.

    `circuits` are the providers' own, in the same order; without them every provider may always
    be asked. `chance` gives numbers from 0 to 1 for the jitter; `sleep` waits. `unattended` owns
    the attempts that were cut off; closing it is the caller's. `on_attempt` is told each attempt.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        *,
        limits: CallLimits,
        chance: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        circuits: Sequence[Circuit] = (),
        unattended: Unattended | None = None,
        on_attempt: Callable[[Attempt], None] = lambda _: None,
    ) -> None:
        self._providers = tuple(providers)
        self._limits = limits
        self._chance = chance
        self._sleep = sleep
        self._circuits = tuple(circuits) or (None,) * len(self._providers)
        # It is as good as False while it owns nothing.
        self._unattended = Unattended() if unattended is None else unattended
        self._on_attempt = on_attempt

    async def ask(
        self, prompt: Prompt, find_faults: FindFaults, *, deadline: float, run_id: str = ""
    ) -> Answered | Unanswered:
        """Return an answer, or how every provider failed, before `deadline` (the loop's clock).

        Where no answer is free of faults, the one with the fewest ships: assembly drops what does
        not stand, and the rest was paid for.
        """
        clock = asyncio.get_running_loop().time
        started = clock()
        turns: list[Turn] = []
        for index, provider in enumerate(self._providers):
            until = provider_deadline(
                clock(),
                deadline,
                following=self._askable_after(index),
                reserve=self._limits.fallback_reserve,
            )
            turn = Turn(provider, fallback=index > 0)
            turns.append(turn)
            if clock() < until:
                question = _Question(prompt, find_faults, run_id)
                await self._take(turn, question, self._circuits[index], until)
            if turn.ended.kind is OutcomeKind.OK:
                break
        answered = settle(turns, latency_seconds=clock() - started)
        return answered or Unanswered(
            ends=tuple(turn.ended for turn in turns), reopens_in_seconds=self._reopens_in_seconds()
        )

    def _askable_after(self, index: int) -> int:
        circuits = self._circuits[index + 1 :]
        return sum(1 for one in circuits if one is None or one.blocked_seconds() is None)

    def _reopens_in_seconds(self) -> float | None:
        waits = [None if one is None else one.blocked_seconds() for one in self._circuits]
        known = [wait for wait in waits if wait is not None]
        return min(known) if len(known) == len(waits) else None

    async def _take(
        self, turn: Turn, question: _Question, circuit: Circuit | None, until: float
    ) -> None:
        """Let one provider try until it answered, its time is over or trying is no use."""
        clock = asyncio.get_running_loop().time
        prompt = question.prompt
        tried = Tried()
        faults: tuple[str, ...] = ()
        while True:
            outcome = await self._attempt(
                turn.provider, self._request(question, tried, faults), until
            )
            if outcome.kind is OutcomeKind.OK and outcome.text is not None:
                judgement = await _judged(outcome.text, question, until)
                turn.keep(judgement, model=outcome.model)
                faults = judgement.faults
                outcome = replace(outcome, kind=judgement.kind)
            turn.count(outcome)
            self._report(turn, prompt)
            if outcome.kind is OutcomeKind.OK:
                return
            step = next_step(
                outcome,
                tried,
                limits=self._limits,
                seconds_left=until - clock(),
                attempt_seconds=(circuit and circuit.typical_seconds(prompt.answer)) or 0.0,
                chance=self._chance(),
            )
            if step is None:
                return
            tried = step.tried
            if step.wait_seconds > 0:
                await self._sleep(step.wait_seconds)

    async def _attempt(
        self, provider: Provider, request: CompletionRequest, until: float
    ) -> Outcome:
        """Ask once and not past `until`, whatever the SDK's own timeout does."""
        left = until - asyncio.get_running_loop().time()
        hint = max(left - _GUARDS_FIRST_SECONDS, 0.001)
        try:
            return await self._unattended.within(
                left, provider.complete(request, timeout_seconds=hint)
            )
        except TimeoutError:
            return Outcome(kind=OutcomeKind.TIMEOUT, detail="deadline")

    def _request(
        self, question: _Question, tried: Tried, faults: Sequence[str]
    ) -> CompletionRequest:
        prompt = question.prompt
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
            run_id=question.run_id,
        )

    def _report(self, turn: Turn, prompt: Prompt) -> None:
        provider, ended = turn.provider, turn.ended
        self._on_attempt(
            Attempt(
                call=prompt.answer,
                provider=provider.name,
                model=provider.model,
                kind=ended.kind,
            )
        )
        _log.info(
            "call.attempt",
            call=prompt.call,
            provider=provider.name,
            model=provider.model,
            attempt=turn.attempts,
            outcome=ended.kind.value,
            detail=ended.detail,
        )


async def _judged(text: str, question: _Question, until: float) -> Judgement:
    answer, find_faults = question.prompt.answer, question.find_faults
    if len(text) <= LONG_ANSWER_CHARACTERS:
        return judge(text, answer, find_faults)
    return await computed(until, judge, text, answer, find_faults)
