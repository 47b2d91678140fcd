"""Read the triggers: many runs at once, each run in order, offsets as far as all is finished.

The shell around `OffsetMap` and `Workers`: it polls, commits, and keeps its head in rebalances.
"""

import asyncio

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition

from consumer.stream.client import (
    POLL_MILLISECONDS,
    Membership,
    join,
    pause,
    read_position,
    report_lag,
    source_record,
)
from consumer.stream.completion import Handler
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.health import StreamHealth
from consumer.stream.offsets import OffsetMap
from consumer.stream.retry import RetryLimits, backoff_seconds
from consumer.stream.work import Workers
from producer.records import SourceRecord
from producer.sender import Sender

# Records held in memory: intake stops at the upper mark and goes on at the lower.
HELD_HIGH = 4096
HELD_LOW = 2048
# What commit and hand-over may take after a drain, within the rebalance timeout.
HANDOVER_SECONDS = 5.0

_log = structlog.get_logger(__name__)


class ReviewLoop:
    """Runs until `stop()`; then drains for `drain_seconds` and commits what is done, no more."""

    def __init__(
        self,
        membership: Membership,
        handler: Handler,
        *,
        sender: Sender,
        dead_letters: DeadLetterDesk,
        health: StreamHealth,
        limits: RetryLimits,
        max_in_flight: int,
        drain_seconds: float,
    ) -> None:
        self._membership = membership
        self._health = health
        self._drain_seconds = drain_seconds
        self._stopping = asyncio.Event()
        self._offsets: dict[TopicPartition, OffsetMap] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._consumer: AIOKafkaConsumer | None = None
        self._full = False
        self._workers = Workers(
            handler,
            sender=sender,
            dead_letters=dead_letters,
            limits=limits,
            max_in_flight=max_in_flight,
            health=health,
            finished=self._finish,
        )

    def stop(self) -> None:
        """Take nothing more in, drain, commit, and end `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Review until told to stop; a lost broker is waited for.

        Raises:
            DeadLetterCeilingExceeded: too many records of a minute had to be given up.
            StreamError: a dead letter cannot be written.
        """
        tries = 0
        while not self._stopping.is_set():
            consumer = await join(
                self._membership, _Gate(self), health=self._health, stopping=self._stopping
            )
            if consumer is None:
                break
            self._consumer = consumer
            try:
                await self._read(consumer)
                await self._finish_up()
            except KafkaError as error:
                tries += 1
                self._health.down(self._membership.job, "the connection broke")
                _log.warning("review_rejoins", error=repr(error))
                await pause(self._stopping, backoff_seconds(min(tries, 5)))
            finally:
                self._consumer = None
                await consumer.stop()
            if self._workers.fatal is not None:
                break
        await self._workers.drop()
        self._health.down(self._membership.job, "stopped")
        if self._workers.fatal is not None:
            raise self._workers.fatal

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        self._committed.clear()
        while not self._stopping.is_set() and self._workers.fatal is None:
            self._hold_back(consumer)
            batches = await consumer.getmany(timeout_ms=POLL_MILLISECONDS, max_records=HELD_LOW)
            for partition, records in batches.items():
                self._admit(partition, records)
                end = await read_position(consumer, partition, records)
                if partition in self._offsets:
                    self._offsets[partition].advance(end)
            self._workers.pump()
            await self._commit()

    def _hold_back(self, consumer: AIOKafkaConsumer) -> None:
        # Said again on every round, because a rebalance forgets what was paused.
        held = self._workers.held
        self._full = held >= (HELD_LOW if self._full else HELD_HIGH)
        assigned = consumer.assignment()
        if self._full or self._workers.paused:
            consumer.pause(*assigned)
        else:
            consumer.resume(*(consumer.paused() & assigned))

    def _admit(self, partition: TopicPartition, records: list[ConsumerRecord]) -> None:
        offsets = self._offsets.setdefault(partition, OffsetMap(records[0].offset))
        for record in records:
            if offsets.begin(record.offset):
                self._workers.admit(partition, source_record(record))

    def _finish(self, record: SourceRecord) -> None:
        offsets = self._offsets.get(TopicPartition(record.topic, record.partition))
        if offsets is not None:
            offsets.finish(record.offset)

    async def _finish_up(self) -> None:
        self._workers.close_gate()
        await self._workers.drain(self._drain_seconds)
        await self._commit()

    async def _commit(self) -> None:
        consumer = self._consumer
        if consumer is None:
            return
        assigned = consumer.assignment()
        news = {
            partition: offsets.position
            for partition, offsets in self._offsets.items()
            if partition in assigned and self._committed.get(partition) != offsets.position
        }
        if not news:
            return
        try:
            await consumer.commit(news)
        except KafkaError as error:
            # Its records come again to whoever owns the partition; the store knows what was done.
            _log.info("review_commit_refused", error=repr(error))
            return
        self._committed |= news
        report_lag(self._health, self._membership.job, consumer, self._committed)

    async def let_go(self) -> None:
        """Drain and commit before partitions are taken, within the rebalance timeout."""
        self._workers.close_gate()
        budget = self._membership.rebalance_seconds - HANDOVER_SECONDS
        await self._workers.drain(max(min(self._drain_seconds, budget), 0))
        await self._commit()

    async def take_over(self, assigned: set[TopicPartition]) -> None:
        """Forget what belongs to others now; what stayed with us goes on where it was."""
        for partition in set(self._offsets) - assigned:
            del self._offsets[partition]
            self._committed.pop(partition, None)
            self._health.forget(self._membership.job, partition.topic, partition.partition)
            await self._workers.drop(partition)
        self._workers.open_gate()


class _Gate(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Closes the loop's own gate around a rebalance; aiokafka's callbacks are no barrier."""

    def __init__(self, loop: ReviewLoop) -> None:
        self._loop = loop

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        if revoked:
            await self._loop.let_go()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        await self._loop.take_over(assigned)
