"""The reviews as a table: what the topic says, for whoever asks later.

The topic is the truth and the table its copy: each batch of records is applied in one transaction
together with the offset it ends at, and a record below that offset is never applied again. So any
number of gateways may share the table, each reading the whole topic.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.database import WRITES, migrate
from gateway.membership import is_among
from gateway.tables import ERASED_RUNS, FEED_POSITIONS, REVIEWS

# Longer than any lag between partitions: see `ERASED_RUNS`.
ERASURES_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReview:
    """One review as read from the topic; `review` is its JSON text."""

    run_id: str
    user_id: str
    review_id: str
    revision: int
    created_at_ms: int
    event_id: str
    partition: int
    offset: int
    timestamp_ms: int = 0
    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """A tombstone: nothing of this run may stay."""

    run_id: str
    offset: int
    timestamp_ms: int


Change = StoredReview | Erased


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What was read of one partition: changes by offset, and the offset to read next."""

    topic_id: UUID
    partition: int
    changes: tuple[Change, ...]
    next_offset: int


class ReviewStore:
    """Reviews by user, and how far each partition was read."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writes = engine.execution_options(**WRITES)
        self._insert: Any = (
            postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        )

    async def open(self) -> None:
        """Bring the tables up to date and forget old tombstones; safe with several at once.

        Raises:
            SQLAlchemyError, OSError: the database is away, or not ours to write.
        """
        try:
            await migrate(self._engine)
            before = time.time() - ERASURES_KEPT.total_seconds()
            await self.prune_erased(before_ms=int(before * 1000))
        except BaseException:
            await self._engine.dispose()
            raise

    async def positions(self, topic_id: UUID) -> Mapping[int, int]:
        """Return the next offset to read of each partition read so far."""
        query = select(FEED_POSITIONS.c.record_partition, FEED_POSITIONS.c.next_offset).where(
            FEED_POSITIONS.c.topic_id == str(topic_id)
        )
        async with self._engine.connect() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}

    async def rewind(self, topic_id: UUID, partition: int) -> None:
        """Forget how far a partition was read: it has been made anew."""
        async with self._writes.begin() as connection:
            await connection.execute(
                delete(FEED_POSITIONS).where(*_partition_is(topic_id, partition))
            )

    async def apply(self, batch: Batch) -> None:
        """Apply what no gateway on this table has applied yet, and move the position."""
        async with self._writes.begin() as connection:
            done = await self._lock_position(connection, batch)
            if batch.next_offset <= done:
                return
            changes = [change for change in batch.changes if change.offset >= done]
            await self._apply_changes(connection, batch.topic_id, changes)
            await connection.execute(
                update(FEED_POSITIONS)
                .where(*_partition_is(batch.topic_id, batch.partition))
                .values(next_offset=batch.next_offset)
            )

    async def page(
        self, user_id: str, *, limit: int, before: tuple[int, str] | None
    ) -> tuple[StoredReview, ...]:
        """Return the user's reviews, newest first, after the (created_at_ms, run_id) `before`."""
        query = select(REVIEWS).where(REVIEWS.c.user_id == user_id)
        if before is not None:
            created_at_ms, run_id = before
            query = query.where(
                or_(
                    REVIEWS.c.created_at_ms < created_at_ms,
                    and_(REVIEWS.c.created_at_ms == created_at_ms, REVIEWS.c.run_id < run_id),
                )
            )
        newest_first = (REVIEWS.c.created_at_ms.desc(), REVIEWS.c.run_id.desc())
        return await self._read(query.order_by(*newest_first).limit(limit))

    async def get(self, user_id: str, run_id: str) -> StoredReview | None:
        """Return the latest revision of this user's run, None where there is none."""
        query = select(REVIEWS).where(REVIEWS.c.user_id == user_id, REVIEWS.c.run_id == run_id)
        found = await self._read(query)
        return found[0] if found else None

    async def since(
        self, user_id: str, *, topic_id: UUID, partition: int, offset: int, limit: int
    ) -> tuple[StoredReview, ...]:
        """Return the user's reviews that lie after this offset of the partition, in order."""
        query = (
            select(REVIEWS)
            .where(
                REVIEWS.c.user_id == user_id,
                REVIEWS.c.topic_id == str(topic_id),
                REVIEWS.c.record_partition == partition,
                REVIEWS.c.record_offset > offset,
            )
            .order_by(REVIEWS.c.record_offset)
            .limit(limit)
        )
        return await self._read(query)

    async def prune_erased(self, *, before_ms: int) -> None:
        """Forget the tombstones read before this time (ms since the epoch)."""
        async with self._writes.begin() as connection:
            await connection.execute(
                delete(ERASED_RUNS).where(ERASED_RUNS.c.erased_at_ms < before_ms)
            )

    async def _lock_position(self, connection: AsyncConnection, batch: Batch) -> int:
        row = {"topic_id": str(batch.topic_id), "record_partition": batch.partition}
        await connection.execute(
            self._insert(FEED_POSITIONS).values(**row, next_offset=0).on_conflict_do_nothing()
        )
        found = await connection.execute(
            select(FEED_POSITIONS.c.next_offset)
            .where(*_partition_is(batch.topic_id, batch.partition))
            .with_for_update()
        )
        return int(found.scalar_one())

    async def _apply_changes(
        self, connection: AsyncConnection, topic_id: UUID, changes: Sequence[Change]
    ) -> None:
        erased = {c.run_id: c for c in changes if isinstance(c, Erased)}
        if erased:
            await connection.execute(delete(REVIEWS).where(is_among(REVIEWS.c.run_id, erased)))
            await connection.execute(self._erasures(), [_erased_row(e) for e in erased.values()])
        put = _standing(changes)
        if put:
            gone = await self._erased_at(connection, list(put))
            rows = [
                _review_row(review, topic_id)
                for run_id, review in put.items()
                if review.timestamp_ms >= gone.get(run_id, 0)
            ]
            if rows:
                await connection.execute(self._upsert(), rows)

    async def _erased_at(
        self, connection: AsyncConnection, run_ids: Sequence[str]
    ) -> Mapping[str, int]:
        query = select(ERASED_RUNS).where(is_among(ERASED_RUNS.c.run_id, run_ids))
        return {row.run_id: row.erased_at_ms for row in await connection.execute(query)}

    def _upsert(self) -> Any:
        insert = self._insert(REVIEWS)
        new = insert.excluded
        return insert.on_conflict_do_update(
            index_elements=["run_id"],
            set_={c.name: new[c.name] for c in REVIEWS.columns if not c.primary_key},
            where=or_(new.revision >= REVIEWS.c.revision, new.topic_id != REVIEWS.c.topic_id),
        )

    def _erasures(self) -> Any:
        insert = self._insert(ERASED_RUNS)
        latest = insert.excluded.erased_at_ms
        return insert.on_conflict_do_update(
            index_elements=["run_id"],
            set_={"erased_at_ms": latest},
            where=latest > ERASED_RUNS.c.erased_at_ms,
        )

    async def _read(self, query: Select[Any]) -> tuple[StoredReview, ...]:
        async with self._engine.connect() as connection:
            return tuple(_stored(row) for row in await connection.execute(query))

    async def count(self) -> int:
        """Return how many reviews there are."""
        async with self._engine.connect() as connection:
            found = await connection.execute(select(func.count()).select_from(REVIEWS))
            return int(found.scalar_one())


def _standing(changes: Sequence[Change]) -> dict[str, StoredReview]:
    """Return, of each run, the review that stands after all changes in their order."""
    standing: dict[str, StoredReview] = {}
    for change in changes:
        if isinstance(change, Erased):
            standing.pop(change.run_id, None)
        elif (kept := standing.get(change.run_id)) is None or change.revision >= kept.revision:
            standing[change.run_id] = change
    return standing


def _partition_is(topic_id: UUID, partition: int) -> tuple[Any, Any]:
    return (
        FEED_POSITIONS.c.topic_id == str(topic_id),
        FEED_POSITIONS.c.record_partition == partition,
    )


def _erased_row(erased: Erased) -> dict[str, object]:
    return {"run_id": erased.run_id, "erased_at_ms": erased.timestamp_ms}


def _review_row(review: StoredReview, topic_id: UUID) -> dict[str, object]:
    return {
        "run_id": review.run_id,
        "user_id": review.user_id,
        "review_id": review.review_id,
        "revision": review.revision,
        "created_at_ms": review.created_at_ms,
        "event_id": review.event_id,
        "topic_id": str(topic_id),
        "record_partition": review.partition,
        "record_offset": review.offset,
        "review": review.review,
    }


def _stored(row: Any) -> StoredReview:
    return StoredReview(
        run_id=row.run_id,
        user_id=row.user_id,
        review_id=row.review_id,
        revision=row.revision,
        created_at_ms=row.created_at_ms,
        event_id=row.event_id,
        partition=row.record_partition,
        offset=row.record_offset,
        review=row.review,
    )
