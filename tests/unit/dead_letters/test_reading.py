"""Dead letters that the Kafka client cannot read."""

import pytest
from aiokafka.structs import TopicPartition

from consumer.dead_letters.errors import DeadLettersError
from consumer.dead_letters.reading import Range, _read


class Consumer:
    async def getmany(self, *_: object, **__: object) -> None:
        b"\xff".decode()


async def test_a_record_that_the_client_cannot_read_is_told_with_its_place() -> None:
    one = Range(partition=TopicPartition("t.dlq", 2), start=5, end=9)
    with pytest.raises(DeadLettersError, match=r"t\.dlq, partition 2: at or after offset 5"):
        async for _ in _read(Consumer(), one, on_read=lambda _: None):
            pass
