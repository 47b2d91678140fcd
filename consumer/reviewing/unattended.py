"""Unattended: requests that nobody waits for any more, with an owner until they have ended.

Cancelling an SDK's call can take as long as its clean-up likes. A review must not wait for that,
and a task without an owner must not be.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog

PATIENCE_SECONDS: Final = 5.0

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Unattended:
    """Owns such tasks; `close` is due once, after the last use."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    async def within(self, seconds: float, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` returns, and wait for it no longer than that.

        Raises:
            TimeoutError: it took longer, or ended itself by a cancellation that was not ours.
        """
        task = asyncio.create_task(work)
        try:
            await asyncio.wait({task}, timeout=max(0.0, seconds))
        except asyncio.CancelledError:
            self.leave(task)
            raise
        if not task.done():
            self.leave(task)
            raise TimeoutError
        if task.cancelled():
            raise TimeoutError
        return task.result()

    def leave(self, task: asyncio.Task[Any]) -> None:
        """Cancel a task and let it end in its own time."""
        task.cancel()
        self.keep(task)

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Let a task go on to its end; whatever it returns or raises is dropped."""
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def close(self, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Cancel what is left and wait for it, that long at most.

        A connection that such a request still opens after its client was closed is closed by
        nobody: the wait is long enough for a busy machine, and what outlasts it is told.
        """
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            _, pending = await asyncio.wait(tuple(self._tasks), timeout=patience_seconds)
            if pending:
                _log.warning("requests_left_behind", requests=len(pending))

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not report it as forgotten
