"""The one way out to Kafka: a record in, acknowledged by all in-sync replicas or an error."""

import asyncio
import contextlib
from collections.abc import Awaitable, Sequence
from typing import Any, Final, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from producer.connection import KafkaConnection
from producer.errors import RecordTooLargeError, SendFailedError
from producer.partitioning import partition_of
from producer.record_limits import RecordLimits
from producer.records import OutputRecord
from producer.refusals import why_not_connected

MAX_REQUEST_BYTES = 8 * 1024 * 1024
STOP_SECONDS = 5.0
# Kafka takes a record without key and value, and so a dead letter may be one; aiokafka asserts that
# there is either, before it serializes them.
NO_KEY: Final = object()


class Sender(Protocol):
    """Whatever can write records and say when they are safe."""

    async def send(self, records: Sequence[OutputRecord]) -> None:
        """Write the records, in order, and return once all are acknowledged."""


class KafkaSender:
    """An idempotent producer (acks from all in-sync replicas, no duplicates by its retries).

    Once a broker refused something of it, a producer is of no more use (see `record_limits`): it is
    replaced then, and what is sent again may stand twice.
    """

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._limits = RecordLimits(connection)
        self._renewing = asyncio.Lock()
        self._producer: AIOKafkaProducer | None = None
        self._is_started = False

    async def start(self) -> None:
        """Connect; raises SendFailedError while no broker answers, or lets it write."""
        self._producer = await self._connected()
        self._is_started = True

    async def stop(self) -> None:
        """Flush and disconnect."""
        self._is_started = False
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def send(self, records: Sequence[OutputRecord]) -> None:
        """Write the records and wait for every acknowledgement.

        Raises:
            RecordTooLargeError: a record is over the broker's or the producer's limit.
            SendFailedError: a record was not acknowledged; try again.
        """
        if not self._is_started:
            raise SendFailedError("the producer is not started")
        for record in records:
            await self._limits.check(record)
        producer = self._producer or await self._renewed(None)
        try:
            await send_all(producer, records)
        except (RecordTooLargeError, SendFailedError):
            with contextlib.suppress(SendFailedError):  # the next call tries again
                await self._renewed(producer)
            raise

    async def ping(self) -> None:
        """Ask the brokers what they hold; raises SendFailedError where none answers."""
        producer = self._producer or await self._renewed(None)
        if not await producer.client.force_metadata_update():
            raise SendFailedError("no broker answers")

    async def _renewed(self, broken: AIOKafkaProducer | None) -> AIOKafkaProducer:
        async with self._renewing:
            if self._producer is broken:
                self._producer = None
                if broken is not None:
                    await stop_producer(broken)
                self._producer = await self._connected()
        if self._producer is None:
            raise SendFailedError("the producer was stopped")
        return self._producer

    async def _connected(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **self._connection.client_kwargs(),
            enable_idempotence=True,
            acks="all",
            key_serializer=serialized_key,
            max_request_size=MAX_REQUEST_BYTES,
        )
        try:
            await producer.start()
        except KafkaError as error:
            await producer.stop()
            raise SendFailedError(why_not_connected(error)) from error
        return producer


async def stop_producer(producer: AIOKafkaProducer) -> None:
    """Disconnect a producer that may be broken; flushing is given up where no broker answers."""
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await producer.stop()
    except (TimeoutError, KafkaError):
        return


async def send_all(producer: AIOKafkaProducer, records: Sequence[OutputRecord]) -> None:
    """Write the records, in order, and wait for every acknowledgement.

    Raises:
        RecordTooLargeError: a record is over the broker's or the producer's limit.
        SendFailedError: a record was not acknowledged.
    """
    pending: list[Awaitable[Any]] = []
    try:
        for record in records:
            pending.append(await begin_send(producer, record))  # noqa: PERF401 (kept on error)
    except MessageSizeTooLargeError as error:
        raise RecordTooLargeError(str(error)) from error
    except KafkaError as error:
        raise SendFailedError(f"not acknowledged: {error!r}") from error
    finally:
        # What has begun is waited for on every way out; a result left alone would be lost.
        outcomes = await asyncio.gather(*pending, return_exceptions=True)
    _raise_first(outcomes)


def serialized_key(key: object) -> object:
    """Return a key as it is, and none for `NO_KEY`: every producer's `key_serializer`."""
    return None if key is NO_KEY else key


async def begin_send(producer: AIOKafkaProducer, record: OutputRecord) -> Awaitable[Any]:
    """Hand a record to a producer and return what tells where it stands.

    Raises:
        KafkaError: it cannot be sent.
    """
    is_bare = record.key is None and record.value is None
    partition = None
    if record.user_id is not None:
        partitions = await producer.partitions_for(record.topic)
        partition = partition_of(record.user_id, len(partitions))
    begun: Awaitable[Any] = await producer.send(
        record.topic,
        value=record.value,
        key=NO_KEY if is_bare else record.key,
        partition=partition,
        headers=list(record.headers),
    )
    return begun


def _raise_first(outcomes: Sequence[Any]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, MessageSizeTooLargeError):
            raise RecordTooLargeError(str(outcome)) from outcome
        if isinstance(outcome, KafkaError):
            raise SendFailedError(f"not acknowledged: {outcome!r}") from outcome
        if isinstance(outcome, BaseException):
            raise outcome
