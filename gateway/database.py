"""The gateway's database: engines that behave alike on SQLite and PostgreSQL, and migrations.

Writing transactions are marked with the execution option `writes=True`: on SQLite they begin
IMMEDIATE, so that several processes of one machine take turns instead of failing half-way.
"""

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

import aiosqlite
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from gateway.database_address import async_address

MIGRATIONS = Path(__file__).parent / "migrations"
WRITES = {"writes": True}
BUSY_TIMEOUT_MS = 30_000
BUSY_PAUSE_SECONDS = 0.02
# A process that is frozen in the middle of a transaction holds its locks no longer than this.
IDLE_IN_TRANSACTION_MS = 60_000
# An arbitrary number of our own, shared by all gateways that start on one PostgreSQL database.
_MIGRATION_LOCK = 0x6465627269656667


def open_engine(database_url: str) -> AsyncEngine:
    """Return an engine for an SQLite or PostgreSQL address; nothing is connected yet.

    Raises:
        ArgumentError: the address is of no database we know.
    """
    # The values of a statement are learner text, and its errors are logged.
    engine = create_async_engine(
        async_address(database_url), pool_pre_ping=True, hide_parameters=True
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "do_connect", _open_by_ours)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    else:
        event.listen(engine.sync_engine, "connect", _prepare_postgresql)
    return engine


class NewerTablesError(SQLAlchemyError):
    """The tables are of a version that this program does not know."""


async def migrate(engine: AsyncEngine, *, location: Path = MIGRATIONS) -> None:
    """Bring the tables of the Alembic folder `location` up to date; safe with several at once.

    Raises:
        NewerTablesError: they are newer than this program.
    """
    async with engine.execution_options(**WRITES).begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK}
            )
        await connection.run_sync(_upgrade, location)


def brief(error: BaseException) -> str:
    """Return one line about a failure, without the values that the statement held."""
    # SQLAlchemy's own text repeats the statement with its values; PostgreSQL's DETAIL, on a line
    # of its own, repeats the row. Both hold learner text.
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(cause).splitlines()
    return f"{type(cause).__name__}: {lines[0] if lines else ''}"


def _upgrade(connection: Connection, location: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(location).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise NewerTablesError(f"a newer Debrief made the tables, run that one: {error}") from error


def _open_by_ours(_dialect: object, _record: object, _cargs: object, cparams: Any) -> None:
    cparams["async_creator_fn"] = _open_sqlite


async def _open_sqlite(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """Open a file; where that fails, wait for the driver's thread.

    It answers the event loop once more, and would find it closed where the failure ends us.
    """
    connection = aiosqlite.connect(*arguments, **options)
    thread = connection._thread  # noqa: SLF001  # SQLAlchemy's own creator makes it a daemon, too
    thread.daemon = True
    try:
        return await connection
    except BaseException:
        await asyncio.to_thread(thread.join)
        raise


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's driver would otherwise decide by itself when a transaction begins.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA synchronous = NORMAL")
    # What is deleted is written over: erased text must not lie on in free pages.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()
    connection.run_async(_write_ahead)


def _prepare_postgresql(connection: Any, _record: object) -> None:
    # Said by a statement, because poolers in between refuse what they do not know at the start.
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION_MS}")
    cursor.close()
    connection.commit()


async def _write_ahead(connection: Any) -> None:
    """Switch the file to its write-ahead log, once; whoever opens it later finds it so.

    The switch wants the file for itself, and SQLite refuses it at once instead of waiting
    (`sqlite3_busy_handler`: "might deadlock"), so that the waiting is done here.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            if await _pragma(connection, "journal_mode") != "wal":
                await _pragma(connection, "journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            await asyncio.sleep(BUSY_PAUSE_SECONDS)
        else:
            return


async def _pragma(connection: Any, name: str) -> str:
    async with connection.execute(f"PRAGMA {name}") as cursor:
        (value,) = await cursor.fetchone()
        return str(value)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
