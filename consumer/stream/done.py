"""Work that is done and waits to be made safe, and which of it goes into the next transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from consumer.stream.completion import Completion
from producer.record_limits import record_bytes

BATCH_COMPLETIONS: Final = 200


@dataclass(slots=True, eq=False)
class Done:
    """Work that is done and waits to be made safe.

    `offset` is its record's, None where no record asked for it. Exactly one of `settled`, `again`
    (the run is under way in another partition: try later, after so many seconds) and `too_large`
    is called in the end, unless the partition goes to somebody else.
    """

    completion: Completion
    offset: int | None
    settled: Callable[[], None]
    again: Callable[[float], None]
    too_large: Callable[[str], None]


class DoneQueue:
    """What is done of one partition, in the order in which it got done."""

    def __init__(self) -> None:
        self._queue: list[Done] = []

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, done: Done) -> None:
        """Add one at the end."""
        self._queue.append(done)

    def batch(self) -> list[Done]:
        """Return what goes next, of one run one publication at most; it stays in the queue."""
        batch: list[Done] = []
        runs: set[str] = set()
        for done in self._queue[:BATCH_COMPLETIONS]:
            publication = done.completion.publication
            if publication is None or publication.run_id not in runs:
                batch.append(done)
                if publication is not None:
                    runs.add(publication.run_id)
        return batch

    def take(self, batch: Sequence[Done]) -> None:
        """Take these out, wherever they stand."""
        taken = set(map(id, batch))
        self._queue = [done for done in self._queue if id(done) not in taken]

    def rest(self) -> list[Done]:
        """Return all that is here, for a successor."""
        return list(self._queue)


def offsets_of(batch: Sequence[Done]) -> list[int]:
    """Return the offsets of those that a record asked for."""
    return [done.offset for done in batch if done.offset is not None]


def largest_of(batch: Sequence[Done]) -> Done:
    """Return the one that holds the largest record."""
    return max(batch, key=_largest_bytes)


def _largest_bytes(done: Done) -> int:
    return max(map(record_bytes, done.completion.records), default=0)
