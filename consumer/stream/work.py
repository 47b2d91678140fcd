"""Run the tries of each piece of work: in lanes, with retries in timers, until it is safe."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Collection

import structlog
from aiokafka.structs import TopicPartition

from consumer.stream.completion import Completion, Handler, Revisit
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.done import Done
from consumer.stream.errors import StreamError
from consumer.stream.health import StreamHealth
from consumer.stream.lanes import Lanes
from consumer.stream.retry import RetryLimits
from consumer.stream.tries import Job, Tries
from producer.records import SourceRecord

# A run's lane, within its partition; a record without a key has a lane of its own.
LaneKey = tuple[TopicPartition, bytes | int]

_log = structlog.get_logger(__name__)


class Workers:
    """The work that this process holds, and the tasks that do it.

    `commit` is given what is done, to make it safe; a lane goes on once it is. `fatal` is set when
    the stream must stop.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        dead_letters: DeadLetterDesk,
        limits: RetryLimits,
        max_in_flight: int,
        health: StreamHealth,
        commit: Callable[[TopicPartition, Done], None],
    ) -> None:
        self._tries = Tries(handler, dead_letters=dead_letters, limits=limits, health=health)
        self._health = health
        self._commit = commit
        self._lanes: Lanes[LaneKey, Job] = Lanes(max_in_flight)
        self._tasks: dict[LaneKey, asyncio.Task[None]] = {}
        self._timers: dict[LaneKey, asyncio.TimerHandle] = {}
        self._revisits: set[LaneKey] = set()
        self._followers: set[asyncio.Task[None]] = set()
        self._open = False
        self.fatal: StreamError | None = None

    @property
    def held(self) -> int:
        """Return how many pieces of work are here in any state."""
        return self._lanes.held

    @property
    def paused(self) -> bool:
        """Tell whether nothing starts because no provider answers."""
        return self._tries.paused

    @property
    def run_ids(self) -> frozenset[str]:
        """Return the keys of the lanes, which are the runs' ids."""
        keys = (key for _, key in self._lanes.keys)
        return frozenset(key.decode(errors="replace") for key in keys if isinstance(key, bytes))

    def admit(self, partition: TopicPartition, record: SourceRecord) -> None:
        """Take a record; it starts when its lane and a slot are free."""
        lane = record.key if record.key is not None else record.offset
        self._lanes.add((partition, lane), Job(record))

    def admit_revisit(self, partition: TopicPartition, revisit: Revisit) -> None:
        """Take a revisit, unless one of this run is here already."""
        key = (partition, revisit.run_id.encode())
        if key not in self._revisits:
            self._revisits.add(key)
            self._lanes.add(key, Job(revisit))

    def pump(self) -> None:
        """Start what may start."""
        if self._open and not self.paused and self.fatal is None:
            for key, job in self._lanes.start():
                self._tasks[key] = asyncio.create_task(self._work(key, job))
        self._health.work(
            held=self._lanes.held,
            in_flight=self._lanes.running,
            waiting=self._lanes.waiting,
            paused=self.paused,
        )

    def close_gate(self) -> None:
        """Start nothing more until `open_gate`; what runs goes on."""
        self._open = False

    def open_gate(self) -> None:
        """Let work start again."""
        self._open = True
        self.pump()

    async def drain(self, seconds: float) -> None:
        """Wait for what runs now, at most so long."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks.values()), timeout=seconds)

    async def drop(self, partition: TopicPartition | None = None) -> None:
        """Cancel and forget the work of a partition (None: all); none of it is finished."""
        dropped = []
        for key in self._lanes.keys:
            if partition is None or key[0] == partition:
                for job in self._lanes.drop(key):
                    self._tries.forget(job)
                self._stop_timer(key)
                task = self._tasks.pop(key, None)
                if task is not None:
                    task.cancel()
                    dropped.append(task)
        kept = partition is not None
        self._revisits = {key for key in self._revisits if kept and key[0] != partition}
        if dropped:
            await asyncio.wait(dropped)
        self.pump()

    async def follow_up(self, seconds: float) -> None:
        """Wait for what follows work that is safe, at most so long."""
        if self._followers:
            await asyncio.wait(tuple(self._followers), timeout=seconds)

    def abandon(self, run_ids: Collection[str]) -> None:
        """Cancel what runs, and try at once what waits, of runs that are no more to be reviewed.

        Each is handled once more, and the handler finds that there is nothing to do.
        """
        for key in self._lanes.keys:
            if isinstance(key[1], bytes) and key[1].decode(errors="replace") in run_ids:
                if key in self._tasks:
                    self._tasks[key].cancel()
                elif self._stop_timer(key):
                    self._lanes.resume(key)
        self.pump()

    def interrupt(self, partitions: Collection[TopicPartition] | None = None) -> None:
        """Start nothing more until `open_gate`, and stop what runs: it is to be tried once more.

        `partitions` None: of all.
        """
        self.close_gate()
        for (partition, _), task in self._tasks.items():
            if partitions is None or partition in partitions:
                task.cancel()

    async def _work(self, key: LaneKey, job: Job) -> None:
        result: Completion | float
        try:
            result = await self._tries.attempt(job)
        except StreamError as error:
            self.fatal = error
            result = 0.0
        except asyncio.CancelledError:
            if self._tasks.get(key) is not asyncio.current_task():
                raise
            result = 0.0  # abandoned or interrupted: its next try finds what there is to do
        if self._tasks.get(key) is not asyncio.current_task():
            return  # the partition was taken from us in between
        del self._tasks[key]
        self._lanes.wait(key)
        if isinstance(result, Completion):
            self._complete(key, job, result)
        else:
            self._again_after(key, result)
        self.pump()

    def _complete(self, key: LaneKey, job: Job, completion: Completion) -> None:
        # What follows belongs to this work, with its trace, whoever makes it safe.
        context = contextvars.copy_context()
        done = Done(
            completion,
            job.work.offset if isinstance(job.work, SourceRecord) else None,
            settled=lambda: self._settled(key, job, done, context),
            again=lambda seconds: self._again_after(key, seconds),
            too_large=lambda message: self._too_large(key, job, completion, message),
        )
        self._commit(key[0], done)

    def _settled(self, key: LaneKey, job: Job, done: Done, context: contextvars.Context) -> None:
        self._lanes.finish(key)
        self._tries.forget(job)
        self._health.done("review", 1)
        after = done.completion.after
        if after is not None:
            follower = asyncio.create_task(_follow(after), context=context)
            self._followers.add(follower)
            follower.add_done_callback(self._followers.discard)
        if isinstance(job.work, Revisit):
            if not job.given_up:
                self._revisits.discard(key)
            elif after is not None:
                # Until the store knows that it was given up it would be due again at once; where
                # nobody tells the store, for good.
                follower.add_done_callback(lambda _: self._revisits.discard(key))
        self.pump()

    def _too_large(self, key: LaneKey, job: Job, refused: Completion, message: str) -> None:
        try:
            completion = self._tries.too_large(job, refused, message)
        except StreamError as error:
            self.fatal = error
        else:
            self._complete(key, job, completion)

    def _again_after(self, key: LaneKey, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[key] = loop.call_later(seconds, self._again, key)

    def _again(self, key: LaneKey) -> None:
        del self._timers[key]
        self._lanes.resume(key)
        self.pump()

    def _stop_timer(self, key: LaneKey) -> bool:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        return timer is not None


async def _follow(after: Callable[[], Awaitable[None]]) -> None:
    try:
        await after()
    except Exception:  # noqa: BLE001  # the work itself is safe
        _log.exception("follow_up_failed")
