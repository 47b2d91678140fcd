"""The database behind the store: transactions that read or write, and foreign errors translated."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from consumer.context.errors import StoreUnavailableError
from consumer.context.failures import store_error
from gateway.database import WRITES, migrate

MIGRATIONS: Final = Path(__file__).parent / "migrations"


class Database:
    """One engine, alike on SQLite and PostgreSQL. What builds on it adds one table's methods.

    Every method raises StoreUnavailableError where the same call may work in a moment, and
    StoreError where it will not.
    """

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

    async def ping(self) -> None:
        """Ask whether the database is there and takes what is written."""
        is_postgresql = self._engine.dialect.name == "postgresql"
        asked = text("SHOW transaction_read_only" if is_postgresql else "SELECT 1")
        async with self._reading() as connection:
            is_read_only = await connection.scalar(asked) == "on"
        if is_read_only:
            # What is open may lead to a server that is no longer the first: all is opened anew.
            await self._engine.dispose()
            raise StoreUnavailableError("the database is read-only: is it a standby?")

    async def scrub(self) -> None:
        """Have SQLite take deleted text out of its write-ahead log, too, as far as nobody reads it.

        PostgreSQL does so by itself, when it vacuums and reuses its log.
        """
        if self._engine.dialect.name == "sqlite":
            async with self._translated(), self._engine.connect() as connection:
                driver: Any = (await connection.get_raw_connection()).driver_connection
                await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Let go of every connection."""
        await self._engine.dispose()

    async def _keep(self, connection: AsyncConnection, table: Table, rows: Any) -> None:
        """Insert a row or several; those that are there already stay as they are."""
        await connection.execute(self._insert(table).on_conflict_do_nothing(), rows)

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
        except (SQLAlchemyError, OSError) as error:
            # Not as its cause: PostgreSQL's detail repeats the row, and causes are logged.
            raise store_error(error) from None
