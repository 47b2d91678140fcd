"""Kafka's consumer as this package uses it: joined patiently, read in batches, never cancelled."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition

from consumer.stream.errors import UnreadableRecord
from consumer.stream.health import StreamHealth
from consumer.stream.retry import backoff_seconds
from producer.connection import KafkaConnection
from producer.disconnecting import stop_consumer
from producer.records import SourceRecord

POLL_MILLISECONDS = 200
_RECONNECT_LIMIT_SECONDS = 10.0
# How long leaving may take beyond the drain of a rebalance that is under way.
LEAVE_SECONDS = 10.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """How one job joins its group.

    `rebalance_seconds` bounds how long a revoked partition may drain; it must be above the drain
    budget of the loop that uses it.
    """

    job: str
    connection: KafkaConnection
    group: str
    topics: tuple[str, ...]
    session_timeout_seconds: float = 10
    rebalance_seconds: float = 45
    max_poll_interval_seconds: float = 1800


async def join(
    membership: Membership,
    listener: ConsumerRebalanceListener,
    *,
    health: StreamHealth,
    stopping: asyncio.Event,
) -> AIOKafkaConsumer | None:
    """Return a started, subscribed consumer; waits for the brokers, None if told to stop first."""
    tries = 0
    while not stopping.is_set():
        consumer = AIOKafkaConsumer(**_arguments(membership))
        try:
            await consumer.start()
        except KafkaError as error:
            await stop_consumer(consumer)
            tries += 1
            health.down(membership.job, "no broker answers")
            _log.warning("kafka_unreachable", job=membership.job, tries=tries, error=str(error))
            await pause(stopping, min(backoff_seconds(tries), _RECONNECT_LIMIT_SECONDS))
        else:
            consumer.subscribe(membership.topics, listener=listener)
            health.up(membership.job)
            return consumer
    return None


async def leave(membership: Membership, consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer, and give up waiting for it where that never ends.

    Where brokers are lost, aiokafka may swallow the cancellation of its own background tasks and
    then wait for them for ever. Cancelled once more they end; a member that is left behind is put
    out of the group at its next rebalance.
    """
    try:
        async with asyncio.timeout(membership.rebalance_seconds + LEAVE_SECONDS):
            await stop_consumer(consumer)
    except (TimeoutError, KafkaError) as error:
        _log.warning("consumer_left_behind", job=membership.job, error=repr(error))


def _arguments(membership: Membership) -> dict[str, Any]:
    session = membership.session_timeout_seconds
    return {
        **membership.connection.client_kwargs(),
        "group_id": membership.group,
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "isolation_level": "read_committed",
        "session_timeout_ms": int(session * 1000),
        "heartbeat_interval_ms": int(session * 1000 / 3),
        "rebalance_timeout_ms": int(membership.rebalance_seconds * 1000),
        "max_poll_interval_ms": int(membership.max_poll_interval_seconds * 1000),
        "metadata_max_age_ms": 30_000,
    }


async def pause(stopping: asyncio.Event, seconds: float) -> None:
    """Sleep, but no longer than until the stop."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return


@asynccontextmanager
async def polling(consumer: AIOKafkaConsumer) -> AsyncIterator[None]:
    """Raise `UnreadableRecord` where a poll meets a record that aiokafka cannot read.

    It does not say which that is, and gives nothing of the batch that the record came in.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        places = [
            f"{one.topic}/{one.partition}/{await consumer.position(one)}"
            for one in sorted(consumer.assignment())
        ]
        raise UnreadableRecord(", ".join(places)) from error


async def read_position(
    consumer: AIOKafkaConsumer, partition: TopicPartition, records: Sequence[ConsumerRecord]
) -> int:
    """Return the end of what was read: past the records and any transaction markers after them."""
    end: int = records[-1].offset + 1 if records else 0
    try:
        position: int = await consumer.position(partition)
    except (IllegalStateError, KafkaError):
        return end  # it was taken from us in between
    return max(end, position)


def source_record(record: ConsumerRecord) -> SourceRecord:
    """Return a record as the rest of the program knows it."""
    return SourceRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        timestamp_ms=record.timestamp,
    )


def report_lag(
    health: StreamHealth, job: str, consumer: AIOKafkaConsumer, positions: dict[TopicPartition, int]
) -> None:
    """Set the lag of each partition from the end that the last fetch told."""
    for partition, position in positions.items():
        if partition in consumer.assignment():
            end = consumer.highwater(partition)
            if end is not None:
                health.lag(job, partition.topic, partition.partition, end - position)
