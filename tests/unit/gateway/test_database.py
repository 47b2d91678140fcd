"""Opening an SQLite file that others open at the same moment."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from gateway import database
from gateway.database import open_engine


class Contended:
    """A real connection whose first switches of the journal are refused, as they are in a race."""

    def __init__(self, connection: aiosqlite.Connection, *, refusals: int, code: int) -> None:
        self._connection = connection
        self._code = code
        self.refusals = refusals

    def execute(self, sql: str) -> Any:
        if "WAL" in sql and self.refusals:
            self.refusals -= 1
            error = sqlite3.OperationalError("refused")
            error.sqlite_errorcode = self._code
            raise error
        return self._connection.execute(sql)


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[aiosqlite.Connection]:
    async with aiosqlite.connect(tmp_path / "store.sqlite3") as opened:
        yield opened


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY])
async def test_a_refused_switch_to_the_write_ahead_log_is_tried_again(
    connection: aiosqlite.Connection, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_PAUSE_SECONDS", 0)
    contended = Contended(connection, refusals=3, code=code)
    await database._write_ahead(contended)
    assert contended.refusals == 0
    assert await database._pragma(connection, "journal_mode") == "wal"


async def test_another_fault_of_the_file_is_told_at_once(connection: aiosqlite.Connection) -> None:
    contended = Contended(connection, refusals=2, code=sqlite3.SQLITE_READONLY)
    with pytest.raises(sqlite3.OperationalError):
        await database._write_ahead(contended)
    assert contended.refusals == 1


async def test_a_file_that_is_switched_already_is_left_alone(
    connection: aiosqlite.Connection,
) -> None:
    await database._write_ahead(connection)
    contended = Contended(connection, refusals=1, code=sqlite3.SQLITE_BUSY)
    await database._write_ahead(contended)
    assert contended.refusals == 1


async def test_every_connection_of_an_engine_is_prepared(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    async with engine.connect() as opened:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 1)):
            found = await opened.exec_driver_sql(f"PRAGMA {pragma}")
            assert found.scalar_one() == value
    await engine.dispose()
