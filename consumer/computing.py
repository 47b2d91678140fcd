"""Computing: pure work in one thread beside the event loop, the earliest deadline first.

Python computes in one thread at a time, so more threads would only make the loop wait longer for
its turn: for the brokers' heartbeats, and for the next request to a model. First come, first
served, what two hundred reviews begin with would stand before the end of the first one. asyncio's
own threads stay free for what blocks, such as the look-up of a host's name.
"""

import asyncio
import itertools
import queue
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(order=True, slots=True)
class _Job:
    until: float
    number: int
    work: Callable[[], Any] = field(compare=False)
    ended: Future[Any] = field(compare=False, default_factory=Future)

    def run(self) -> None:
        if not self.ended.set_running_or_notify_cancel():
            return  # nobody waits for it any more
        try:
            result = self.work()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self.ended.set_exception(error)
        else:
            self.ended.set_result(result)


class Computing:
    """One thread and what waits for it; it serves any event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="computing")
        self._waiting: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._numbers = itertools.count()

    async def run(self, until: float, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `work` returns or raise what it raises; `until` is its place in the queue."""
        called = partial(copy_context().run, work, *args, **kwargs)
        job = _Job(until, next(self._numbers), called)
        self._waiting.put(job)
        # One turn for each job that waits; a turn goes to whichever is the most urgent by then.
        self._thread.submit(self._take_turn)
        result: T = await asyncio.wrap_future(job.ended)
        return result

    def _take_turn(self) -> None:
        self._waiting.get_nowait().run()


_COMPUTING = Computing()
# The process's own: two of them would be two threads in each other's way.
computed = _COMPUTING.run
