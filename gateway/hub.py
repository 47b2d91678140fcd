"""Who is listening, and what is waiting for each: values in, values out, nothing awaited.

Every connection has an outbox of its own, bounded in frames and characters, so that one slow reader
costs nobody else anything. Of progress only the latest per run is kept; over the bound, the
connection is marked for eviction and its outbox thrown away (it resumes from its position).
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.errors import TooManyConnectionsError

CLOSE_SLOW = 4408


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one user, and one connection, may hold."""

    connections_per_user: int = 20
    frames: int = 256
    characters: int = 4 * 1024 * 1024
    runs_with_progress: int = 50_000


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, ready to send; a review's knows where it stands in its partition."""

    text: str
    partition: int = -1
    offset: int = -1
    run_id: str = ""


class Outbox:
    """What waits for one connection. `wake` is called whenever there is something to look at."""

    def __init__(self, user_id: str, *, limits: Limits, wake: Callable[[], None]) -> None:
        self.user_id = user_id
        self.evicted: int | None = None
        self.closing: int | None = None
        self._limits = limits
        self._wake = wake
        self._items: OrderedDict[tuple[str, str, int], Frame] = OrderedDict()
        self._characters = 0
        self._floor = (-1, -1)

    def __len__(self) -> int:
        return len(self._items)

    def start_after(self, *, partition: int, offset: int) -> None:
        """Drop, now and from now on, the reviews up to this offset: they were handed over."""
        self._floor = (partition, offset)
        for key in [key for key, frame in self._items.items() if self._below_floor(frame)]:
            self._drop(key)

    def review(self, frame: Frame) -> None:
        """Add a review, in its order; evict the connection where that is one too many."""
        if not self._below_floor(frame):
            self._put(("review", frame.run_id, frame.offset), frame)

    def progress(self, frame: Frame) -> None:
        """Add a step of a run, in the place of an earlier step of it that still waits."""
        key = ("progress", frame.run_id, 0)
        self._drop(key)
        self._put(key, frame)

    def control(self, frame: Frame, *, kind: str) -> None:
        """Add a frame of the protocol itself, in the place of a waiting one of its kind."""
        key = ("control", kind, 0)
        self._drop(key)
        self._put(key, frame)

    def close(self, code: int) -> None:
        """Ask for the connection to be closed once what waits has been sent."""
        self.closing = code
        self._wake()

    def forget_run(self, run_id: str) -> None:
        """Take out what waits about a run: it was erased."""
        for key in [key for key in self._items if key[0] != "control" and key[1] == run_id]:
            self._drop(key)

    def take(self) -> Frame | None:
        """Return the next frame to send, None when there is none."""
        if not self._items:
            return None
        _, frame = self._items.popitem(last=False)
        self._characters -= len(frame.text)
        return frame

    def _below_floor(self, frame: Frame) -> bool:
        partition, offset = self._floor
        return frame.partition == partition and 0 <= frame.offset <= offset

    def _put(self, key: tuple[str, str, int], frame: Frame) -> None:
        if self.evicted is not None:
            return
        self._items[key] = frame
        self._characters += len(frame.text)
        if len(self._items) > self._limits.frames or self._characters > self._limits.characters:
            self.evicted = CLOSE_SLOW
            self._items.clear()
            self._characters = 0
        self._wake()

    def _drop(self, key: tuple[str, str, int]) -> None:
        frame = self._items.pop(key, None)
        if frame is not None:
            self._characters -= len(frame.text)


class Hub:
    """All connections of this gateway, by user."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._outboxes: dict[str, list[Outbox]] = {}
        # The latest step of each run still under way, so that a page opened midway sees it.
        self._running: OrderedDict[str, str] = OrderedDict()  # run → user, oldest first
        self._latest: dict[str, dict[str, Frame]] = {}  # user → run → step

    def __len__(self) -> int:
        return sum(len(outboxes) for outboxes in self._outboxes.values())

    def __iter__(self) -> Iterator[Outbox]:
        for outboxes in tuple(self._outboxes.values()):
            yield from tuple(outboxes)

    def join(self, user_id: str, *, wake: Callable[[], None]) -> Outbox:
        """Return the outbox of a new connection of this user.

        Raises:
            TooManyConnectionsError: the user has as many as one may have.
        """
        outboxes = self._outboxes.setdefault(user_id, [])
        if len(outboxes) >= self._limits.connections_per_user:
            raise TooManyConnectionsError("too many connections of one user")
        outbox = Outbox(user_id, limits=self._limits, wake=wake)
        outboxes.append(outbox)
        return outbox

    def leave(self, outbox: Outbox) -> None:
        """Forget a connection; twice is as good as once."""
        outboxes = self._outboxes.get(outbox.user_id, [])
        if outbox in outboxes:
            outboxes.remove(outbox)
        if not outboxes:
            self._outboxes.pop(outbox.user_id, None)

    def review(self, user_id: str, frame: Frame) -> None:
        """Hand a review to every connection of its user."""
        self._settle(frame.run_id)
        for outbox in self._outboxes.get(user_id, ()):
            outbox.review(frame)

    def progress(self, user_id: str, frame: Frame, *, over: bool) -> None:
        """Hand a step to every connection of its user; `over`: nothing comes after it."""
        self._settle(frame.run_id)
        if not over:
            self._running[frame.run_id] = user_id
            self._latest.setdefault(user_id, {})[frame.run_id] = frame
            if len(self._running) > self._limits.runs_with_progress:
                self._settle(next(iter(self._running)))
        for outbox in self._outboxes.get(user_id, ()):
            outbox.progress(frame)

    def under_way(self, user_id: str) -> tuple[Frame, ...]:
        """Return the latest step of each of the user's runs that is still under way."""
        return tuple(self._latest.get(user_id, {}).values())

    def forget_run(self, run_id: str) -> None:
        """Take out all that waits about a run: it was erased."""
        self._settle(run_id)
        for outbox in self:
            outbox.forget_run(run_id)

    def _settle(self, run_id: str) -> None:
        user_id = self._running.pop(run_id, None)
        if user_id is None:
            return
        runs = self._latest[user_id]
        del runs[run_id]
        if not runs:
            del self._latest[user_id]
