"""The store: contexts, runs and finished calls, on SQLite or PostgreSQL alike.

Every write is idempotent: what is there already stays as it is.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from consumer.context.errors import StoreError, StoreUnavailableError
from consumer.context.records import (
    MODEL_OF,
    ContextKind,
    ContextRecord,
    pack_headers,
    unpack_headers,
)
from consumer.context.tables import CALL_JOURNAL, CONTEXT_RECORDS, RUNS
from gateway.database import WRITES, migrate, open_engine
from producer.records import SourceRecord
from schemas.events import ScenarioCompleted
from schemas.review import Status

MIGRATIONS: Final = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A triggered run; `revision` 0: nothing is published yet."""

    trigger: ScenarioCompleted
    triggered_at_ms: int
    revision: int
    status: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCounts:
    """Distinct records of a run that are sound for its trigger."""

    objective: int = 0
    message: int = 0
    artefact: int = 0


class Store:
    """All of the consumer's tables behind one engine; build it with `open_store`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writes = engine.execution_options(**WRITES)
        self._insert: Any = (
            postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        )

    async def prepare(self) -> None:
        """Bring the tables up to date; several processes may do so at once."""
        async with self._translated():
            await migrate(self._engine, location=MIGRATIONS)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._engine.dispose()

    async def add(self, records: Sequence[ContextRecord]) -> None:
        """Keep the records in one transaction; those that are there already change nothing."""
        if not records:
            return
        rows = [_context_row(record) for record in records]
        async with self._writing() as connection:
            await connection.execute(self._insert(CONTEXT_RECORDS).on_conflict_do_nothing(), rows)

    async def records_of(self, run_id: str, kind: ContextKind) -> tuple[ContextRecord, ...]:
        """Return all of a run's records of one kind, sound or not, in no order."""
        query = select(CONTEXT_RECORDS).where(
            CONTEXT_RECORDS.c.run_id == run_id, CONTEXT_RECORDS.c.kind == kind
        )
        async with self._reading() as connection:
            return tuple(_context_record(row) for row in await connection.execute(query))

    async def count_sound(self, trigger: ScenarioCompleted) -> SoundCounts:
        """Count the distinct records whose user, stage and persona the trigger names."""
        columns = CONTEXT_RECORDS.c
        personas = [persona.persona_id for persona in trigger.personas]
        distinct = (
            select(columns.kind, columns.entity_id, columns.revision)
            .where(
                columns.run_id == trigger.run_id,
                columns.user_id == trigger.user_id,
                columns.stage_id.in_([stage.stage_id for stage in trigger.stages]),
                or_(columns.persona_id.is_(None), columns.persona_id.in_(personas)),
            )
            .distinct()
            .subquery()
        )
        query = select(distinct.c.kind, func.count()).group_by(distinct.c.kind)
        async with self._reading() as connection:
            found = {row[0]: row[1] for row in await connection.execute(query)}
        return SoundCounts(**found)

    async def mark_dead_lettered(self, records: Sequence[ContextRecord]) -> None:
        """Remember that these records' dead letters are written."""
        async with self._writing() as connection:
            for record in records:
                await connection.execute(
                    update(CONTEXT_RECORDS)
                    .where(
                        CONTEXT_RECORDS.c.run_id == record.event.run_id,
                        CONTEXT_RECORDS.c.kind == record.kind,
                        CONTEXT_RECORDS.c.digest == record.digest,
                    )
                    .values(dead_lettered=True)
                )

    async def register(self, trigger: ScenarioCompleted, *, triggered_at_ms: int) -> Run:
        """Keep the run's first trigger and return the run; a later trigger changes nothing."""
        row = {
            "run_id": trigger.run_id,
            "user_id": trigger.user_id,
            "trigger": trigger.model_dump_json(),
            "record_timestamp_ms": triggered_at_ms,
            "revision": 0,
        }
        query = select(RUNS).where(RUNS.c.run_id == trigger.run_id)
        async with self._writing() as connection:
            await connection.execute(self._insert(RUNS).values(row).on_conflict_do_nothing())
            found = (await connection.execute(query)).one()
        return Run(
            trigger=ScenarioCompleted.model_validate_json(found.trigger),
            triggered_at_ms=found.record_timestamp_ms,
            revision=found.revision,
            status=found.status,
        )

    async def mark_published(
        self, run_id: str, *, revision: int, status: Status, published_at_ms: int
    ) -> None:
        """Remember that this revision of the run's review is on the topic."""
        async with self._writing() as connection:
            await connection.execute(
                update(RUNS)
                .where(RUNS.c.run_id == run_id, RUNS.c.revision < revision)
                .values(revision=revision, status=status, published_at_ms=published_at_ms)
            )

    async def get(self, *, run_id: str, call: str, prompt_hash: str) -> str | None:
        """Return what a finished call of this very prompt answered, None where none did."""
        query = select(CALL_JOURNAL.c.outcome).where(*_is_call(run_id, call, prompt_hash))
        async with self._reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def put(self, *, run_id: str, call: str, prompt_hash: str, outcome: str) -> None:
        """Keep what a call answered; the first answer stands."""
        row = {"run_id": run_id, "call": call, "prompt_hash": prompt_hash, "outcome": outcome}
        async with self._writing() as connection:
            await connection.execute(
                self._insert(CALL_JOURNAL).values(row).on_conflict_do_nothing()
            )

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        async with self._translated(), self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._translated(), self._writes.begin() as connection:
            yield connection

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError, OSError) as error:
            raise StoreUnavailableError(f"the database is away or busy: {_brief(error)}") from error
        except DBAPIError as error:
            kind = StoreUnavailableError if error.connection_invalidated else StoreError
            raise kind(f"the database refused: {_brief(error)}") from error
        except SQLAlchemyError as error:
            raise StoreError(f"the store failed: {_brief(error)}") from error


def open_store(database_url: str) -> Store:
    """Return a store on an async SQLAlchemy address; nothing is connected yet.

    Raises:
        StoreError: the address is none that SQLAlchemy understands.
    """
    try:
        return Store(open_engine(database_url))
    except SQLAlchemyError as error:
        raise StoreError(f"DEBRIEF_DATABASE_URL: {_brief(error)}") from error


def _brief(error: BaseException) -> str:
    # SQLAlchemy's own text repeats the statement with its values, which hold learner text.
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(cause).__name__}: {str(cause).splitlines()[0] if str(cause) else ''}"


def _is_call(run_id: str, call: str, prompt_hash: str) -> tuple[Any, ...]:
    return (
        CALL_JOURNAL.c.run_id == run_id,
        CALL_JOURNAL.c.call == call,
        CALL_JOURNAL.c.prompt_hash == prompt_hash,
    )


def _context_row(record: ContextRecord) -> dict[str, Any]:
    entity_id, revision = record.entity
    source = record.record
    return {
        "run_id": record.event.run_id,
        "kind": record.kind,
        "digest": record.digest,
        "user_id": record.event.user_id,
        "entity_id": entity_id,
        "revision": revision,
        "stage_id": record.event.stage_id,
        "persona_id": getattr(record.event, "persona_id", None),
        "event": record.event.model_dump_json(),
        "record_topic": source.topic,
        "record_partition": source.partition,
        "record_offset": source.offset,
        "record_timestamp_ms": source.timestamp_ms,
        "record_key": source.key,
        "record_value": source.value,
        "record_headers": pack_headers(source.headers),
        "dead_lettered": record.dead_lettered,
    }


def _context_record(row: Row[Any]) -> ContextRecord:
    kind: ContextKind = row.kind
    return ContextRecord(
        event=MODEL_OF[kind].model_validate_json(row.event),
        record=SourceRecord(
            topic=row.record_topic,
            partition=row.record_partition,
            offset=row.record_offset,
            key=row.record_key,
            value=row.record_value,
            headers=unpack_headers(row.record_headers),
            timestamp_ms=row.record_timestamp_ms,
        ),
        dead_lettered=row.dead_lettered,
    )
