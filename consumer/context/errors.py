"""The error tree of the store.

StoreError                    something is wrong with the store; the message says what
├── StoreUnavailableError     the database is away or busy; retry
├── RowRefusedError           the database is well and refuses these very values; give them up
└── UserErasedError           the event's user was erased after it was written; drop it
"""

from consumer.errors import DebriefError


class StoreError(DebriefError):
    """The store refused; no retry will help until someone looks."""


class StoreUnavailableError(StoreError):
    """The database is away or busy; the same call may work in a moment."""


class RowRefusedError(StoreError):
    """The database is well and refuses these very values; the same rows will never be taken."""


class UserErasedError(StoreError):
    """The event's user was erased after it was written: nothing of it may be kept or published."""
