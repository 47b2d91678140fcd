"""What a failure of the database means: retry, give these rows up, or look.

PostgreSQL tells by the class of its SQLSTATE (PostgreSQL manual, appendix A), SQLite by its
primary result code (sqlite.org/rescode.html); everything else by where it came from.
"""

import sqlite3
from typing import Final

from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, InterfaceError, SQLAlchemyError

from consumer.context.errors import RowRefusedError, StoreError, StoreUnavailableError
from gateway.database import brief

# Connection, read-only (a standby, or one that is full), idle too long in a transaction, rollback
# (deadlock, serialisation), resources, locks and states, operator, system.
_PASSING_SQLSTATES: Final = ("08", "25006", "25P03", "40", "53", "55", "57", "58")
_PASSING_SQLITE_CODES: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_PROTOCOL,
    }
)
# Data exception (a number out of range, a text that is none), integrity, program limit.
_ROW_SQLSTATES: Final = ("22", "23", "54")
_ROW_SQLITE_CODES: Final = frozenset(
    {
        sqlite3.SQLITE_CONSTRAINT,
        sqlite3.SQLITE_MISMATCH,
        sqlite3.SQLITE_RANGE,
        sqlite3.SQLITE_TOOBIG,
    }
)
_PRIMARY_CODE: Final = 0xFF


def store_error(error: SQLAlchemyError | OSError) -> StoreError:
    """Return the store's own error for a foreign one; its text holds no statement and no value."""
    if _passes(error):
        return StoreUnavailableError(f"the database is away or busy: {brief(error)}")
    kind = RowRefusedError if _is_of_the_row(error) else StoreError
    return kind(f"the database refused: {brief(error)}")


def _passes(error: SQLAlchemyError | OSError) -> bool:
    if isinstance(error, OSError | exc.TimeoutError):  # no connection, or none free in the pool
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_PASSING_SQLSTATES)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & _PRIMARY_CODE in _PASSING_SQLITE_CODES
    # asyncpg's own complaints: the connection is closed or busy, unless a value was at fault.
    return isinstance(error, InterfaceError) and not isinstance(
        getattr(error.orig, "__cause__", None), ValueError
    )


def _is_of_the_row(error: SQLAlchemyError | OSError) -> bool:
    if not isinstance(error, exc.StatementError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_ROW_SQLSTATES)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return code & _PRIMARY_CODE in _ROW_SQLITE_CODES
    # The drivers' own complaints about a value that they cannot write at all.
    causes = (error.orig, getattr(error.orig, "__cause__", None))
    return any(isinstance(cause, ValueError | OverflowError | TypeError) for cause in causes)
