"""Counting for many waiting runs at once: one query at a time, whoever asks meanwhile shares it.

Every waiting run asks for its counts again and again. While a query is under way, newcomers gather
for the next one, so that a thousand waiting runs cost one query a round and not a thousand.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from consumer.context.errors import StoreError

CountT = TypeVar("CountT")
CountMany = Callable[[Collection[str]], Awaitable[Mapping[str, CountT]]]


@dataclass(slots=True)
class _Round(Generic[CountT]):
    run_ids: set[str] = field(default_factory=set)
    counts: Mapping[str, CountT] | None = None
    error: StoreError | None = None


class SharedCounting(Generic[CountT]):
    """Shares one count among all who ask at the same time."""

    def __init__(self, count_many: CountMany[CountT]) -> None:
        self._count_many = count_many
        self._next: _Round[CountT] = _Round()
        self._one_at_a_time = asyncio.Lock()

    async def of(self, run_id: str) -> CountT:
        """Return the count of one run, by a query that starts after this call.

        Raises:
            StoreError: the query failed; all who shared it are told.
        """
        mine = self._next
        mine.run_ids.add(run_id)
        async with self._one_at_a_time:
            # The first of a round to come this far asks for all of it. Where that one is cancelled
            # half-way the round stays open and the next one asks.
            if mine.counts is None and mine.error is None:
                if mine is self._next:
                    self._next = _Round()
                try:
                    mine.counts = await self._count_many(frozenset(mine.run_ids))
                except StoreError as error:
                    mine.error = error
        if mine.counts is None:
            raise mine.error or StoreError("a count was asked for and not given")
        return mine.counts[run_id]
