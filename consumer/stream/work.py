"""Run the handler for each piece of work: in lanes, with retries in timers, until it is safe."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog
from aiokafka.structs import TopicPartition

from consumer.stream.committer import Done
from consumer.stream.completion import Completion, Handler, Revisit
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.errors import (
    DeadLetterTooLarge,
    ProviderOutage,
    Rejected,
    RetryLater,
    StreamError,
)
from consumer.stream.health import StreamHealth
from consumer.stream.lanes import Lanes
from consumer.stream.retry import RetryLimits, backoff_seconds
from producer.records import SourceRecord
from schemas.errors import ErrorKind

# A run's lane, within its partition; a record without a key has a lane of its own.
LaneKey = tuple[TopicPartition, bytes | int]

# A revisit has no record to give up: it is tried again this often at most.
REVISIT_RETRY_SECONDS: Final = 60.0

_log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Job:
    work: SourceRecord | Revisit
    failures: int = 0
    first_failed_at: datetime | None = None
    # On the loop's clock, because the other one may be set.
    first_failed_seconds: float | None = None
    given_up: bool = False

    def failed(self) -> float:
        """Count a failure; return the seconds since the first."""
        now_seconds = asyncio.get_running_loop().time()
        self.failures += 1
        if self.first_failed_seconds is None:
            self.first_failed_at, self.first_failed_seconds = datetime.now(UTC), now_seconds
        return now_seconds - self.first_failed_seconds


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
        self._handler = handler
        self._dead_letters = dead_letters
        self._limits = limits
        self._health = health
        self._commit = commit
        self._lanes: Lanes[LaneKey, _Job] = Lanes(max_in_flight)
        self._tasks: dict[LaneKey, asyncio.Task[None]] = {}
        self._timers: dict[LaneKey, asyncio.TimerHandle] = {}
        self._revisits: set[LaneKey] = set()
        self._followers: set[asyncio.Task[None]] = set()
        self._open = False
        self._resume_at = 0.0
        self.fatal: StreamError | None = None

    @property
    def held(self) -> int:
        """Return how many pieces of work are here in any state."""
        return self._lanes.held

    @property
    def paused(self) -> bool:
        """Tell whether nothing starts because no provider answers."""
        return asyncio.get_running_loop().time() < self._resume_at

    @property
    def run_ids(self) -> frozenset[str]:
        """Return the keys of the lanes, which are the runs' ids."""
        keys = (key for _, key in self._lanes.keys)
        return frozenset(key.decode(errors="replace") for key in keys if isinstance(key, bytes))

    def admit(self, partition: TopicPartition, record: SourceRecord) -> None:
        """Take a record; it starts when its lane and a slot are free."""
        lane = record.key if record.key is not None else record.offset
        self._lanes.add((partition, lane), _Job(record))

    def admit_revisit(self, partition: TopicPartition, revisit: Revisit) -> None:
        """Take a revisit, unless one of this run is here already."""
        key = (partition, revisit.run_id.encode())
        if key not in self._revisits:
            self._revisits.add(key)
            self._lanes.add(key, _Job(revisit))

    def pump(self) -> None:
        """Start what may start."""
        if self._open and not self.paused and self.fatal is None:
            for key, job in self._lanes.start():
                self._tasks[key] = asyncio.create_task(self._work(key, job))
        self._health.work(
            in_flight=self._lanes.running, waiting=self._lanes.waiting, paused=self.paused
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
                self._lanes.drop(key)
                self._revisits.discard(key)
                self._stop_timer(key)
                task = self._tasks.pop(key, None)
                if task is not None:
                    task.cancel()
                    dropped.append(task)
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

    def interrupt(self) -> None:
        """Start nothing more until `open_gate`, and stop what runs: it is to be tried once more."""
        self.close_gate()
        for task in self._tasks.values():
            task.cancel()

    async def _work(self, key: LaneKey, job: _Job) -> None:
        result: Completion | float
        try:
            result = await self._attempt(job)
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

    def _complete(self, key: LaneKey, job: _Job, completion: Completion) -> None:
        # What follows belongs to this work, with its trace, whoever makes it safe.
        context = contextvars.copy_context()
        done = Done(
            completion,
            job.work.offset if isinstance(job.work, SourceRecord) else None,
            settled=lambda: self._settled(key, job, done, context),
            again=lambda seconds: self._again_after(key, seconds),
            too_large=lambda message: self._too_large(key, job, message),
        )
        self._commit(key[0], done)

    def _settled(self, key: LaneKey, job: _Job, done: Done, context: contextvars.Context) -> None:
        self._lanes.finish(key)
        if isinstance(job.work, Revisit) and not job.given_up:
            # One given up stays known, or it would be due again at once.
            self._revisits.discard(key)
        self._health.done("review", 1)
        if done.completion.after is not None:
            follower = asyncio.create_task(_follow(done.completion.after), context=context)
            self._followers.add(follower)
            follower.add_done_callback(self._followers.discard)
        self.pump()

    def _too_large(self, key: LaneKey, job: _Job, message: str) -> None:
        try:
            if job.given_up and isinstance(job.work, SourceRecord):
                raise DeadLetterTooLarge(job.work)
            completion = self._given_up(job, "too_large", message)
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

    async def _attempt(self, job: _Job) -> Completion | float:
        """Try once; return what is to be made safe, or when to try again (seconds)."""
        try:
            if isinstance(job.work, SourceRecord):
                return await self._handler.handle(job.work)
            return await self._handler.revisit(job.work)
        except StreamError as error:
            return self._verdict(job, error)
        except Exception as error:  # noqa: BLE001  # an unknown fault of one record must not end the others
            _log.exception("handler_failed", **_named(job))
            return self._failed(job, type(error).__name__, at_least=0)

    def _verdict(self, job: _Job, error: StreamError) -> Completion | float:
        if isinstance(error, Rejected):
            return self._given_up(job, error.kind, str(error))
        if isinstance(error, ProviderOutage):
            return self._outage(error)
        if not isinstance(error, RetryLater):
            raise error
        if error.waiting:
            return error.delay_seconds
        return self._failed(job, str(error), at_least=error.delay_seconds)

    def _failed(self, job: _Job, message: str, *, at_least: float) -> Completion | float:
        age_seconds = job.failed()
        exhausted = self._limits.exhausted(attempts=job.failures, age_seconds=age_seconds)
        if exhausted and isinstance(job.work, SourceRecord):
            return self._given_up(job, "failed", message)
        self._health.retried()
        pause = REVISIT_RETRY_SECONDS if exhausted else backoff_seconds(job.failures)
        return max(at_least, pause)

    def _outage(self, error: ProviderOutage) -> float:
        now = asyncio.get_running_loop().time()
        if now >= self._resume_at:
            _log.warning("stream_paused", seconds=error.pause_seconds)
        self._resume_at = max(self._resume_at, now + error.pause_seconds)
        return error.pause_seconds

    def _given_up(self, job: _Job, kind: ErrorKind, message: str) -> Completion:
        job.given_up = True
        if isinstance(job.work, Revisit):
            # There is no record to set aside; the review that stands goes on standing.
            _log.error("revisit_given_up", **_named(job), kind=kind, error=message)
            return Completion()
        return self._dead_letters.completion(
            job.work,
            kind=kind,
            message=message,
            attempts=max(job.failures, 1),
            first_at=job.first_failed_at,
        )


async def _follow(after: Callable[[], Awaitable[None]]) -> None:
    try:
        await after()
    except Exception:  # noqa: BLE001  # the work itself is safe
        _log.exception("follow_up_failed")


def _named(job: _Job) -> dict[str, object]:
    if isinstance(job.work, Revisit):
        return {"run_id": job.work.run_id, "reason": job.work.reason}
    return {"partition": job.work.partition, "offset": job.work.offset}
