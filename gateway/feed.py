"""`review.ready` and `review.progress` into the store and the hub.

Every gateway reads all partitions, in no consumer group: whoever a user's connection happens to
be with has the user's events. Reviews are applied to the store first and handed to connections
after, so that a connection that resumes sees each review in the one place or in the other.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from gateway import frames
from gateway.hub import Frame, Hub
from gateway.metrics import Metrics
from gateway.position import Position
from gateway.records import Unreadable, read_progress, read_review
from gateway.store import Batch, Erased, ReviewStore, StoredReview
from gateway.topic_identity import topic_id_of
from producer.connection import KafkaConnection
from producer.partitioning import partition_of
from schemas.topics import Topics

_log = structlog.get_logger()

POLL_MS = 500
MAX_RECORDS = 500
RETRY_SECONDS = 1.0
IDENTITY_CHECK_SECONDS = 10.0
OVER_PHASES = frozenset({"ready", "failed"})


class FeedState(Protocol):
    """What connections ask of the feed."""

    @property
    def ready(self) -> bool:
        """Tell whether all that stood in the topic at the start has been read."""

    @property
    def alive(self) -> bool:
        """Tell whether the feed is at work: reading, or waiting for what is away."""

    def position_of(self, user_id: str) -> Position:
        """Return where the user's events have been read up to."""

    async def holds(self, position: Position) -> bool:
        """Tell whether the topic goes as far as this position."""


@dataclass(slots=True)
class _Progress:
    """How far the reading of `review.ready` has got."""

    topic_id: UUID | None = None
    next_offsets: dict[int, int] = field(default_factory=dict)
    goals: dict[int, int] = field(default_factory=dict)
    adopted: set[int] = field(default_factory=set)
    caught_up: bool = False


class Feed:
    """Reads both topics until stopped; a broker or a database that is away is waited for."""

    def __init__(
        self,
        *,
        connection: KafkaConnection,
        topics: Topics,
        store: ReviewStore,
        hub: Hub,
        metrics: Metrics,
    ) -> None:
        self._connection = connection
        self._topics = topics
        self._store = store
        self._hub = hub
        self._metrics = metrics
        self._state = _Progress()
        self._reviews: AIOKafkaConsumer | None = None
        self._alive = False

    @property
    def ready(self) -> bool:
        """Tell whether all that stood in the topic at the start has been read."""
        return self._state.caught_up

    @property
    def alive(self) -> bool:
        """Tell whether the feed is at work: reading, or waiting for what is away."""
        return self._alive

    def position_of(self, user_id: str) -> Position:
        """Return where the user's events have been read up to; only when `ready`."""
        state = self._state
        if state.topic_id is None:
            raise RuntimeError("the feed has not started")
        partition = partition_of(user_id, len(state.next_offsets))
        return Position(
            topic_id=state.topic_id,
            partition=partition,
            offset=state.next_offsets[partition] - 1,
        )

    async def holds(self, position: Position) -> bool:
        """Tell whether the topic goes as far as this position, asking Kafka where we do not."""
        state = self._state
        if position.offset < state.next_offsets.get(position.partition, 0):
            return True
        if self._reviews is None:
            return False
        tp = TopicPartition(self._topics.review_ready, position.partition)
        try:
            ends = await self._reviews.end_offsets([tp])
        except (KafkaError, ValueError):
            return False
        return position.offset < int(ends[tp])

    async def run(self) -> None:
        """Read both topics until cancelled."""
        self._alive = True
        try:
            await self._run()
        finally:
            self._alive = False

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._forever("reviews", self._read_reviews))
            tasks.create_task(self._forever("progress", self._read_progress))

    async def _forever(self, what: str, read: "_Reader") -> None:
        while True:
            try:
                await read()
            except (KafkaError, SQLAlchemyError, OSError) as error:
                _log.warning("feed_interrupted", feed=what, error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    def _consumer(self, topic: str, *, reset: str) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            topic,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset=reset,
            isolation_level="read_committed",
            metadata_max_age_ms=30_000,
            **self._connection.client_kwargs(),
        )

    async def _read_reviews(self) -> None:
        consumer = self._consumer(self._topics.review_ready, reset="earliest")
        try:
            await consumer.start()
            self._reviews = consumer
            await self._begin(consumer)
            checked_at = time.monotonic()
            while True:
                await self._adopt_partitions(consumer)
                fetched = await consumer.getmany(timeout_ms=POLL_MS, max_records=MAX_RECORDS)
                for tp, records in fetched.items():
                    await self._take_reviews(tp.partition, records)
                await self._measure(consumer)
                if time.monotonic() - checked_at > IDENTITY_CHECK_SECONDS:
                    checked_at = time.monotonic()
                    if await self._was_recreated(consumer):
                        return  # begin again, with the new topic's id
        finally:
            self._reviews = None
            await consumer.stop()

    async def _begin(self, consumer: AIOKafkaConsumer) -> None:
        topic = self._topics.review_ready
        while (topic_id := await topic_id_of(consumer, topic)) is None:
            _log.warning("topic_missing", topic=topic, advice="run `debrief topics create`")
            await asyncio.sleep(RETRY_SECONDS)
        if topic_id != self._state.topic_id:
            self._state = _Progress(topic_id=topic_id)
        self._state.adopted.clear()
        while not consumer.assignment():
            await consumer.getmany(timeout_ms=POLL_MS, max_records=1)
        await self._adopt_partitions(consumer)

    async def _adopt_partitions(self, consumer: AIOKafkaConsumer) -> None:
        """Start each partition that is new to us where the store says, or at its beginning."""
        state = self._state
        topic_id = state.topic_id
        new = [tp for tp in consumer.assignment() if tp.partition not in state.adopted]
        if topic_id is None or not new:
            return
        stored = await self._store.positions(topic_id)
        starts = await consumer.beginning_offsets(new)
        ends = await consumer.end_offsets(new)
        for tp in new:
            start = state.next_offsets.get(tp.partition, stored.get(tp.partition, 0))
            if start > ends[tp]:
                # The broker lost what we had read (the topic was made anew, or truncated).
                _log.warning("feed_rewound", partition=tp.partition, stored=start, end=ends[tp])
                await self._store.rewind(topic_id, tp.partition)
                start = 0
            start = max(start, starts[tp])
            consumer.seek(tp, start)
            state.next_offsets[tp.partition] = start
            state.goals[tp.partition] = ends[tp]
            state.adopted.add(tp.partition)

    async def _take_reviews(self, partition: int, records: list[ConsumerRecord]) -> None:
        state = self._state
        if not records or state.topic_id is None or partition not in state.next_offsets:
            return
        known = state.next_offsets[partition]
        read = [read_review(record) for record in records if record.offset >= known]
        changes = tuple(change for change in read if not isinstance(change, Unreadable))
        self._report([change for change in read if isinstance(change, Unreadable)])
        next_offset = records[-1].offset + 1
        if next_offset <= known:
            return
        await self._apply(
            Batch(
                topic_id=state.topic_id,
                partition=partition,
                changes=changes,
                next_offset=next_offset,
            )
        )
        for change in changes:
            if isinstance(change, Erased):
                self._hub.forget_run(change.run_id)
            else:
                self._hub.review(change.user_id, live_frame(state.topic_id, change))
        state.next_offsets[partition] = next_offset

    async def _apply(self, batch: Batch) -> None:
        """Apply a batch however long the database is away: nothing may be skipped."""
        while True:
            try:
                return await self._store.apply(batch)
            except (SQLAlchemyError, OSError) as error:
                _log.warning("store_unavailable", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def _measure(self, consumer: AIOKafkaConsumer) -> None:
        """Move over what no reader sees (markers, aborted records), then see if we caught up."""
        state = self._state
        for tp in consumer.assignment():
            if tp.partition in state.next_offsets:
                position = await consumer.position(tp)
                known = state.next_offsets[tp.partition]
                state.next_offsets[tp.partition] = max(known, position)
        if not state.caught_up and state.goals:
            state.caught_up = _reached(state.next_offsets, state.goals)
            if state.caught_up:
                _log.info("feed_caught_up", partitions=len(state.goals))

    async def _was_recreated(self, consumer: AIOKafkaConsumer) -> bool:
        found = await topic_id_of(consumer, self._topics.review_ready)
        recreated = found is not None and found != self._state.topic_id
        if recreated:
            _log.warning("topic_recreated", topic=self._topics.review_ready)
        return recreated

    async def _read_progress(self) -> None:
        consumer = self._consumer(self._topics.review_progress, reset="latest")
        try:
            await consumer.start()
            while True:
                fetched = await consumer.getmany(timeout_ms=POLL_MS, max_records=MAX_RECORDS)
                for records in fetched.values():
                    self._take_progress(records)
        finally:
            await consumer.stop()

    def _take_progress(self, records: Iterable[ConsumerRecord]) -> None:
        for record in records:
            step = read_progress(record)
            if isinstance(step, Unreadable):
                self._report([step])
                continue
            frame = Frame(frames.progress(step), run_id=step.run_id)
            self._hub.progress(step.user_id, frame, over=step.phase in OVER_PHASES)

    def _report(self, unreadable: Iterable[Unreadable]) -> None:
        for record in unreadable:
            self._metrics.unreadable.inc()
            _log.error(
                "record_unreadable",
                partition=record.partition,
                offset=record.offset,
                kind=record.kind,
            )


class _Reader(Protocol):
    async def __call__(self) -> None: ...


def live_frame(topic_id: UUID, review: StoredReview, *, replayed: bool = False) -> Frame:
    """Return the frame that hands over a review."""
    position = Position(topic_id=topic_id, partition=review.partition, offset=review.offset)
    text = frames.review(
        position=position.encode(),
        event_id=review.event_id,
        replayed=replayed,
        review_json=review.review,
    )
    return Frame(text, review.partition, review.offset, review.run_id)


def _reached(offsets: Mapping[int, int], goals: Mapping[int, int]) -> bool:
    return all(offsets.get(partition, 0) >= goal for partition, goal in goals.items())
