"""The store on both databases: a fresh SQLite file or a fresh PostgreSQL database a test."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from consumer.context.store import Store, open_store
from consumer.publication import Publication
from producer.transactions import ProducerEpoch
from schemas.review import Status

Make = Callable[..., Any]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    address = request.getfixturevalue("postgres_database")
    assert isinstance(address, str)
    return address


@pytest.fixture
async def store(database_url: str, sqlite_threads: None) -> AsyncIterator[Store]:
    opened = open_store(database_url)
    await opened.prepare()
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_threads() -> AsyncIterator[None]:
    """Wait for aiosqlite's threads, once every store that a test opened is closed."""
    yield
    await sqlite_threads_end()


async def sqlite_threads_end() -> None:
    """Wait for aiosqlite's threads: one whose connection never opened ends by itself, later."""
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)


@pytest.fixture
async def closing(sqlite_threads: None) -> AsyncIterator[Callable[[Store], Store]]:
    """Return a function that has a store closed when the test ends."""
    opened: list[Store] = []

    def later(store: Store) -> Store:
        opened.append(store)
        return store

    yield later
    for store in opened:
        await store.close()


@pytest.fixture
def publish(store: Store) -> Callable[..., Awaitable[None]]:
    """Return how a revision gets published: prepared and settled, as the stream does it."""

    async def publish(
        run_id: str = "run-1",
        *,
        revision: int = 1,
        status: Status = "complete",
        at_ms: int = 1_000,
        changes: int | None = None,
        arc_digest: str = "",
        asked_for: bool = True,
    ) -> None:
        run = await store.run(run_id)
        owner = ProducerEpoch(producer_id=1, epoch=1)
        seen = 0 if run is None else run.changes
        one = Publication(
            run_id=run_id,
            user_id="learner-1",
            revision=revision,
            status=status,
            published_at_ms=at_ms,
            reviewed_changes=seen if changes is None else changes,
            arc_digest=arc_digest,
            asked_for=asked_for,
        )
        await store.prepare_publications("tx", partition=0, owner=owner, publications=[one])
        await store.settle_publications("tx", partition=0, owner=owner)

    return publish
