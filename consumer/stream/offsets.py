"""Which offsets of one partition are finished, and how far may therefore be committed.

Pure. Offsets arrive in rising order but need not follow one another: compaction and transaction
markers leave gaps. They finish in any order. The position to commit is the first offset that is
not finished, or the end of what was read.
"""

import heapq


class OffsetMap:
    """Offsets of one partition, from `base` (the first that was not yet committed) on."""

    def __init__(self, base: int) -> None:
        self._end = base
        self._running: set[int] = set()
        # A heap of the same offsets, and of finished ones that were not its first yet.
        self._order: list[int] = []
        self._finished: set[int] = set()

    def begin(self, offset: int) -> bool:
        """Take `offset` up; False where it is already running or finished.

        After a rebalance the broker may hand out again what this process still holds: that work
        is rejoined, not started a second time.
        """
        if offset < self.position or offset in self._running or offset in self._finished:
            return False
        self._running.add(offset)
        heapq.heappush(self._order, offset)
        self._end = max(self._end, offset + 1)
        return True

    def advance(self, end: int) -> None:
        """Say that everything below `end` was read (and taken up where it was a record)."""
        self._end = max(self._end, end)

    def finish(self, offset: int) -> None:
        """Mark a running offset as finished.

        Raises:
            KeyError: it is not running.
        """
        self._running.remove(offset)
        self._finished.add(offset)
        while self._order and self._order[0] not in self._running:
            self._finished.discard(heapq.heappop(self._order))

    @property
    def position(self) -> int:
        """Return the offset to commit: all below it is finished."""
        return self._order[0] if self._order else self._end

    @property
    def running(self) -> frozenset[int]:
        """Return the offsets taken up and not finished."""
        return frozenset(self._running)

    @property
    def finished_ahead(self) -> frozenset[int]:
        """Return the finished offsets at or above the position: done, but not yet committable."""
        return frozenset(self._finished)
