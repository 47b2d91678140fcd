"""Erasing on request: the store first, then a tombstone for every review there may be.

Both are done before the request's offset moves, and both bear being done again: a crash in between
is finished when the request comes again. A review that is written at the same time, and committed
after its tombstone, is followed by another: whoever publishes it looks at `Store.erased_runs` then.
"""

from collections.abc import Callable
from typing import Protocol

import structlog

from consumer.context.records import milliseconds
from producer.reviews import tombstone_record
from producer.sender import Sender
from schemas.events import UserErased
from schemas.topics import Topics

_log = structlog.get_logger(__name__)


class ErasingStore(Protocol):
    """Where everything about a user is deleted."""

    async def erase_user(self, user_id: str, *, erased_at_ms: int) -> tuple[str, ...]:
        """Delete what the user wrote up to then and name their runs, the same ones every time."""


class Erasing:
    """Does what a `user.erased` asks for."""

    def __init__(
        self, store: ErasingStore, sender: Sender, topics: Topics, *, now_ms: Callable[[], int]
    ) -> None:
        self._store = store
        self._sender = sender
        self._topics = topics
        self._now_ms = now_ms

    async def erase(self, event: UserErased, *, traceparent: str | None) -> None:
        """Return once nothing of the user is left and every tombstone is acknowledged.

        Raises:
            StoreUnavailableError, SendFailedError: it is not finished; ask again.
        """
        # A clock ahead of ours must not erase what the user will do after they come back.
        erased_at_ms = min(milliseconds(event.occurred_at), self._now_ms())
        run_ids = await self._store.erase_user(event.user_id, erased_at_ms=erased_at_ms)
        await self._sender.send(
            [
                tombstone_record(
                    run_id,
                    event.user_id,
                    self._topics,
                    at=event.occurred_at,
                    traceparent=traceparent,
                )
                for run_id in run_ids
            ]
        )
        _log.info("user_erased", runs=len(run_ids))
