"""The gateway's tables on SQLite and on PostgreSQL."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from gateway.database import migrate, open_engine
from gateway.store import Batch, Change, Erased, ReviewStore, StoredReview

TOPIC = UUID(int=1)
ANEW = UUID(int=2)


def review(run_id: str, *, offset: int, revision: int = 1, user_id: str = "ada") -> StoredReview:
    return StoredReview(
        run_id=run_id,
        user_id=user_id,
        review_id="r",
        revision=revision,
        created_at_ms=1_000 + offset,
        event_id=f"e{offset}",
        partition=0,
        offset=offset,
        timestamp_ms=1_000 + offset,
        review=json.dumps({"revision": revision}),
    )


def batch(*changes: Change, next_offset: int, topic_id: UUID = TOPIC, partition: int = 0) -> Batch:
    return Batch(topic_id=topic_id, partition=partition, changes=changes, next_offset=next_offset)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    url = request.getfixturevalue("postgres_database")
    assert isinstance(url, str)
    return url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[ReviewStore]:
    engine = open_engine(database_url)
    await migrate(engine)
    yield ReviewStore(engine)
    await engine.dispose()


async def test_several_may_migrate_at_once(database_url: str) -> None:
    engines = [open_engine(database_url) for _ in range(4)]
    await asyncio.gather(*(migrate(engine) for engine in engines))
    assert await ReviewStore(engines[0]).count() == 0
    for engine in engines:
        await engine.dispose()


async def test_a_later_revision_replaces_and_an_earlier_one_does_not(store: ReviewStore) -> None:
    await store.apply(batch(review("run", offset=0, revision=2), next_offset=1))
    await store.apply(batch(review("run", offset=1, revision=1), next_offset=2))
    found = await store.get("ada", "run")
    assert found is not None
    assert found.revision == 2
    await store.apply(batch(review("run", offset=2, revision=3), next_offset=3))
    found = await store.get("ada", "run")
    assert found is not None
    assert (found.revision, found.offset) == (3, 2)


async def test_records_already_applied_do_not_bring_an_erased_review_back(
    store: ReviewStore,
) -> None:
    """A gateway that lags on a shared table must not undo what another has done."""
    first = review("run", offset=5)
    await store.apply(batch(first, next_offset=6))
    await store.apply(batch(Erased(run_id="run", offset=6, timestamp_ms=1_006), next_offset=7))
    await store.apply(batch(first, next_offset=6))
    assert await store.get("ada", "run") is None
    assert await store.positions(TOPIC) == {0: 7}


async def test_an_erasure_wins_over_an_older_review_read_later_from_another_partition(
    store: ReviewStore,
) -> None:
    erased = Erased(run_id="run", offset=0, timestamp_ms=9_000)
    await store.apply(batch(erased, next_offset=1, partition=1))
    await store.apply(batch(review("run", offset=3), next_offset=4))
    assert await store.get("ada", "run") is None


async def test_within_one_batch_the_order_of_the_topic_decides(store: ReviewStore) -> None:
    gone = Erased(run_id="a", offset=1, timestamp_ms=1_001)
    again = replace(review("b", offset=4), timestamp_ms=2_000)
    await store.apply(
        batch(
            review("a", offset=0),
            gone,
            review("b", offset=2),
            Erased(run_id="b", offset=3, timestamp_ms=1_003),
            again,
            next_offset=5,
        )
    )
    assert await store.get("ada", "a") is None
    found = await store.get("ada", "b")
    assert found is not None
    assert found.offset == 4


async def test_a_topic_made_anew_starts_over_and_replaces(store: ReviewStore) -> None:
    await store.apply(batch(review("run", offset=9, revision=4), next_offset=10))
    await store.apply(batch(review("run", offset=0, revision=1), next_offset=1, topic_id=ANEW))
    found = await store.get("ada", "run")
    assert found is not None
    assert found.revision == 1
    assert await store.positions(ANEW) == {0: 1}


async def test_what_came_since_is_ones_own_in_order_and_of_this_topic(store: ReviewStore) -> None:
    mine = [review(f"run-{offset}", offset=offset) for offset in (1, 3, 4)]
    theirs = review("theirs", offset=2, user_id="eve")
    await store.apply(batch(*sorted([*mine, theirs], key=lambda r: r.offset), next_offset=5))
    since = await store.since("ada", topic_id=TOPIC, partition=0, offset=1, limit=9)
    assert [found.run_id for found in since] == ["run-3", "run-4"]
    assert await store.since("ada", topic_id=ANEW, partition=0, offset=0, limit=9) == ()


async def test_old_tombstones_are_forgotten(store: ReviewStore) -> None:
    await store.apply(batch(Erased(run_id="run", offset=0, timestamp_ms=9_000), next_offset=1))
    await store.prune_erased(before_ms=9_001)
    await store.apply(batch(review("run", offset=3), next_offset=4))
    assert await store.get("ada", "run") is not None


async def test_several_gateways_at_once_leave_what_one_would(database_url: str) -> None:
    engines = [open_engine(database_url) for _ in range(3)]
    await asyncio.gather(*(migrate(engine) for engine in engines))

    async def follow(store: ReviewStore) -> None:
        for offset in range(20):
            await store.apply(
                batch(review(f"run-{offset % 7}", offset=offset), next_offset=offset + 1)
            )

    await asyncio.gather(*(follow(ReviewStore(engine)) for engine in engines))
    assert await ReviewStore(engines[0]).count() == 7
    assert await ReviewStore(engines[0]).positions(TOPIC) == {0: 20}
    for engine in engines:
        await engine.dispose()
