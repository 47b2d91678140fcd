"""Notice that the process stood still: frozen, swapped out, or blocked by a long piece of work.

Whoever stood still for longer than its session lost its partitions and was not told yet. What it
would do next (ask a model again whose answer timed out meanwhile, say) may be another's by now.
"""

import asyncio
from collections.abc import Callable
from typing import Final

LOOK_SECONDS: Final = 0.25


class StandstillWatch:
    """Calls `on_standstill` with the seconds of every standstill of more than `limit_seconds`.

    It is called by a timer that was due before any other that fell due since, so before whatever
    those would set off.
    """

    def __init__(self, limit_seconds: float, on_standstill: Callable[[float], None]) -> None:
        self._limit_seconds = limit_seconds
        self._on_standstill = on_standstill
        self._looked_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        self._again()

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _again(self) -> None:
        loop = asyncio.get_running_loop()
        self._looked_at = loop.time()
        self._timer = loop.call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        stood_still = asyncio.get_running_loop().time() - self._looked_at
        self._again()
        if stood_still > self._limit_seconds:
            self._on_standstill(stood_still)
