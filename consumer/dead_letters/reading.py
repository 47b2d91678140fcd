"""Reading dead letters: outside any group, only what is committed, to the end as of the start."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, for_code
from aiokafka.structs import TopicPartition

from consumer.dead_letters.errors import DeadLettersError, NoSuchLetterError
from consumer.dead_letters.letters import DeadLetter, Selection, dead_letter
from consumer.stream.client import source_record
from producer.connection import KafkaConnection
from producer.disconnecting import stop_consumer
from producer.records import SourceRecord
from producer.redrive_ledger import Ledger, LetterId, read_ledger
from schemas.topics import Topics

POLL_MILLISECONDS: Final = 500
LOOK_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 30.0
BATCH_RECORDS: Final = 500
FETCH_BYTES: Final = 1024 * 1024

OnRead = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The offsets of one partition that are read: from `start`, before `end`."""

    partition: TopicPartition
    start: int
    end: int


class LetterReader:
    """Reads dead-letter topics one partition at a time, in order. Made by `reading`."""

    def __init__(
        self,
        connection: KafkaConnection,
        topics: Topics,
        *,
        consumer: AIOKafkaConsumer,
        admin: AIOKafkaAdminClient,
    ) -> None:
        self._connection = connection
        self._topics = topics
        self._consumer = consumer
        self._admin = admin

    async def missing(self, names: Collection[str]) -> tuple[str, ...]:
        """Return which of these topics are not there."""
        present = set(await self._admin.list_topics())
        return tuple(name for name in names if name not in present)

    async def ranges(
        self, names: Collection[str], *, since_ms: int | None = None
    ) -> tuple[Range, ...]:
        """Return what stands in these topics now, leaving out what is surely older than a time."""
        absent = await self.missing(names)
        there = sorted(set(names) - set(absent))
        if not there:
            return ()
        described = await self._admin.describe_topics(there)
        for topic in described:
            # A broker that does not know it yet tells of no partitions, as if nothing stood in it.
            if topic["error_code"]:
                kind = for_code(topic["error_code"]).__name__
                raise DeadLettersError(f"{topic['topic']} could not be looked at: {kind}")
        partitions = sorted(
            TopicPartition(topic["topic"], one["partition"])
            for topic in described
            for one in topic["partitions"]
        )
        ends = await self._consumer.end_offsets(partitions)
        starts = await self._consumer.beginning_offsets(partitions)
        if since_ms is not None:
            found = await self._consumer.offsets_for_times(
                dict.fromkeys(partitions, max(since_ms, 0))
            )
            starts = {tp: at.offset if at is not None else ends[tp] for tp, at in found.items()}
        return tuple(Range(partition=tp, start=starts[tp], end=ends[tp]) for tp in partitions)

    async def letters(
        self,
        ranges: Sequence[Range],
        selection: Selection,
        *,
        on_read: OnRead = lambda _: None,
    ) -> AsyncGenerator[DeadLetter, None]:
        """Give the selected letters, partition by partition; `on_read` hears of offsets passed."""
        for one in ranges:
            async for record in self._records(one, on_read=on_read):
                letter = dead_letter(record)
                if selection.includes(letter):
                    yield letter

    async def letter(self, letter_id: LetterId) -> DeadLetter:
        """Return one letter.

        Raises:
            NoSuchLetterError: nothing stands there (any more).
        """
        for one in await self.ranges([letter_id.topic]):
            if one.partition.partition == letter_id.partition and (
                one.start <= letter_id.offset < one.end
            ):
                wanted = Range(
                    partition=one.partition, start=letter_id.offset, end=letter_id.offset + 1
                )
                async for record in self._records(wanted):
                    if record.offset == letter_id.offset:
                        return dead_letter(record)
        raise NoSuchLetterError(
            f"there is no dead letter at {letter_id}: see `debrief dlq list`; after "
            "DEBRIEF_DLQ_RETENTION_DAYS they go"
        )

    async def ledger(self, *, is_made: bool = False) -> Ledger:
        """Return what was redriven, as far as it is committed now; empty where nothing ever was.

        `is_made`: its topic is there, and a broker that does not list it is behind, so it is waited
        for: taken for empty, letters would be redriven twice.

        Raises:
            LedgerError: it holds something else.
            DeadLettersError: its topic was not listed in time; run it again.
        """
        name = self._topics.dead_letters_redriven
        if is_made:
            await self._until_listed(name)
        records = [
            record for one in await self.ranges([name]) async for record in self._records(one)
        ]
        return read_ledger(records)

    async def _until_listed(self, name: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await self.missing([name]):  # noqa: ASYNC110  # brokers set no event
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError as error:
            raise DeadLettersError(f"{name} was made, but the brokers do not list it") from error

    async def first_offsets(self, names: Collection[str]) -> Mapping[tuple[str, int], int]:
        """Return where each partition of these topics begins now."""
        return {
            (one.partition.topic, one.partition.partition): one.start
            for one in await self.ranges(names)
        }

    async def _records(
        self, one: Range, *, on_read: OnRead = lambda _: None
    ) -> AsyncGenerator[SourceRecord, None]:
        if one.start >= one.end:
            return
        # A consumer of its own, so that another partition may be read while this one is.
        consumer = _consumer(self._connection)
        try:
            await consumer.start()
            consumer.assign([one.partition])
            consumer.seek(one.partition, one.start)
            async for record in _read(consumer, one, on_read=on_read):
                yield record
        finally:
            await stop_consumer(consumer)


async def _read(
    consumer: AIOKafkaConsumer, one: Range, *, on_read: OnRead
) -> AsyncGenerator[SourceRecord, None]:
    partition, position = one.partition, one.start
    moved_at = asyncio.get_running_loop().time()
    while position < one.end:
        try:
            fetched = await consumer.getmany(
                partition, timeout_ms=POLL_MILLISECONDS, max_records=BATCH_RECORDS
            )
        except UnicodeDecodeError as error:
            raise DeadLettersError(
                f"{partition.topic}, partition {partition.partition}: at or after offset "
                f"{position} stands a record with a header whose name is no UTF-8, which the Kafka "
                "client cannot read"
            ) from error
        for record in fetched.get(partition, ()):
            if record.offset < one.end:
                yield source_record(record)
        # Past transaction markers too, which nobody is given.
        reached = await consumer.position(partition)
        now = asyncio.get_running_loop().time()
        if reached > position:
            on_read(min(reached, one.end) - position)
            position, moved_at = reached, now
        elif now - moved_at > PATIENCE_SECONDS:
            raise DeadLettersError(
                f"{partition.topic}, partition {partition.partition} gave nothing for "
                f"{PATIENCE_SECONDS:g} s at offset {position}, and {one.end} is its end: "
                "is its leader up?"
            )


def _consumer(connection: KafkaConnection) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        **connection.client_kwargs(),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        # A letter may be large; what is fetched ahead is held in memory.
        max_partition_fetch_bytes=FETCH_BYTES,
    )


@asynccontextmanager
async def reading(connection: KafkaConnection, topics: Topics) -> AsyncIterator[LetterReader]:
    """Give a reader of the dead letters; connected within the block.

    Raises:
        DeadLettersError: no broker answers, or it refuses.
    """
    admin = AIOKafkaAdminClient(**connection.client_kwargs())
    consumer = _consumer(connection)
    try:
        await admin.start()
        await consumer.start()
        yield LetterReader(connection, topics, consumer=consumer, admin=admin)
    except KafkaError as error:
        raise DeadLettersError(f"the dead letters cannot be read: {error!r}") from error
    finally:
        await admin.close()
        await stop_consumer(consumer)
