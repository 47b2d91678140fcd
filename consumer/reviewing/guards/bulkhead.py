"""Bulkhead: how much of one provider this process uses at once and a minute.

Slots bound what is open at the same time, leaky buckets the requests and tokens a minute; bursts
are a small part of a minute's worth, so that no minute sees much more than was allowed.

Who waits is served by earliest deadline first: a review's later attempts go before the first ones
of reviews that began after it. First come, first served would have them all end at the same time,
late. All that may go goes in one turn of the loop, so that a busy loop makes up for its pauses.
"""

import asyncio
import heapq
import itertools
from dataclasses import dataclass, field

from consumer.reviewing.guards.leaky_bucket import LeakyBucket


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLimits:
    """What an operator allows of one provider; None is no limit."""

    max_concurrent: int = 500
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None


@dataclass(order=True, slots=True)
class _Waiter:
    until: float
    number: int
    tokens: int = field(compare=False)
    may_go: asyncio.Future[None] = field(compare=False)


class Bulkhead:
    """One provider's slots and rates. It belongs to one event loop."""

    def __init__(self, limits: ProviderLimits) -> None:
        self._free = limits.max_concurrent
        self._requests = _bucket(limits.requests_per_minute, burst_seconds=1.0)
        self._tokens = _bucket(limits.tokens_per_minute, burst_seconds=10.0)
        self._waiters: list[_Waiter] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, tokens: int, *, until: float) -> "Lease":
        """Wait for a slot and for the rates; who gives up leaves no trace.

        `tokens` is what the request is likely to use; `until` (the loop's clock) is its place.
        """
        loop = asyncio.get_running_loop()
        waiter = _Waiter(until, next(self._numbers), tokens, loop.create_future())
        heapq.heappush(self._waiters, waiter)
        self._serve()
        try:
            await waiter.may_go
        except asyncio.CancelledError:
            if not waiter.may_go.cancelled():  # it was let in at the very moment
                self.leave(drawn=tokens, used=0)
            raise
        return Lease(self, tokens)

    def try_enter(self, tokens: int) -> "Lease | None":
        """Return a lease where none has to be waited for and nobody waits, else None."""
        self._forget_cancelled()
        if self._waiters or self._free == 0 or self._wait_seconds(tokens) > 0:
            return None
        self._take(tokens)
        return Lease(self, tokens)

    def leave(self, *, drawn: int, used: int) -> None:
        """Free a slot; what was used beyond what was drawn, those who follow wait for."""
        self._free += 1
        if self._tokens is not None:
            self._tokens.use(used - drawn, _now())
        self._serve()

    def _serve(self) -> None:
        """Let in all who may go now, and come back when the next one may."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._forget_cancelled()
        while self._waiters and self._free > 0:
            wait_seconds = self._wait_seconds(self._waiters[0].tokens)
            if wait_seconds > 0:
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(wait_seconds, self._serve)
                return
            waiter = heapq.heappop(self._waiters)
            self._take(waiter.tokens)
            waiter.may_go.set_result(None)
            self._forget_cancelled()

    def _forget_cancelled(self) -> None:
        while self._waiters and self._waiters[0].may_go.cancelled():
            heapq.heappop(self._waiters)

    def _wait_seconds(self, tokens: int) -> float:
        requests = 0.0 if self._requests is None else self._requests.wait_seconds(1, _now())
        used = 0.0 if self._tokens is None else self._tokens.wait_seconds(tokens, _now())
        return max(requests, used)

    def _take(self, tokens: int) -> None:
        self._free -= 1
        if self._requests is not None:
            self._requests.use(1, _now())
        if self._tokens is not None:
            self._tokens.use(tokens, _now())


class Lease:
    """A slot that is held; close it once, in whatever way the request ended."""

    def __init__(self, bulkhead: Bulkhead, tokens: int) -> None:
        self._bulkhead = bulkhead
        self._tokens = tokens

    def close(self, *, used_tokens: int | None = None) -> None:
        """Let go; without `used_tokens` the request used what it drew."""
        used = self._tokens if used_tokens is None else used_tokens
        self._bulkhead.leave(drawn=self._tokens, used=used)


def _bucket(per_minute: float | None, *, burst_seconds: float) -> LeakyBucket | None:
    return None if per_minute is None else LeakyBucket(per_minute, burst_seconds=burst_seconds)


def _now() -> float:
    return asyncio.get_running_loop().time()
