"""Has ingestion read everything that stood in the context topics at a given moment?"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.structs import TopicPartition

from consumer.stream.errors import RetryLater
from producer.connection import KafkaConnection

Ends = Mapping[TopicPartition, int]

FRESH_SECONDS: Final = 0.5
RETRY_SECONDS: Final = 2.0


def has_passed(*, ends: Ends, beginnings: Ends, committed: Ends) -> bool:
    """Tell whether ingestion stands at or past the ends.

    It stands where it committed, or at the beginning of what is still there, whichever is later:
    what was deleted before it was read is never read.
    """
    return all(
        max(committed.get(partition, 0), beginnings.get(partition, 0)) >= end
        for partition, end in ends.items()
    )


class _Round:
    answer: dict[TopicPartition, int] | None = None


class _SharedEnds:
    """Asks once for all who want to know at the same time; no answer is older than its question."""

    def __init__(self, ask: Callable[[], Awaitable[dict[TopicPartition, int]]]) -> None:
        self._ask = ask
        self._next = _Round()
        self._one_at_a_time = asyncio.Lock()

    async def get(self) -> dict[TopicPartition, int]:
        mine = self._next
        async with self._one_at_a_time:
            if mine.answer is None:
                if mine is self._next:
                    self._next = _Round()
                mine.answer = await self._ask()
        return mine.answer


class IngestBarrier:
    """Asks Kafka where the context topics end and where the ingest group stands.

    `start` before use, `stop` after. Hundreds of waiting runs ask Kafka once: where the topics end
    is asked for all who want to know at once, where the group stands is kept for half a second.
    """

    def __init__(self, connection: KafkaConnection, *, group: str, topics: tuple[str, ...]) -> None:
        self._connection = connection
        self._group = group
        self._topics = topics
        self._admin: AIOKafkaAdminClient | None = None
        self._consumer: AIOKafkaConsumer | None = None
        self._ends = _SharedEnds(self._ask_ends)
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
        """Return where each partition of the context topics ends now, not a moment before.

        Raises:
            RetryLater: no broker tells; nothing failed that is the record's.
        """
        async with _told():
            return dict(await self._ends.get())

    async def passed(self, ends: Ends) -> bool:
        """Tell whether ingestion has committed everything below these ends; raises RetryLater."""
        async with _told():
            committed = await self._positions()
            behind = [tp for tp, end in ends.items() if committed.get(tp, -1) < end]
            if not behind:
                return True
            beginnings = await self._reader.beginning_offsets(behind)
            return has_passed(ends=ends, beginnings=beginnings, committed=committed)

    async def _positions(self) -> dict[TopicPartition, int]:
        # An answer of half a second ago is behind at most, and so never opens too early.
        now = time.monotonic()
        if self._committed is None or now - self._committed[0] > FRESH_SECONDS:
            answer = await self._client.list_consumer_group_offsets(self._group)
            committed = {tp: told.offset for tp, told in answer.items() if told.offset >= 0}
            self._committed = (now, committed)
        return self._committed[1]

    async def _ask_ends(self) -> dict[TopicPartition, int]:
        described = await self._client.describe_topics(list(self._topics))
        for topic in described:
            # A topic left out here would count as read.
            if topic["error_code"]:
                raise for_code(topic["error_code"])(topic["topic"])
        partitions = [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in described
            for partition in topic["partitions"]
        ]
        ends: dict[TopicPartition, int] = await self._reader.end_offsets(partitions)
        return ends

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


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    try:
        yield
    except KafkaError as error:
        raise RetryLater(
            RETRY_SECONDS, f"no broker tells where ingestion stands: {error!r}", waiting=True
        ) from error
