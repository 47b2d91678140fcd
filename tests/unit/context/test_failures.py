"""Which failures pass by themselves."""

import sqlite3

import pytest
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
    TimeoutError,  # noqa: A004  # SQLAlchemy's own: no free connection
)

from consumer.context.errors import RowRefusedError, StoreUnavailableError
from consumer.context.failures import store_error


class PostgresFailure(Exception):  # noqa: N818  # as asyncpg's adapter shapes it
    def __init__(self, sqlstate: str | None, message: str = "no") -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


def _postgres(sqlstate: str | None, *, invalidated: bool = False) -> DBAPIError:
    return DBAPIError("SELECT", {}, PostgresFailure(sqlstate), connection_invalidated=invalidated)


def _sqlite(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("no")
    cause.sqlite_errorcode = code
    return OperationalError("SELECT", {}, cause)


def _complaint(cause: Exception | None) -> InterfaceError:
    failure = PostgresFailure(None)
    failure.__cause__ = cause
    return InterfaceError("SELECT", {}, failure)


@pytest.mark.parametrize(
    "error",
    [
        _postgres("40P01"),
        _postgres("40001"),
        _postgres("08006"),
        _postgres("53300"),
        _postgres("55P03"),
        _postgres("57P03"),
        _postgres("42P01", invalidated=True),
        _sqlite(sqlite3.SQLITE_BUSY),
        _sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT),
        _sqlite(sqlite3.SQLITE_LOCKED),
        _sqlite(sqlite3.SQLITE_FULL),
        _complaint(None),
        TimeoutError("no connection free"),
        ConnectionRefusedError("no"),
    ],
)
def test_these_may_work_in_a_moment(error: SQLAlchemyError | OSError) -> None:
    assert isinstance(store_error(error), StoreUnavailableError)


@pytest.mark.parametrize(
    "error",
    [
        _postgres("42P01"),
        _postgres("28P01"),
        _postgres("3D000"),
        _sqlite(sqlite3.SQLITE_ERROR),
        _sqlite(sqlite3.SQLITE_READONLY),
        _sqlite(sqlite3.SQLITE_CORRUPT),
        _sqlite(sqlite3.SQLITE_CANTOPEN),
        ArgumentError("no address"),
    ],
)
def test_these_want_someone_to_look(error: SQLAlchemyError | OSError) -> None:
    assert not isinstance(store_error(error), StoreUnavailableError | RowRefusedError)


@pytest.mark.parametrize(
    "error",
    [
        _postgres("22003"),
        _postgres("22P05"),
        _postgres("23505"),
        _postgres("54000"),
        _sqlite(sqlite3.SQLITE_CONSTRAINT_NOTNULL),
        _sqlite(sqlite3.SQLITE_TOOBIG),
        _complaint(ValueError("no number")),
        StatementError("no", "INSERT", {}, OverflowError("int too large")),
    ],
)
def test_these_are_of_the_row(error: SQLAlchemyError | OSError) -> None:
    assert isinstance(store_error(error), RowRefusedError)


def test_the_message_holds_neither_the_statement_nor_the_row() -> None:
    cause = PostgresFailure("23505", "duplicate key\nDETAIL: Key (text)=(my secret) exists.")
    error = DBAPIError("INSERT my secret", {"text": "my secret"}, cause)
    assert "secret" not in str(store_error(error))
    assert "duplicate key" in str(store_error(error))
