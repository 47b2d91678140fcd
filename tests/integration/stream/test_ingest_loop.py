import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.structs import TopicPartition

from consumer.stream.barrier import IngestBarrier
from consumer.stream.client import Membership
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.health import StreamHealth
from consumer.stream.ingest_loop import IngestLoop, Store
from producer.records import OutputRecord, SourceRecord
from producer.sender import KafkaSender
from schemas.errors import ErrorKind

pytestmark = pytest.mark.kafka

Eventually = Callable[[Callable[[], bool]], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    record: SourceRecord
    kind: ErrorKind
    message: str


class Rows:
    """A store that fails as often as told, then keeps what is no poison."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.kept: list[str] = []

    async def __call__(self, records: Sequence[SourceRecord]) -> Sequence[Fault]:
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        values = [(record, (record.value or b"").decode()) for record in records]
        bad = {"", "poison"}
        self.kept += [value for _, value in values if value not in bad]
        return [Fault(record, "undecodable", "no") for record, value in values if value in bad]


@asynccontextmanager
async def _running(world: Any, store: Store, health: StreamHealth) -> AsyncIterator[None]:
    sender = KafkaSender(world.connection)
    await sender.start()
    loop = IngestLoop(
        Membership(
            job="ingest",
            connection=world.connection,
            group=world.group,
            topics=world.topics.contexts,
            session_timeout_seconds=3,
        ),
        store,
        dead_letters=DeadLetterDesk(sender, world.topics, max_per_minute=100, health=health),
        health=health,
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(loop.run())
            try:
                yield
            finally:
                loop.stop()
    finally:
        await sender.stop()


async def test_rows_come_before_offsets_and_bad_records_go_aside(
    world: Any, eventually: Eventually
) -> None:
    rows = Rows(failures=2)
    topic = world.topics.conversation_message
    await world.put(topic, "a", "poison", "b")
    async with _running(world, rows, StreamHealth(("ingest",))):
        await eventually(lambda: rows.kept == ["a", "b"])
        await asyncio.sleep(0.3)
        assert await world.committed(world.group, topic) == 3
    letters = await world.read(world.topics.dlq(topic))
    assert [letter.value for letter in letters] == [b"poison"]


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_every_compression_that_kafka_knows_is_read(
    world: Any, eventually: Eventually, codec: str
) -> None:
    rows = Rows()
    async with AIOKafkaProducer(
        **world.connection.client_kwargs(), compression_type=codec
    ) as producer:
        await producer.send_and_wait(world.topics.conversation_message, b"a" * 1000)
    async with _running(world, rows, StreamHealth(("ingest",))):
        await eventually(lambda: rows.kept == ["a" * 1000])


async def test_a_record_without_key_and_value_goes_aside(
    world: Any, eventually: Eventually
) -> None:
    topic = world.topics.conversation_message
    sender = KafkaSender(world.connection)
    await sender.start()
    await sender.send([OutputRecord(topic=topic, key=None, value=None)])
    await sender.stop()
    await world.put(topic, "after")
    rows = Rows()
    async with _running(world, rows, StreamHealth(("ingest",))):
        await eventually(lambda: rows.kept == ["after"])
    (letter,) = await world.read(world.topics.dlq(topic))
    assert (letter.key, letter.value) == (None, None)


async def test_a_rebalance_in_the_middle_of_a_batch_writes_its_letters_once(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumer.stream.ingest_loop.HANDOVER_SECONDS", 30)

    class Slow(Rows):
        go_on, asked = asyncio.Event(), asyncio.Event()

        async def __call__(self, records: Sequence[SourceRecord]) -> Sequence[Fault]:
            self.asked.set()
            await self.go_on.wait()
            return await super().__call__(records)

    first, second = Slow(), Rows()
    topic = world.topics.conversation_message
    await world.put(topic, "a", "poison")
    async with _running(world, first, StreamHealth(("ingest",))):
        await first.asked.wait()
        async with _running(world, second, StreamHealth(("ingest",))):
            await asyncio.sleep(2.5)  # the first learns of the second by a heartbeat, each second
            first.go_on.set()
            await world.until_members(world.group, 2)
            await world.put(topic, "b")
            await world.until_committed(world.group, topic, 3)
    assert sorted(first.kept + second.kept) == ["a", "b"]
    letters = await world.read(world.topics.dlq(topic))
    assert [letter.value for letter in letters] == [b"poison"]


async def test_a_coordinator_that_does_not_know_the_group_sets_nothing_back(
    world: Any, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = world.topics.conversation_message
    await world.put(topic, "a", "poison", "b")
    await world.commit(world.group, topic, 2, "")
    refusals = 2
    told = AIOKafkaAdminClient.list_consumer_group_offsets

    # What aiokafka makes of a coordinator's refusal, in its consumer and in its admin client: see
    # `test_brokers`.
    async def nothing(*_: object) -> dict[TopicPartition, object]:
        return {}

    async def refused(*arguments: Any, **named: Any) -> Any:
        nonlocal refusals
        refusals -= 1
        return {} if refusals >= 0 else await told(*arguments, **named)

    monkeypatch.setattr(GroupCoordinator, "_do_fetch_commit_offsets", nothing)
    monkeypatch.setattr(AIOKafkaAdminClient, "list_consumer_group_offsets", refused)
    rows = Rows()
    async with _running(world, rows, StreamHealth(("ingest",))):
        await eventually(lambda: rows.kept == ["b"])
        await world.until_committed(world.group, topic, 3)
    assert refusals < 0
    assert await world.read(world.topics.dlq(topic)) == []


async def test_a_store_that_refuses_moves_no_offset_and_shows_as_not_ready(
    world: Any, eventually: Eventually
) -> None:
    rows, health = Rows(failures=1_000), StreamHealth(("ingest",))
    topic = world.topics.artefact_submitted
    await world.put(topic, "a")
    async with _running(world, rows, health):
        await eventually(lambda: rows.failures < 999)
        assert not health.ready
    assert await world.committed(world.group, topic) == -1


async def test_the_barrier_opens_when_ingestion_has_read_what_stood_there(
    world: Any, eventually: Eventually
) -> None:
    await world.put(world.topics.objective_rolled_up, "a", "b")
    barrier = IngestBarrier(world.connection, group=world.group, topics=world.topics.contexts)
    await barrier.start()
    try:
        ends = await barrier.snapshot()
        assert sum(ends.values()) == 2
        assert not await barrier.passed(ends)
        rows = Rows()
        async with _running(world, rows, StreamHealth(("ingest",))):
            await eventually(lambda: len(rows.kept) == 2)
            async with asyncio.timeout(10):
                while not await barrier.passed(ends):  # noqa: ASYNC110  # Kafka sets no event
                    await asyncio.sleep(0.1)
    finally:
        await barrier.stop()


@asynccontextmanager
async def _transactions(world: Any) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**world.connection.client_kwargs(), transactional_id=world.group)
    await producer.start()
    yield producer
    await producer.stop()


async def _until_passed(barrier: IngestBarrier, ends: dict[Any, int]) -> None:
    async with asyncio.timeout(20):
        while not await barrier.passed(ends):  # noqa: ASYNC110  # Kafka sets no event
            await asyncio.sleep(0.1)


async def test_a_log_that_ends_in_markers_holds_no_barrier(
    world: Any, eventually: Eventually
) -> None:
    aborted, committed = world.topics.artefact_submitted, world.topics.conversation_message
    barrier = IngestBarrier(world.connection, group=world.group, topics=world.topics.contexts)
    await barrier.start()
    rows = Rows()
    try:
        async with _transactions(world) as producer:
            await producer.begin_transaction()
            await producer.send_and_wait(aborted, b"never", key=b"k")
            await producer.abort_transaction()
            ends = await barrier.snapshot()
            async with _running(world, rows, StreamHealth(("ingest",))):
                # Nothing but markers and what was aborted, then a record with a marker behind it.
                await _until_passed(barrier, ends)
                async with producer.transaction():
                    await producer.send_and_wait(committed, b"a", key=b"k")
                await _until_passed(barrier, await barrier.snapshot())
                # And markers alone, behind a position that is committed already.
                await producer.begin_transaction()
                await producer.send_and_wait(committed, b"never", key=b"k")
                await producer.abort_transaction()
                await _until_passed(barrier, await barrier.snapshot())
    finally:
        await barrier.stop()
    assert rows.kept == ["a"]


async def test_a_group_that_was_set_back_is_put_right(
    world: Any, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumer.stream.ingest_loop.REPEAT_SECONDS", 0.5)
    topic = world.topics.conversation_message
    await world.put(topic, "a", "b", "c")
    rows = Rows()
    async with _running(world, rows, StreamHealth(("ingest",))), _transactions(world) as zombie:
        await eventually(lambda: len(rows.kept) == 3)
        async with zombie.transaction():
            await zombie.send_offsets_to_transaction({TopicPartition(topic, 0): 1}, world.group)
        async with asyncio.timeout(20):
            while await world.committed(world.group, topic) != 3:  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.1)
    assert rows.kept == ["a", "b", "c"]
