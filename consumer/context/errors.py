"""The error tree of the store.

StoreError                    something is wrong with the store; the message says what
└── StoreUnavailableError     the database is away or busy; retry
"""

from consumer.errors import DebriefError


class StoreError(DebriefError):
    """The store refused; no retry will help until someone looks."""


class StoreUnavailableError(StoreError):
    """The database is away or busy; the same call may work in a moment."""
