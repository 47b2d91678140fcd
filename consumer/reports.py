"""Reports: progress told from inside a call that cannot await, in the order it was told."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Self


class Reports:
    """Sends them while the block runs, and all that are left before it ends."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Coroutine[Any, Any, None] | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def add(self, report: Coroutine[Any, Any, None]) -> None:
        """Send this one after those before it."""
        self._queue.put_nowait(report)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._queue.put_nowait(None)
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while (report := await self._queue.get()) is not None:
            await report
