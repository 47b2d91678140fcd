"""The transactional sender against a real Kafka: what is visible, and who may write."""

import uuid
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from producer.admin import administering
from producer.connection import KafkaConnection
from producer.errors import FencedError, RecordTooLargeError, SendFailedError, UncertainCommitError
from producer.records import OutputRecord
from producer.topic_plans import plan
from producer.topics import create_topics
from producer.transactions import TransactionalSender
from schemas.topics import Topics
from tests.integration import groups

pytestmark = pytest.mark.kafka


class Place:
    """A deployment's topics with one partition each, and senders of one transactional id."""

    def __init__(self, bootstrap: str) -> None:
        self.connection = KafkaConnection(bootstrap_servers=bootstrap)
        self.topics = Topics.with_prefix(f"t{uuid.uuid4().hex[:8]}.")
        self.group = self.topics.review_ready + ".group"
        self.input = TopicPartition(self.topics.scenario_completed, 0)
        self.senders: list[TransactionalSender] = []

    async def sender(self) -> TransactionalSender:
        made = TransactionalSender(
            self.connection, transactional_id=self.group + ".0", group=self.group
        )
        await made.start()
        self.senders.append(made)
        return made

    def record(self, value: bytes) -> OutputRecord:
        return OutputRecord(topic=self.topics.review_ready, key=b"run", value=value)

    def large(self) -> OutputRecord:
        return OutputRecord(topic=self.topics.review_progress, key=b"run", value=b"x" * 2_000_000)

    def offset(self, offset: int) -> dict[TopicPartition, OffsetAndMetadata]:
        return {self.input: OffsetAndMetadata(offset, f"at {offset}")}

    async def committed(self) -> tuple[int, str] | None:
        async with administering(self.connection) as admin:
            told = (await groups.committed(admin, self.group)).get(self.input)
        return None if told is None else (told.offset, told.metadata)

    async def visible(self, topic: str | None = None) -> list[bytes | None]:
        consumer = AIOKafkaConsumer(
            **self.connection.client_kwargs(), isolation_level="read_committed"
        )
        await consumer.start()
        try:
            partition = TopicPartition(topic or self.topics.review_ready, 0)
            consumer.assign([partition])
            await consumer.seek_to_beginning(partition)
            end = (await consumer.end_offsets([partition]))[partition]
            found: list[bytes | None] = []
            while await consumer.position(partition) < end:
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    found += [record.value for record in batch]
            return found
        finally:
            await consumer.stop()


@pytest.fixture
async def place(kafka_bootstrap: str) -> AsyncIterator[Place]:
    made = Place(kafka_bootstrap)
    await create_topics(made.connection, plan(made.topics, dlq_retention_days=7), partitions=1)
    yield made
    for sender in made.senders:
        await sender.stop()


async def test_records_and_offset_become_visible_together(place: Place) -> None:
    sender = await place.sender()
    await sender.commit([place.record(b"a"), place.record(b"b")], offsets=place.offset(3))
    assert await place.visible() == [b"a", b"b"]
    assert await place.committed() == (3, "at 3")


async def test_a_record_without_key_and_value_is_written(place: Place) -> None:
    # `review.ready` is compacted: there every record must have a key.
    topic = place.topics.dlq(place.topics.scenario_completed)
    sender = await place.sender()
    await sender.commit([OutputRecord(topic=topic, key=None, value=None)], offsets=place.offset(1))
    assert await place.visible(topic) == [None]
    assert await place.committed() == (1, "at 1")


async def test_an_offset_moves_without_a_record(place: Place) -> None:
    sender = await place.sender()
    await sender.commit([], offsets=place.offset(5))
    assert await place.committed() == (5, "at 5")


async def test_a_predecessor_is_fenced_off_and_its_open_transaction_ended(place: Place) -> None:
    first = await place.sender()
    await first.commit([place.record(b"a")], offsets=place.offset(1))
    producer = first._started
    await producer.begin_transaction()
    await producer.send_and_wait(place.topics.review_ready, b"never seen", key=b"run")
    second = await place.sender()
    await second.commit([place.record(b"b")], offsets=place.offset(2))
    assert second.owner.epoch > first.owner.epoch
    with pytest.raises((FencedError, UncertainCommitError)):
        await first.commit([place.record(b"zombie")], offsets=place.offset(9))
    assert await place.visible() == [b"a", b"b"]
    assert await place.committed() == (2, "at 2")


async def test_a_zombie_can_publish_nothing_and_move_no_offset(place: Place) -> None:
    first = await place.sender()
    await first.commit([place.record(b"a")], offsets=place.offset(1))
    await place.sender()
    with pytest.raises(FencedError, match="another process owns"):
        await first.commit([place.record(b"zombie")], offsets=place.offset(9))
    assert await place.visible() == [b"a"]
    assert await place.committed() == (1, "at 1")


async def test_a_record_too_large_is_named_and_the_producer_goes_on(place: Place) -> None:
    sender = await place.sender()
    large = place.large()
    with pytest.raises(RecordTooLargeError) as caught:
        await sender.commit([place.record(b"a"), large], offsets=place.offset(1))
    assert caught.value.record is large
    await sender.commit([place.record(b"a")], offsets=place.offset(1))
    assert await place.visible() == [b"a"]


async def test_what_a_broker_refused_is_not_visible_and_a_successor_can_go_on(
    place: Place,
) -> None:
    sender = await place.sender()
    sender._limits._limits[place.topics.review_progress] = None
    with pytest.raises(UncertainCommitError):
        await sender.commit([place.large()], offsets=place.offset(1))
    await sender.stop()
    successor = await place.sender()
    await successor.commit([place.record(b"a")], offsets=place.offset(1))
    assert await place.visible() == [b"a"]


async def test_no_broker_is_an_error_of_ours() -> None:
    sender = TransactionalSender(
        KafkaConnection(bootstrap_servers="127.0.0.1:1"), transactional_id="t", group="g"
    )
    with pytest.raises(SendFailedError):
        await sender.start()
    with pytest.raises(SendFailedError, match="not started"):
        await sender.commit([], offsets={})
