"""Run the handler for each record: in lanes, with retries in timers, and a verdict at the end."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from aiokafka.structs import TopicPartition

from consumer.stream.completion import Handler
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.errors import ProviderOutage, Rejected, RetryLater, StreamError
from consumer.stream.health import StreamHealth
from consumer.stream.lanes import Lanes
from consumer.stream.retry import RetryLimits, backoff_seconds
from producer.errors import RecordTooLargeError, SendFailedError
from producer.records import SourceRecord
from producer.sender import Sender
from schemas.errors import ErrorKind

# A run's lane, within its partition; a record without a key has a lane of its own.
LaneKey = tuple[TopicPartition, bytes | int]

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Job:
    record: SourceRecord
    failures: int = 0
    first_failed_at: datetime | None = None

    def failed(self) -> float:
        """Count a failure; return the seconds since the first."""
        now = datetime.now(UTC)
        self.failures += 1
        self.first_failed_at = self.first_failed_at or now
        return (now - self.first_failed_at).total_seconds()


class Workers:
    """The records that this process holds, and the tasks that work on them.

    `finished` is called, once per record, when its results (or its dead letter) are acknowledged.
    `fatal` is set when the stream must stop.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        sender: Sender,
        dead_letters: DeadLetterDesk,
        limits: RetryLimits,
        max_in_flight: int,
        health: StreamHealth,
        finished: Callable[[SourceRecord], None],
    ) -> None:
        self._handler = handler
        self._sender = sender
        self._dead_letters = dead_letters
        self._limits = limits
        self._health = health
        self._finished = finished
        self._lanes: Lanes[LaneKey, _Job] = Lanes(max_in_flight)
        self._tasks: dict[LaneKey, asyncio.Task[None]] = {}
        self._timers: dict[LaneKey, asyncio.TimerHandle] = {}
        self._open = True
        self._resume_at = 0.0
        self.fatal: StreamError | None = None

    @property
    def held(self) -> int:
        """Return how many records are here in any state."""
        return self._lanes.held

    @property
    def paused(self) -> bool:
        """Tell whether nothing starts because no provider answers."""
        return asyncio.get_running_loop().time() < self._resume_at

    def admit(self, partition: TopicPartition, record: SourceRecord) -> None:
        """Take a record; it starts when its lane and a slot are free."""
        lane = record.key if record.key is not None else record.offset
        self._lanes.add((partition, lane), _Job(record))

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
        """Cancel and forget the records of a partition (None: all); none of them is finished."""
        dropped = []
        for key in self._lanes.keys:
            if partition is None or key[0] == partition:
                self._lanes.drop(key)
                timer = self._timers.pop(key, None)
                if timer is not None:
                    timer.cancel()
                task = self._tasks.pop(key, None)
                if task is not None:
                    task.cancel()
                    dropped.append(task)
        if dropped:
            await asyncio.wait(dropped)
        self.pump()

    async def _work(self, key: LaneKey, job: _Job) -> None:
        retry_seconds: float | None
        try:
            retry_seconds = await self._attempt(job)
        except StreamError as error:
            self.fatal = error
            retry_seconds = 0.0
        if self._tasks.get(key) is not asyncio.current_task():
            return  # the partition was taken from us in between
        del self._tasks[key]
        if retry_seconds is None:
            self._lanes.finish(key)
            self._finished(job.record)
            self._health.done("review", 1)
        else:
            self._lanes.wait(key)
            loop = asyncio.get_running_loop()
            self._timers[key] = loop.call_later(retry_seconds, self._again, key)
        self.pump()

    def _again(self, key: LaneKey) -> None:
        del self._timers[key]
        self._lanes.resume(key)
        self.pump()

    async def _attempt(self, job: _Job) -> float | None:
        """Try once; return None when the record is dealt with, else when to try again (seconds)."""
        try:
            completion = await self._handler(job.record)
            await self._sender.send(completion.records)
            if completion.after is not None:
                await completion.after()
        except Rejected as error:
            await self._give_up(job, error.kind, str(error))
        except RecordTooLargeError as error:
            await self._give_up(job, "too_large", str(error))
        except ProviderOutage as error:
            return self._outage(error)
        except SendFailedError as error:
            _log.warning("publishing_not_acknowledged", error=str(error))
            return backoff_seconds(3)
        except RetryLater as error:
            if error.waiting:
                return error.delay_seconds
            return await self._failed(job, str(error), at_least=error.delay_seconds)
        except Exception as error:  # noqa: BLE001  # an unknown fault of one record must not end the others
            _log.exception("handler_failed", offset=job.record.offset)
            return await self._failed(job, type(error).__name__, at_least=0)
        return None

    async def _failed(self, job: _Job, message: str, *, at_least: float) -> float | None:
        age_seconds = job.failed()
        if self._limits.exhausted(attempts=job.failures, age_seconds=age_seconds):
            await self._give_up(job, "failed", message)
            return None
        self._health.retried()
        return max(at_least, backoff_seconds(job.failures))

    def _outage(self, error: ProviderOutage) -> float:
        now = asyncio.get_running_loop().time()
        if now >= self._resume_at:
            _log.warning("stream_paused", seconds=error.pause_seconds)
        self._resume_at = max(self._resume_at, now + error.pause_seconds)
        return error.pause_seconds

    async def _give_up(self, job: _Job, kind: ErrorKind, message: str) -> None:
        await self._dead_letters.send(
            job.record,
            kind=kind,
            message=message,
            attempts=max(job.failures, 1),
            first_at=job.first_failed_at,
        )
