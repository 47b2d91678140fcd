"""Transactions: results and the offset they come from become visible together, or not at all.

One producer an input partition, with that partition's own transactional id: whoever starts one for
the same partition fences its predecessor off (KIP-98), which aiokafka's consumer cannot do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerFenced
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from producer.connection import KafkaConnection
from producer.errors import FencedError, SendFailedError, UncertainCommitError
from producer.fault_points import FaultPoint, reach
from producer.record_limits import RecordLimits
from producer.records import OutputRecord
from producer.sender import MAX_REQUEST_BYTES, send_all, serialized_key, stop_producer

# Between the requests of a transaction aiokafka waits this long where the coordinator is busy;
# its default of 100 ms made a transaction take 40 ms and more.
RETRY_BACKOFF_MS: Final = 5
TRANSACTION_TIMEOUT_MS: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducerEpoch:
    """Who owns a transactional id, as Kafka counts them: a successor has the next epoch."""

    producer_id: int
    epoch: int


class TransactionalSender:
    """The producer of one input partition. After FencedError or UncertainCommitError: `stop` it."""

    def __init__(self, connection: KafkaConnection, *, transactional_id: str, group: str) -> None:
        self._connection = connection
        self._transactional_id = transactional_id
        self._group = group
        self._limits = RecordLimits(connection)
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect, end what a predecessor left open, and fence it off.

        Raises:
            SendFailedError: no broker or no coordinator answers.
        """
        producer = AIOKafkaProducer(
            **self._connection.client_kwargs(),
            transactional_id=self._transactional_id,
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            acks="all",
            key_serializer=serialized_key,
            max_request_size=MAX_REQUEST_BYTES,
            retry_backoff_ms=RETRY_BACKOFF_MS,
        )
        try:
            await producer.start()
        except BaseException as error:
            await stop_producer(producer)
            if isinstance(error, KafkaError):
                raise SendFailedError(f"no transactional producer: {error!r}") from error
            raise
        self._producer = producer

    async def stop(self) -> None:
        """Disconnect; an open transaction is ended by the successor, or by its timeout."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await stop_producer(producer)

    @property
    def owner(self) -> ProducerEpoch:
        """Return what Kafka named this producer.

        Raises:
            SendFailedError: it is not started.
        """
        manager = self._started._txn_manager  # noqa: SLF001  # aiokafka has no public way to ask
        return ProducerEpoch(producer_id=manager.producer_id, epoch=manager.producer_epoch)

    async def commit(
        self,
        records: Sequence[OutputRecord],
        *,
        offsets: Mapping[TopicPartition, OffsetAndMetadata],
    ) -> None:
        """Write the records and the input's offsets in one transaction. Never cancel this.

        Raises:
            RecordTooLargeError: a record is over its topic's limit; nothing was sent, go on.
            FencedError: another process owns the partition; nothing became visible.
            UncertainCommitError: it may or may not have happened; the next owner will know.
        """
        producer = self._started
        for record in records:
            await self._limits.check(record)
        try:
            await producer.begin_transaction()
            await send_all(producer, records)
            reach(FaultPoint.INSIDE_TRANSACTION)
            await producer.send_offsets_to_transaction(dict(offsets), self._group)
            await producer.commit_transaction()
        except Exception as error:
            # aiokafka states its own faults by assertions, and by what ended its sender.
            if isinstance(error, ProducerFenced) or isinstance(error.__cause__, ProducerFenced):
                raise FencedError(
                    f"{self._transactional_id}: another process owns this partition now"
                ) from error
            raise UncertainCommitError(
                f"{self._transactional_id}: it is not known whether a transaction was committed: "
                f"{error!r}"
            ) from error

    @property
    def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise SendFailedError("the transactional producer is not started")
        return self._producer
