"""Who may run now: one item of a key at a time, in order, and so many in all.

Pure. An item is queued, running or waiting. A waiting item keeps its place at the head of its own
lane, so that no later item of its key overtakes it, but it holds no slot.
"""

from collections import deque
from typing import Generic, TypeVar

Key = TypeVar("Key")
Item = TypeVar("Item")


class Lanes(Generic[Key, Item]):
    """Items in one lane per key, of which at most `limit` run at once."""

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError(f"limit: want at least 1, got {limit}")
        self._limit = limit
        self._lanes: dict[Key, deque[Item]] = {}
        self._ready: deque[Key] = deque()
        self._running: set[Key] = set()
        self._waiting: set[Key] = set()
        self._held = 0

    def add(self, key: Key, item: Item) -> None:
        """Put `item` at the end of its key's lane."""
        lane = self._lanes.get(key)
        if lane is None:
            self._lanes[key] = deque((item,))
            self._ready.append(key)
        else:
            lane.append(item)
        self._held += 1

    def start(self) -> list[tuple[Key, Item]]:
        """Return the items that start now, oldest ready lane first; they are running from here."""
        started = []
        while self._ready and len(self._running) < self._limit:
            key = self._ready.popleft()
            self._running.add(key)
            started.append((key, self._lanes[key][0]))
        return started

    def finish(self, key: Key) -> None:
        """Take the running or waiting item of `key` away; the next of its lane becomes ready.

        Raises:
            KeyError: no item of `key` is running or waiting.
        """
        if key in self._waiting:
            self._waiting.remove(key)
        else:
            self._running.remove(key)
        self._take_head(key)

    def wait(self, key: Key) -> None:
        """Let the running item of `key` wait: its slot is free, its lane is not.

        Raises:
            KeyError: no item of `key` is running.
        """
        self._running.remove(key)
        self._waiting.add(key)

    def resume(self, key: Key) -> None:
        """Make the waiting item of `key` ready again.

        Raises:
            KeyError: no item of `key` is waiting.
        """
        self._waiting.remove(key)
        self._ready.append(key)

    def drop(self, key: Key) -> list[Item]:
        """Forget a whole lane, whatever its state, and return its items (none if unknown)."""
        lane = self._lanes.pop(key, None)
        if lane is None:
            return []
        self._running.discard(key)
        self._waiting.discard(key)
        if key in self._ready:
            self._ready.remove(key)
        self._held -= len(lane)
        return list(lane)

    def _take_head(self, key: Key) -> None:
        lane = self._lanes[key]
        lane.popleft()
        self._held -= 1
        if lane:
            self._ready.append(key)
        else:
            del self._lanes[key]

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return the keys that have a lane."""
        return tuple(self._lanes)

    @property
    def held(self) -> int:
        """Return how many items are here in any state."""
        return self._held

    @property
    def running(self) -> int:
        """Return how many items run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """Return how many items wait without a slot."""
        return len(self._waiting)
