"""Topics of a test's own on the shared Kafka, and what a stranger reads from them."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import NewTopic, RecordsToDelete
from aiokafka.structs import ConsumerRecord, OffsetAndMetadata, TopicPartition

from producer.admin import administering
from producer.connection import KafkaConnection
from schemas.topics import Topics
from tests.integration import groups

PATIENCE_SECONDS = 30.0


class World:
    """One prefix of topics with one partition each, and a producer."""

    def __init__(self, bootstrap: str) -> None:
        self.connection = KafkaConnection(bootstrap_servers=bootstrap)
        prefix = f"s{uuid.uuid4().hex[:8]}."
        self.topics = Topics.with_prefix(prefix)
        self.group = prefix + "group"
        self._producer: AIOKafkaProducer | None = None

    async def start(self, *, partitions: int = 1) -> None:
        names = [*self.topics.inputs, self.topics.review_ready]
        names += [self.topics.dlq(topic) for topic in self.topics.inputs]
        async with administering(self.connection) as admin:
            await admin.create_topics([NewTopic(name, partitions, 1) for name in names])
        self._producer = AIOKafkaProducer(**self.connection.client_kwargs())
        await self._producer.start()

    async def stop(self) -> None:
        assert self._producer is not None
        await self._producer.stop()

    async def put(self, topic: str, *keys: str, partition: int | None = None) -> None:
        assert self._producer is not None
        for key in keys:
            await self._producer.send_and_wait(
                topic, value=key.encode(), key=key.encode(), partition=partition
            )

    async def expire(self, topic: str, offset: int) -> None:
        """Delete what stands below an offset, as retention does."""
        async with administering(self.connection) as admin:
            await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(offset)})

    async def until_members(self, group: str, count: int) -> None:
        """Wait until a group has so many members, or fail the test."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._members(group) != count:  # noqa: ASYNC110  # brokers set no event
                await asyncio.sleep(0.1)

    async def _members(self, group: str) -> int:
        async with administering(self.connection) as admin:
            return await groups.members(admin, group)

    async def read(self, topic: str) -> list[ConsumerRecord]:
        """Return all that stands in a topic now, once each transaction in it has come to its end.

        A commit is acknowledged before its markers are written: who looks in between sees less.
        """
        consumer = AIOKafkaConsumer(
            **self.connection.client_kwargs(), isolation_level="read_committed"
        )
        to_the_end = AIOKafkaConsumer(**self.connection.client_kwargs())
        await consumer.start()
        await to_the_end.start()
        try:
            await consumer._client._wait_on_metadata(topic)
            numbers = consumer.partitions_for_topic(topic)
            partitions = [TopicPartition(topic, number) for number in numbers]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await to_the_end.end_offsets(partitions)
            records: list[ConsumerRecord] = []
            async with asyncio.timeout(PATIENCE_SECONDS):
                while any([await consumer.position(one) < end for one, end in ends.items()]):
                    for batch in (await consumer.getmany(timeout_ms=200)).values():
                        records += batch
            return records
        finally:
            await to_the_end.stop()
            await consumer.stop()

    async def committed(self, group: str, topic: str, *, partition: int = 0) -> int:
        async with administering(self.connection) as admin:
            told = (await groups.committed(admin, group)).get(TopicPartition(topic, partition))
        return -1 if told is None else int(told.offset)

    async def until_committed(
        self, group: str, topic: str, offset: int, *, partition: int = 0
    ) -> None:
        """Wait until a group's offset has come so far, or fail the test."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (  # noqa: ASYNC110  # brokers set no event
                await self.committed(group, topic, partition=partition) < offset
            ):
                await asyncio.sleep(0.1)

    async def commit(self, group: str, topic: str, offset: int, metadata: str) -> None:
        """Commit an offset as anybody's tool could."""
        partition = TopicPartition(topic, 0)
        consumer = AIOKafkaConsumer(
            **self.connection.client_kwargs(), group_id=group, enable_auto_commit=False
        )
        await consumer.start()
        try:
            consumer.assign([partition])
            await consumer.commit({partition: OffsetAndMetadata(offset, metadata)})
        finally:
            await consumer.stop()


@pytest.fixture
async def world(kafka_bootstrap: str) -> AsyncIterator[World]:
    made = World(kafka_bootstrap)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def wide_world(kafka_bootstrap: str) -> AsyncIterator[World]:
    """Give a world whose topics have two partitions."""
    made = World(kafka_bootstrap)
    await made.start(partitions=2)
    yield made
    await made.stop()


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], object]:
    """Return a function that waits until a condition holds, or fails the test."""

    async def wait(holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():  # noqa: ASYNC110  # what is waited for sets no event
                await asyncio.sleep(0.02)

    return wait
