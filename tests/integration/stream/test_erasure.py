"""Erasure through a real Kafka and a real store, with crashes in between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka.errors import KafkaError

from consumer.commands.erase import _erase
from consumer.context.erasing import Erasing
from consumer.context.ingest import Ingest
from consumer.context.store import Store, open_store
from consumer.settings import KafkaSettings, load_settings
from consumer.stream.client import Membership
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.health import StreamHealth
from consumer.stream.ingest_loop import IngestLoop
from producer.errors import SendFailedError
from producer.records import OutputRecord
from producer.reviews import review_record
from producer.sender import KafkaSender
from schemas.events import ConversationMessage, ScenarioCompleted, UserErased
from schemas.review import ReviewReady
from tests.arcs import START, message, trigger

pytestmark = pytest.mark.kafka

Eventually = Callable[[Callable[[], bool]], Awaitable[None]]
REVIEW_FILE = Path(__file__).resolve().parents[2] / "data" / "review.json"


class CrashingSender:
    """Writes as many of the first batches as told, and dies before they are acknowledged."""

    def __init__(self, inner: KafkaSender, *, crashes: int) -> None:
        self._inner = inner
        self.crashes = crashes

    async def send(self, records: Sequence[OutputRecord]) -> None:
        if self.crashes:
            self.crashes -= 1
            await self._inner.send(records[:1])
            raise SendFailedError("gone half-way")
        await self._inner.send(records)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    await opened.prepare()
    yield opened
    await opened.close()


@asynccontextmanager
async def _ingesting(world: Any, store: Store, *, crashes: int = 0) -> AsyncIterator[None]:
    health = StreamHealth(("ingest",))
    sender = KafkaSender(world.connection)
    await sender.start()
    crashing = CrashingSender(sender, crashes=crashes)
    erasing = Erasing(store, crashing, world.topics, now_ms=lambda: 2**53)
    loop = IngestLoop(
        Membership(
            job="ingest",
            connection=world.connection,
            group=world.group,
            topics=(*world.topics.contexts, world.topics.user_erased),
        ),
        Ingest(store, world.topics, erasing=erasing).handle,
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


def _ended(run_id: str, *, at: datetime = START) -> ScenarioCompleted:
    return trigger(event_id=uuid4(), run_id=run_id, occurred_at=at, personas=())


def _said(run_id: str, *, at: datetime) -> ConversationMessage:
    return message(event_id=uuid4(), run_id=run_id, occurred_at=at, text="what a person said")


def _settings(world: Any) -> KafkaSettings:
    prefix = world.topics.scenario_completed.removesuffix("scenario.completed")
    bootstrap = world.connection.bootstrap_servers
    return load_settings(
        KafkaSettings,
        overrides={"kafka_bootstrap_servers": bootstrap, "topic_prefix": prefix},
    )


async def _until_done(world: Any, **counts: int) -> None:
    """Wait until the group has read so many records of each topic (by its name in `Topics`)."""
    wanted = {getattr(world.topics, name): count for name, count in counts.items()}
    async with asyncio.timeout(30):
        for topic, count in wanted.items():
            while await _committed(world, topic) < count:  # noqa: ASYNC110  # Kafka sets no event
                await asyncio.sleep(0.1)


async def _committed(world: Any, topic: str) -> int:
    try:
        return int(await world.committed(world.group, topic))
    except KafkaError:  # a new broker has no coordinator at first
        return -1


async def _reviews(world: Any) -> dict[bytes, bytes | None]:
    """Return what a reader of the compacted topic ends up with."""
    records = await world.read(world.topics.review_ready)
    return {record.key: record.value for record in records}


async def _publish(world: Any, *run_ids: str) -> None:
    review = ReviewReady.model_validate_json(REVIEW_FILE.read_text(encoding="utf-8"))
    sender = KafkaSender(world.connection)
    await sender.start()
    for run_id in run_ids:
        own = review.model_copy(update={"run_id": run_id, "user_id": "learner-1"})
        await sender.send([review_record(own, world.topics, traceparent=None)])
    await sender.stop()


async def test_an_erasure_that_crashed_twice_is_finished(
    world: Any, store: Store, eventually: Eventually
) -> None:
    for run_id in ("run-1", "run-2"):
        await store.register(_ended(run_id), triggered_at_ms=1)
        await store.put(run_id, "arc", "h", "what a model said about a person")
    await _publish(world, "run-1", "run-2", "run-of-another")
    event = UserErased(event_id=uuid4(), occurred_at=datetime.now(UTC), user_id="learner-1")
    await _erase(_settings(world), event)
    async with _ingesting(world, store, crashes=2):
        await _until_done(world, user_erased=1)
    left = await _reviews(world)
    assert (left[b"run-1"], left[b"run-2"]) == (None, None)
    assert left[b"run-of-another"] is not None
    assert await store.run("run-1") is None
    assert await store.get("run-2", "arc", "h") is None
    (asked,) = await world.read(world.topics.user_erased)
    assert asked.key == b"learner-1"
    assert dict(asked.headers)["ce_type"] == b"debrief.user_erased.v1"


async def test_whoever_comes_back_starts_anew(
    world: Any, store: Store, eventually: Eventually
) -> None:
    await store.register(_ended("run-1"), triggered_at_ms=1)
    erased_at = START + timedelta(days=1)
    event = UserErased(event_id=UUID(int=9), occurred_at=erased_at, user_id="learner-1")
    await _erase(_settings(world), event)
    before = _said("run-9", at=erased_at - timedelta(seconds=1))
    after = _said("run-9", at=erased_at + timedelta(seconds=1))
    sender = KafkaSender(world.connection)
    await sender.start()
    for one in (before, after):
        record = OutputRecord(
            topic=world.topics.conversation_message,
            key=b"run-9",
            value=one.model_dump_json().encode(),
        )
        await sender.send([record])
    await sender.stop()
    for _ in range(2):  # the second time everything is read again by a new group
        async with _ingesting(world, store):
            await _until_done(world, user_erased=1, conversation_message=2)
        world.group += "-again"
        await store.register(_ended("run-2", at=erased_at + timedelta(days=1)), triggered_at_ms=1)
    kept = await store.records_of("run-9", "message")
    assert [one.event for one in kept] == [after]
    assert await store.run("run-2") is not None
    assert set(await _reviews(world)) == {b"run-1"}


async def test_what_asks_for_no_erasure_is_dead_lettered_and_the_next_is_done(
    world: Any, store: Store
) -> None:
    await store.register(_ended("run-1"), triggered_at_ms=1)
    await world.put(world.topics.user_erased, "nonsense")
    event = UserErased(event_id=uuid4(), occurred_at=datetime.now(UTC), user_id="learner-1")
    await _erase(_settings(world), event)
    async with _ingesting(world, store):
        await _until_done(world, user_erased=2)
    (letter,) = await world.read(world.topics.dlq(world.topics.user_erased))
    assert (letter.key, letter.value) == (b"nonsense", b"nonsense")
    assert await _reviews(world) == {b"run-1": None}
