"""Has ingestion read everything that stood in the context topics at a given moment?"""

import time
from collections.abc import Mapping
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition

from producer.connection import KafkaConnection

Ends = Mapping[TopicPartition, int]

FRESH_SECONDS: Final = 0.5


def has_passed(*, ends: Ends, beginnings: Ends, committed: Ends) -> bool:
    """Tell whether the committed positions have reached the ends.

    A partition without a committed position stands at its beginning: empty ones are passed.
    """
    return all(
        committed.get(partition, beginnings.get(partition, 0)) >= end
        for partition, end in ends.items()
    )


class IngestBarrier:
    """Asks Kafka where the context topics end and where the ingest group stands.

    `start` before use, `stop` after. Answers are kept for half a second, so that hundreds of
    waiting runs ask Kafka once.
    """

    def __init__(self, connection: KafkaConnection, *, group: str, topics: tuple[str, ...]) -> None:
        self._connection = connection
        self._group = group
        self._topics = topics
        self._admin: AIOKafkaAdminClient | None = None
        self._consumer: AIOKafkaConsumer | None = None
        self._ends: tuple[float, dict[TopicPartition, int]] | None = None
        self._committed: tuple[float, dict[TopicPartition, int]] | None = None

    async def start(self) -> None:
        """Connect; raises KafkaError while no broker answers."""
        arguments = self._connection.client_kwargs()
        self._admin = AIOKafkaAdminClient(**arguments)
        self._consumer = AIOKafkaConsumer(**arguments, isolation_level="read_committed")
        try:
            await self._admin.start()
            await self._consumer.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Disconnect."""
        admin, consumer = self._admin, self._consumer
        self._admin = self._consumer = None
        if admin is not None:
            await admin.close()
        if consumer is not None:
            await consumer.stop()

    async def snapshot(self) -> dict[TopicPartition, int]:
        """Return where each partition of the context topics ends now."""
        now = time.monotonic()
        if self._ends is None or now - self._ends[0] > FRESH_SECONDS:
            partitions = await self._partitions()
            self._ends = (now, await self._reader.end_offsets(partitions))
        return dict(self._ends[1])

    async def passed(self, ends: Ends) -> bool:
        """Tell whether ingestion has committed everything below these ends."""
        now = time.monotonic()
        if self._committed is None or now - self._committed[0] > FRESH_SECONDS:
            answer = await self._client.list_consumer_group_offsets(self._group)
            committed = {tp: told.offset for tp, told in answer.items() if told.offset >= 0}
            self._committed = (now, committed)
        committed = self._committed[1]
        unknown = [tp for tp in ends if tp not in committed]
        beginnings = await self._reader.beginning_offsets(unknown) if unknown else {}
        return has_passed(ends=ends, beginnings=beginnings, committed=committed)

    async def _partitions(self) -> list[TopicPartition]:
        described = await self._client.describe_topics(list(self._topics))
        return [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in described
            for partition in topic["partitions"]
        ]

    @property
    def _client(self) -> AIOKafkaAdminClient:
        if self._admin is None:
            raise RuntimeError("the barrier is not started")
        return self._admin

    @property
    def _reader(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise RuntimeError("the barrier is not started")
        return self._consumer
