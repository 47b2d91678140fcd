"""`review.ready` into the store and the hub.

Reviews are applied to the store first and handed to connections after, so that a connection that
resumes sees each review in the one place or in the other.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from gateway import frames
from gateway.hub import Hub
from gateway.metrics import Metrics
from gateway.position import Position
from gateway.reading import (
    MAX_RECORDS,
    POLL_MS,
    RETRY_SECONDS,
    open_consumer,
    report_unreadable,
    resolver_for,
)
from gateway.records import Unreadable, read_review
from gateway.store import Batch, Erased, ReviewStore
from gateway.topic_identity import topic_id_of
from producer.connection import KafkaConnection
from producer.disconnecting import stop_consumer
from producer.partitioning import partition_of
from schemas.topics import Topics
from schemas.wire import WriterSchemas

_log = structlog.get_logger()

IDENTITY_CHECK_SECONDS = 10.0
CLOSE_RESTART = 1012


@dataclass(slots=True)
class _Reading:
    """How far the reading of `review.ready` has got."""

    topic_id: UUID | None = None
    next_offsets: dict[int, int] = field(default_factory=dict)
    goals: dict[int, int] = field(default_factory=dict)
    assigned: frozenset[TopicPartition] = frozenset()
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)


class ReviewFeed:
    """Reads the reviews, from where the store's copy of them ends."""

    def __init__(
        self,
        *,
        connection: KafkaConnection,
        topics: Topics,
        store: ReviewStore,
        hub: Hub,
        metrics: Metrics,
        writers: WriterSchemas | None = None,
    ) -> None:
        self._connection = connection
        self._topics = topics
        self._store = store
        self._hub = hub
        self._metrics = metrics
        self._writers = writers
        self._state = _Reading()
        self._consumer: AIOKafkaConsumer | None = None
        self._brokers_answer = False

    @property
    def connected(self) -> bool:
        """Tell whether the brokers answered when they were asked last, seconds ago."""
        return self._brokers_answer

    @property
    def ready(self) -> bool:
        """Tell whether all that stood in the topic at the start has been read."""
        return self._state.caught_up.is_set()

    async def wait_until_ready(self) -> None:
        """Return once it has."""
        while not self.ready:
            # The state is a new one after the topic was made anew, so its event may be too.
            await self._state.caught_up.wait()

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
        if self._consumer is None:
            return False
        tp = TopicPartition(self._topics.review_ready, position.partition)
        try:
            ends = await self._consumer.end_offsets([tp])
        except (KafkaError, ValueError):
            return False
        return position.offset < int(ends[tp])

    async def read(self) -> None:
        """Read until the topic is made anew; raises whatever is away, to be called again.

        Raises:
            KafkaError, SQLAlchemyError, OSError: the brokers or the database are away.
        """
        consumer = open_consumer(
            self._connection, self._topics.review_ready, auto_offset_reset="earliest"
        )
        try:
            await consumer.start()
            self._consumer = consumer
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
            self._brokers_answer = False
            self._consumer = None
            await stop_consumer(consumer)

    async def _begin(self, consumer: AIOKafkaConsumer) -> None:
        topic = self._topics.review_ready
        while (topic_id := await topic_id_of(consumer, topic)) is None:
            _log.warning("topic_missing", topic=topic, advice="run `debrief topics create`")
            await asyncio.sleep(RETRY_SECONDS)
        if topic_id != self._state.topic_id:
            before, self._state = self._state, _Reading(topic_id=topic_id)
            before.caught_up.set()  # whoever waits on the old event looks at the new one
            for outbox in self._hub:  # what they wait for is counted in the old topic's offsets
                outbox.close(CLOSE_RESTART)
        self._brokers_answer = True
        self._state.assigned = frozenset()
        while not consumer.assignment():
            await consumer.getmany(timeout_ms=POLL_MS, max_records=1)
        await self._adopt_partitions(consumer)

    async def _adopt_partitions(self, consumer: AIOKafkaConsumer) -> None:
        """Start each partition where we are, else where the store says, else at its beginning.

        aiokafka forgets where it was in all partitions whenever one is added.
        """
        state = self._state
        assigned = consumer.assignment()
        if state.topic_id is None or assigned == state.assigned:
            return
        stored = await self._store.positions(state.topic_id)
        starts = await consumer.beginning_offsets(list(assigned))
        ends = await consumer.end_offsets(list(assigned))
        for tp in assigned:
            start = state.next_offsets.get(tp.partition, stored.get(tp.partition, 0))
            if start > ends[tp]:
                _log.warning("feed_rewound", partition=tp.partition, stored=start, end=ends[tp])
                await self._store.rewind(state.topic_id, tp.partition)
                start = 0
            start = max(start, starts[tp])
            consumer.seek(tp, start)
            state.next_offsets[tp.partition] = start
            state.goals.setdefault(tp.partition, ends[tp])
        state.assigned = assigned

    async def _take_reviews(self, partition: int, records: list[ConsumerRecord]) -> None:
        state = self._state
        if not records or state.topic_id is None or partition not in state.next_offsets:
            return
        known = state.next_offsets[partition]
        resolver = await resolver_for(self._writers, records)
        read = [read_review(record, resolver) for record in records if record.offset >= known]
        changes = tuple(change for change in read if not isinstance(change, Unreadable))
        report_unreadable((c for c in read if isinstance(c, Unreadable)), self._metrics)
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
                self._hub.review(change.user_id, frames.review(state.topic_id, change))
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
        if state.goals and not self.ready and _reached(state.next_offsets, state.goals):
            state.caught_up.set()
            _log.info("feed_caught_up", partitions=len(state.goals))

    async def _was_recreated(self, consumer: AIOKafkaConsumer) -> bool:
        found = await topic_id_of(consumer, self._topics.review_ready)
        # A topic that was taken away cannot be told from brokers that are: both are not well.
        self._brokers_answer = found is not None
        recreated = found is not None and found != self._state.topic_id
        if recreated:
            _log.warning("topic_recreated", topic=self._topics.review_ready)
        return recreated


def _reached(offsets: Mapping[int, int], goals: Mapping[int, int]) -> bool:
    return all(offsets.get(partition, 0) >= goal for partition, goal in goals.items())
