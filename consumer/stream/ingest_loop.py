"""Read what ingestion reads in batches: the store first, dead letters next, offsets last."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition

from consumer.stream.client import (
    POLL_MILLISECONDS,
    Membership,
    join,
    leave,
    pause,
    polling,
    read_position,
    report_lag,
    source_record,
)
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.health import StreamHealth
from consumer.stream.positions import committed_states
from consumer.stream.retry import backoff_seconds
from producer.records import SourceRecord
from schemas.errors import ErrorKind

BATCH_RECORDS = 500
# Positions are committed again this often, although nothing moved: a member that was thrown out
# may have set the group back, and whoever waits for ingestion would wait for ever.
REPEAT_SECONDS = 30.0
# How long a rebalance waits for the batch in hand.
HANDOVER_SECONDS = 5.0
_LOOK_SECONDS = 0.05
_RETRY_LIMIT_SECONDS = 10.0

_log = structlog.get_logger(__name__)


class RejectedRecord(Protocol):
    """A record that is no event, and why."""

    @property
    def record(self) -> SourceRecord:
        """Return the record as it came."""

    @property
    def kind(self) -> ErrorKind:
        """Return the contract's name of the fault."""

    @property
    def message(self) -> str:
        """Return what is wrong with it."""


Store = Callable[[Sequence[SourceRecord]], Awaitable[Sequence[RejectedRecord]]]


class _Handover(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Has the batch in hand finished before partitions go, and says when some came.

    Storing a batch twice changes nothing, but its dead letters would be written twice.
    """

    def __init__(self) -> None:
        self.in_hand = asyncio.Lock()
        self.came: set[TopicPartition] = set()

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Wait for the batch in hand and its offsets, but hold no group up for a slow store."""
        try:
            async with asyncio.timeout(HANDOVER_SECONDS), self.in_hand:
                return
        except TimeoutError:
            _log.warning("ingest_batch_handed_over_unfinished", partitions=len(revoked))

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Have the next round find out where the group stands in what is assigned now."""
        self.came = set(assigned)


class IngestLoop:
    """Runs until `stop()`; `store` must be idempotent, since a batch may come again."""

    def __init__(
        self,
        membership: Membership,
        store: Store,
        *,
        dead_letters: DeadLetterDesk,
        health: StreamHealth,
    ) -> None:
        self._membership = membership
        self._store = store
        self._dead_letters = dead_letters
        self._health = health
        self._stopping = asyncio.Event()
        self._committed: dict[TopicPartition, int] = {}
        self._repeat_at = 0.0

    def stop(self) -> None:
        """Finish the batch in hand, then end `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Ingest until told to stop; a lost broker is waited for.

        Raises:
            DeadLetterCeilingExceeded: too many records of a minute are no events.
            UnreadableRecord: there is a record that the Kafka client cannot read.
        """
        tries = 0
        while not self._stopping.is_set():
            handover = _Handover()
            consumer = await join(
                self._membership, handover, health=self._health, stopping=self._stopping
            )
            if consumer is None:
                return
            self._repeat_at = 0.0
            try:
                await self._read(consumer, handover)
            except KafkaError as error:
                tries += 1
                self._health.down(self._membership.job, "the connection broke")
                _log.warning("ingest_rejoins", error=repr(error))
                await pause(self._stopping, backoff_seconds(min(tries, 5)))
            finally:
                await leave(self._membership, consumer)
        self._health.down(self._membership.job, "stopped")

    async def _read(self, consumer: AIOKafkaConsumer, handover: _Handover) -> None:
        while not self._stopping.is_set():
            async with polling(consumer):
                batches = await consumer.getmany(
                    timeout_ms=POLL_MILLISECONDS, max_records=BATCH_RECORDS
                )
            async with handover.in_hand:
                if handover.came:
                    # What aiokafka read meanwhile began where it took the group to stand.
                    came, handover.came = handover.came, set()
                    await self._begin(consumer, came)
                    continue
                ends = {
                    partition: await read_position(consumer, partition, records)
                    for partition, records in batches.items()
                }
                if batches and not await self._take(batches):
                    return
                await self._commit(consumer, ends | await _moved_over(consumer, set(batches)))

    async def _begin(self, consumer: AIOKafkaConsumer, partitions: set[TopicPartition]) -> None:
        membership = self._membership
        states = await committed_states(
            membership.connection, membership.group, partitions, consumer
        )
        for partition in partitions & consumer.assignment():
            consumer.seek(partition, states[partition].progress.position)

    async def _take(self, batches: dict[TopicPartition, list[ConsumerRecord]]) -> bool:
        records = [source_record(record) for batch in batches.values() for record in batch]
        rejected = await self._stored(records)
        if rejected is None:
            return False
        for fault in rejected:
            await self._dead_letters.send(fault.record, kind=fault.kind, message=fault.message)
        self._health.done(self._membership.job, len(records))
        return True

    async def _stored(self, records: list[SourceRecord]) -> Sequence[RejectedRecord] | None:
        tries = 0
        while not self._stopping.is_set():
            try:
                rejected = await self._store(records)
            except Exception as error:  # noqa: BLE001  # whatever ails it: these records must not be lost
                tries += 1
                self._health.down(self._membership.job, "a batch is not done: see the log")
                _log.warning("batch_not_done", records=len(records), tries=tries, error=repr(error))
                await pause(self._stopping, min(backoff_seconds(tries), _RETRY_LIMIT_SECONDS))
            else:
                self._health.up(self._membership.job)
                return rejected
        return None

    async def _commit(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._repeat_at:
            self._committed.clear()
            self._repeat_at = now + REPEAT_SECONDS
        news = {
            partition: end
            for partition, end in ends.items()
            if end > 0
            and partition in consumer.assignment()
            and self._committed.get(partition) != end
        }
        if not news:
            return
        try:
            await consumer.commit(news)
        except KafkaError as error:
            # The rows are there; whoever owns the partition now reads these records once more.
            _log.info("ingest_commit_refused", error=repr(error))
            return
        self._committed |= news
        report_lag(self._health, self._membership.job, consumer, self._committed)


async def _moved_over(
    consumer: AIOKafkaConsumer, read: set[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return where the partitions stand that gave no record this time.

    They may have moved all the same: over the markers of transactions, over records of aborted
    ones, to the beginning of what is still there.
    """
    looks = {
        asyncio.create_task(consumer.position(partition)): partition
        for partition in consumer.assignment() - read
    }
    if not looks:
        return {}
    # One that has no position yet must not hold the others.
    done, pending = await asyncio.wait(looks, timeout=_LOOK_SECONDS)
    for look in pending:
        look.cancel()
    await asyncio.wait(looks)
    return {
        looks[look]: look.result() for look in done if not look.cancelled() and not look.exception()
    }
