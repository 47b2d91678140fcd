"""Which offsets of one partition are finished, and how far may therefore be committed.

Pure. Offsets arrive in rising order but need not follow one another: compaction and transaction
markers leave gaps. They finish in any order. The position to commit is the first offset that is
not finished, or the end of what was read; what is finished beyond it is kept beside the position
(see `offset_metadata`), so that a restart does not begin it again.
"""

import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass

Run = tuple[int, int]
"""A run of offsets, from the first on, up to but without the second."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a partition is: all below `position` is finished, and so are the runs ahead of it."""

    position: int
    ahead: tuple[Run, ...] = ()


class OffsetMap:
    """Offsets of one partition, from where a predecessor left it.

    Everything below the read position that does not run is finished, so the map is as large as
    what runs, however far the readers are ahead.
    """

    def __init__(self, start: Progress | int) -> None:
        begun = start if isinstance(start, Progress) else Progress(start)
        self._read = begun.position
        self._running: set[int] = set()
        # A heap of the running offsets; finished ones are taken off when they come to its top.
        self._order: list[int] = []
        # What a predecessor finished beyond what was read here.
        self._ahead = list(begun.ahead)

    def begin(self, offset: int) -> bool:
        """Take `offset` up; False where it is running or finished already.

        After a rebalance the broker may hand out again what this process still holds: that work
        is rejoined, not started a second time.
        """
        if offset < self._read:
            return False
        self.advance(offset + 1)
        if any(first <= offset < end for first, end in self._ahead):
            return False
        self._running.add(offset)
        heapq.heappush(self._order, offset)
        return True

    def advance(self, end: int) -> None:
        """Say that everything below `end` was read (and taken up where it was a record)."""
        self._read = max(self._read, end)
        while self._ahead and self._ahead[0][1] < self._read:
            del self._ahead[0]

    def finish(self, offset: int) -> None:
        """Mark a running offset as finished.

        Raises:
            KeyError: it is not running.
        """
        self._running.remove(offset)
        while self._order and self._order[0] not in self._running:
            heapq.heappop(self._order)

    @property
    def read(self) -> int:
        """Return the end of what was read: where to go on reading."""
        return self._read

    @property
    def running(self) -> frozenset[int]:
        """Return the offsets taken up and not finished."""
        return frozenset(self._running)

    @property
    def position(self) -> int:
        """Return the offset to commit: all below it is finished."""
        return self._order[0] if self._order else self._end_of_finished(self._read)

    def progress(self, *, finishing: Collection[int] = ()) -> Progress:
        """Return the progress as it would be once the offsets of `finishing` were finished, too."""
        running = sorted(self._running.difference(finishing))
        if not running:
            position = self._end_of_finished(self._read)
            return Progress(position, _beyond(self._ahead, position))
        ends = [*running[1:], self._read]
        runs = [(first + 1, end) for first, end in zip(running, ends, strict=True)]
        return Progress(running[0], _joined([*runs, *self._ahead]))

    def _end_of_finished(self, position: int) -> int:
        for first, end in self._ahead:
            if first <= position < end:
                return end
        return position


def _beyond(runs: Sequence[Run], position: int) -> tuple[Run, ...]:
    return tuple(run for run in runs if run[0] > position)


def _joined(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Join runs that touch or overlap, and leave out the empty ones."""
    joined: list[Run] = []
    for first, end in sorted(run for run in runs if run[0] < run[1]):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((first, end))
    return tuple(joined)
