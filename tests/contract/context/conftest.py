"""The store on both databases: a fresh SQLite file or a fresh PostgreSQL database a test."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from consumer.context.records import ContextRecord
from consumer.context.store import Store, open_store
from consumer.publication import Publication
from producer.records import SourceRecord
from producer.transactions import ProducerEpoch
from schemas.events import (
    ArtefactSubmitted,
    ContextEvent,
    ConversationMessage,
    ObjectiveRolledUp,
    ScenarioCompleted,
)
from schemas.review import Status

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
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


def _fields(number: int) -> dict[str, Any]:
    return {
        "event_id": UUID(int=number),
        "occurred_at": START + timedelta(minutes=number),
        "run_id": "run-1",
        "user_id": "learner-1",
        "stage_id": "s1",
    }


@pytest.fixture
def objective() -> Make:
    def make(number: int = 1, **changes: Any) -> ObjectiveRolledUp:
        fields = {"objective_id": f"o{number}", "title": "Plan", "attempts": 1, "hints": 0}
        return ObjectiveRolledUp(**(_fields(number) | fields | changes))

    return make


@pytest.fixture
def message() -> Make:
    def make(number: int = 1, **changes: Any) -> ConversationMessage:
        fields = {
            "message_id": f"m{number}",
            "persona_id": "p1",
            "sequence": number,
            "sender": "user",
            "sent_at": START,
            "text": "Zażółć gęślą jaźń 🙂",
        }
        return ConversationMessage(**(_fields(number) | fields | changes))

    return make


@pytest.fixture
def artefact() -> Make:
    def make(number: int = 1, **changes: Any) -> ArtefactSubmitted:
        fields = {
            "artefact_id": f"a{number}",
            "revision": 1,
            "kind": "note",
            "submitted_at": START,
            "text": "What I learnt.",
        }
        return ArtefactSubmitted(**(_fields(number) | fields | changes))

    return make


@pytest.fixture
def trigger() -> Make:
    def make(**changes: Any) -> ScenarioCompleted:
        fields = {
            "event_id": UUID(int=900),
            "occurred_at": START + timedelta(hours=2),
            "run_id": "run-1",
            "user_id": "learner-1",
            "scenario": {"scenario_id": "sc", "title": "Launch"},
            "stages": [{"stage_id": "s1", "title": "One"}, {"stage_id": "s2", "title": "Two"}],
            "personas": [{"persona_id": "p1", "name": "Ana", "role": "manager"}],
            "xp": {"expected_total": 10, "dimensions": [{"dimension_id": "d", "title": "D"}]},
            "started_at": START,
            "completed_at": START + timedelta(hours=2),
        }
        return ScenarioCompleted.model_validate(fields | changes)

    return make


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


@pytest.fixture
def kept() -> Make:
    """Return how an event becomes a record with awkward bytes around it."""

    def make(event: ContextEvent, *, offset: int = 7) -> ContextRecord:
        source = SourceRecord(
            topic="objective.rolled-up",
            partition=3,
            offset=offset,
            key=b"run-1\x00\xff",
            value=b"\xc3\x01\x00\xfe original bytes",
            headers=(("ce_id", b"\x00\xff"), ("ce_id", b""), ("weird\x00\udc80", b"x")),
            timestamp_ms=1_767_600_000_123,
        )
        return ContextRecord(event=event, record=source)

    return make
