"""Bulkhead: how much of one provider this process uses at once and a minute.

Slots bound what is open at the same time, leaky buckets the requests and tokens a minute
(aiolimiter; bursts are a small part of a minute's worth, so that no minute sees much more than
was allowed). All queues are first come, first served, and a caller that gives up leaves no trace.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from aiolimiter import AsyncLimiter

_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLimits:
    """What an operator allows of one provider; None is no limit."""

    max_concurrent: int = 500
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None


class Bulkhead:
    """One provider's slots and rates."""

    def __init__(self, limits: ProviderLimits) -> None:
        self._slots = asyncio.Semaphore(limits.max_concurrent)
        self._requests = _Bucket(limits.requests_per_minute, burst_seconds=1.0)
        self._tokens = _Bucket(limits.tokens_per_minute, burst_seconds=10.0)

    async def enter(self, tokens: int) -> "Lease":
        """Wait for a slot, then for the rates; `tokens` is what the request is likely to use."""
        await self._slots.acquire()
        try:
            await self._requests.draw(1)
            await self._tokens.draw(tokens)
        except BaseException:
            self._slots.release()
            raise
        return Lease(self, tokens)

    async def try_enter(self, tokens: int) -> "Lease | None":
        """Return a lease where none has to be waited for, else None."""
        free = not self._slots.locked() and self._requests.has(1) and self._tokens.has(tokens)
        return await self.enter(tokens) if free else None

    def leave(self, *, drawn: int, used: int) -> None:
        """Free a slot; tokens that were used beyond those drawn are drawn by the next."""
        self._slots.release()
        self._tokens.owe(used - drawn)


class Lease:
    """A slot that is held; close it once, in whatever way the request ended."""

    def __init__(self, bulkhead: Bulkhead, tokens: int) -> None:
        self._bulkhead = bulkhead
        self._tokens = tokens

    def close(self, *, used_tokens: int | None = None) -> None:
        """Let go; without `used_tokens` the request used what it drew."""
        used = self._tokens if used_tokens is None else used_tokens
        self._bulkhead.leave(drawn=self._tokens, used=used)


class _Bucket:
    """A leaky bucket that serves in order and takes debts.

    What one request needs beyond the bucket's size, and what it turns out to have used beyond its
    estimate, is charged to those after it.
    """

    def __init__(self, per_minute: float | None, *, burst_seconds: float) -> None:
        self._limiter: AsyncLimiter | None = None
        self._debt = 0.0
        # aiolimiter alone serves the smallest request first, and a large one never.
        self._turn = asyncio.Lock()
        if per_minute is not None:
            burst = max(1.0, per_minute * burst_seconds / _MINUTE)
            self._limiter = AsyncLimiter(burst, burst * _MINUTE / per_minute)

    async def draw(self, amount: float) -> None:
        """Wait until so much may be used, and the debt with it."""
        if self._limiter is None:
            return
        async with self._turn:
            drawn = self._next(self._limiter, amount)
            await self._limiter.acquire(drawn)
            self._debt += amount - drawn

    def has(self, amount: float) -> bool:
        """Tell whether `draw` would not wait."""
        if self._limiter is None:
            return True
        return not self._turn.locked() and self._limiter.has_capacity(
            self._next(self._limiter, amount)
        )

    def owe(self, amount: float) -> None:
        """Charge those that follow with this; below zero they draw that much less."""
        self._debt += amount

    def _next(self, limiter: AsyncLimiter, amount: float) -> float:
        return min(max(0.0, amount + self._debt), limiter.max_rate)
