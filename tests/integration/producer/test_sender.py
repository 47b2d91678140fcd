"""The sender against a real Kafka, read back by a plain consumer."""

import uuid
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from producer.connection import KafkaConnection
from producer.errors import RecordTooLargeError, SendFailedError
from producer.partitioning import partition_of
from producer.records import OutputRecord
from producer.sender import MAX_REQUEST_BYTES, KafkaSender
from producer.topic_plans import plan
from producer.topics import create_topics
from schemas.topics import Topics

pytestmark = pytest.mark.kafka

PARTITIONS = 4


@pytest.fixture
async def topics(connection: KafkaConnection) -> Topics:
    made = Topics.with_prefix(f"w{uuid.uuid4().hex[:8]}.")
    await create_topics(connection, plan(made, dlq_retention_days=7), partitions=PARTITIONS)
    return made


@pytest.fixture
def connection(kafka_bootstrap: str) -> KafkaConnection:
    return KafkaConnection(bootstrap_servers=kafka_bootstrap)


@pytest.fixture
async def sender(connection: KafkaConnection) -> AsyncIterator[KafkaSender]:
    made = KafkaSender(connection)
    await made.start()
    yield made
    await made.stop()


async def read(
    connection: KafkaConnection, topic: str, partition: int
) -> list[ConsumerRecord[bytes, bytes]]:
    """Return all that stands in a partition now."""
    where = TopicPartition(topic, partition)
    consumer = AIOKafkaConsumer(**connection.client_kwargs())
    await consumer.start()
    try:
        consumer.assign([where])
        await consumer.seek_to_beginning(where)
        end = (await consumer.end_offsets([where]))[where]
        records: list[ConsumerRecord[bytes, bytes]] = []
        while await consumer.position(where) < end:
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                records += batch
        return records
    finally:
        await consumer.stop()


async def test_a_users_reviews_and_tombstones_share_the_users_partition(
    connection: KafkaConnection, topics: Topics, sender: KafkaSender
) -> None:
    runs = [f"run-{number}" for number in range(5)]
    records = [
        OutputRecord(
            topic=topics.review_ready,
            key=run.encode(),
            value=value,
            headers=(("ce_id", b"1"), ("ce_id", b"2")),
            user_id="learner-1",
        )
        for run in runs
        for value in (b"review", None)
    ]

    await sender.send(records)

    found = await read(connection, topics.review_ready, partition_of("learner-1", PARTITIONS))
    assert [(r.key, r.value) for r in found] == [(r.key, r.value) for r in records]
    assert found[0].headers == (("ce_id", b"1"), ("ce_id", b"2"))


async def test_a_record_without_key_and_value_is_written(
    connection: KafkaConnection, topics: Topics, sender: KafkaSender
) -> None:
    topic = topics.dlq(topics.conversation_message)
    headers = (("why", b"null"), ("none", None))

    await sender.send(
        [OutputRecord(topic=topic, key=None, value=None, headers=headers, user_id="u")]
    )

    (found,) = await read(connection, topic, partition_of("u", PARTITIONS))
    assert (found.key, found.value, found.headers) == (None, None, headers)


async def test_a_record_of_four_mebibytes_fits_a_dead_letter_topic(
    connection: KafkaConnection, topics: Topics, sender: KafkaSender
) -> None:
    topic = topics.dlq(topics.scenario_completed)
    value = b"x" * (4 * 1024 * 1024)

    await sender.send([OutputRecord(topic=topic, key=None, value=value, user_id="u")])

    (found,) = await read(connection, topic, partition_of("u", PARTITIONS))
    assert found.value == value


@pytest.mark.parametrize("size_bytes", [2 * 1024 * 1024, MAX_REQUEST_BYTES + 1])
async def test_a_record_over_the_limit_is_an_error_of_its_own(
    size_bytes: int, topics: Topics, sender: KafkaSender
) -> None:
    record = OutputRecord(topic=topics.review_progress, key=b"k", value=b"x" * size_bytes)

    with pytest.raises(RecordTooLargeError):
        await sender.send([record])
    # The sender lives on.
    await sender.send([OutputRecord(topic=topics.review_progress, key=b"k", value=b"small")])


async def test_a_producer_whose_record_a_broker_refused_is_replaced(
    topics: Topics, sender: KafkaSender
) -> None:
    small = OutputRecord(topic=topics.review_progress, key=b"k", value=b"small")
    large = OutputRecord(topic=topics.review_progress, key=b"k", value=b"x" * 2 * 1024 * 1024)
    await sender.send([small])
    sender._limits._limits[topics.review_progress] = None

    with pytest.raises(RecordTooLargeError):
        await sender.send([large])
    await sender.send([small])


async def test_no_broker_is_an_error_of_ours() -> None:
    sender = KafkaSender(KafkaConnection(bootstrap_servers="127.0.0.1:1"))

    with pytest.raises(SendFailedError, match="no broker answers"):
        await sender.start()
    await sender.stop()
