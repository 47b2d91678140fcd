"""A clock that a busy machine does not move: what is waited for has passed at once."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _VirtualSelector(selectors.DefaultSelector):
    """Waits for nobody: where nothing is ready, the time of the wait has passed at once."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0 if timeout else timeout)
        if timeout and not events:
            self.now += timeout
        return events


class _VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock moves only where there is nothing to do before the next timer."""

    def __init__(self) -> None:
        self._virtual = _VirtualSelector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now

    def run_in_executor(  # type: ignore[override]  # looser types than there
        self, executor: Any, work: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Do it here and now: of a thread's work the clock would know nothing."""
        ended = self.create_future()
        ended.set_result(work(*args))
        return ended


def virtually(story: Coroutine[Any, Any, T]) -> T:
    """Run a story on a clock of its own, which a busy machine does not move."""
    with asyncio.Runner(loop_factory=_VirtualLoop) as runner:
        return runner.run(story)
