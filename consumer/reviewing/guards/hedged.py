"""Hedged: a provider that is asked a second time where the first answer is late."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from consumer.reviewing.guards.bulkhead import Lease
from consumer.reviewing.guards.hedging import HedgeAllowance, Latencies, hedge_after_seconds
from consumer.reviewing.outcome import ANSWERS, Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest, Provider
from consumer.reviewing.unattended import Unattended

_Request = asyncio.Task[Outcome]


class Spare(Protocol):
    """Where a hedge gets its slot."""

    def try_enter(self, request: CompletionRequest) -> Lease | None:
        """Return a lease at once, None where no hedge may be sent."""


class HedgedProvider:
    """A `Provider` that ends within its `timeout_seconds`, however slowly `inner` is cancelled.

    `allowance` None sends no second request. `on_hedge` is told who answered first, "first" or
    "second", or "neither".
    """

    def __init__(
        self,
        inner: Provider,
        *,
        latencies: Latencies,
        allowance: HedgeAllowance | None,
        spare: Spare,
        unattended: Unattended,
        on_hedge: Callable[[str], None],
    ) -> None:
        self.name = inner.name
        self.model = inner.model
        self._inner = inner
        self._latencies = latencies
        self._allowance = allowance
        self._spare = spare
        self._unattended = unattended
        self._on_hedge = on_hedge

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask, and once more where that is late; the loser is cancelled and not waited for."""
        clock = asyncio.get_running_loop().time
        started = clock()
        until = started + timeout_seconds
        first = asyncio.create_task(self._inner.complete(request, timeout_seconds=timeout_seconds))
        requests: list[_Request] = [first]
        try:
            await asyncio.wait({first}, timeout=self._patience_seconds(request, timeout_seconds))
            if not first.done() and clock() < until:
                second = self._second(request, until - clock())
                requests += [second] if second is not None else []
            outcome = await _first_answer(requests, until)
        finally:
            for late in requests:
                if not late.done():
                    self._unattended.leave(late)
        if outcome is None:
            outcome = Outcome(kind=OutcomeKind.TIMEOUT, detail="deadline")
        if outcome.kind is OutcomeKind.OK:
            self._latencies.add(request.call, clock() - started)
        if len(requests) > 1:
            self._on_hedge(_winner(first, outcome))
        return outcome

    def _patience_seconds(self, request: CompletionRequest, timeout_seconds: float) -> float:
        if self._allowance is None:
            return timeout_seconds
        self._allowance.earn()
        after = hedge_after_seconds(self._latencies, request.call, seconds_left=timeout_seconds)
        return timeout_seconds if after is None else after

    def _second(self, request: CompletionRequest, seconds: float) -> _Request | None:
        if self._allowance is None or not self._allowance.take():
            return None
        lease = self._spare.try_enter(request)
        if lease is None:
            self._allowance.give_back()
            return None
        second = asyncio.create_task(self._inner.complete(request, timeout_seconds=seconds))
        # A task that is cancelled before its first step runs no `finally` of its own.
        second.add_done_callback(lambda _: lease.close())
        return second


async def _first_answer(requests: Sequence[_Request], until: float) -> Outcome | None:
    """Return the first answer; without one, how the first request ended, None if it did not."""
    clock = asyncio.get_running_loop().time
    while True:
        for request in requests:
            if request.done() and (outcome := _outcome(request)).kind in ANSWERS:
                return outcome
        running = [request for request in requests if not request.done()]
        if not running:
            return requests[0].result()
        if clock() >= until:
            return None
        await asyncio.wait(running, timeout=until - clock(), return_when=asyncio.FIRST_COMPLETED)


def _outcome(request: _Request) -> Outcome:
    """Return how a request ended; what it raised counts only where nothing else answers."""
    if request.cancelled() or request.exception() is not None:
        return Outcome(kind=OutcomeKind.TRANSIENT, detail="raised")
    return request.result()


def _winner(first: _Request, outcome: Outcome) -> str:
    if outcome.kind not in ANSWERS:
        return "neither"
    ended = first.done() and not first.cancelled() and first.exception() is None
    return "first" if ended and first.result() is outcome else "second"
