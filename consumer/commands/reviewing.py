"""Recorded runs, reviewed without Kafka: a few at a time, told in their order."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from consumer.commands.progress import progress_bar
from consumer.context.resolve import Resolved
from consumer.errors import DebriefError
from consumer.review_arc import ReviewOptions, review_arc
from consumer.reviewing.ports import NoJournal
from consumer.settings import Settings
from consumer.wiring import utc_now
from consumer.wiring_calls import reviewing_by
from schemas.errors import SchemaError
from schemas.review import ReviewReady

AT_ONCE: Final = 8

# The run's place among the runs, its review or why there is none, and the seconds that it took.
OnEnd = Callable[[int, ReviewReady | Exception, float], None]


async def review_runs(
    settings: Settings, runs: Sequence[Resolved], options: ReviewOptions, *, on_end: OnEnd
) -> None:
    """Review every run and tell each one's end, in the order of the runs."""
    slots = asyncio.Semaphore(AT_ONCE)
    async with reviewing_by(settings, journal=NoJournal()) as reviewing:

        async def one(resolved: Resolved) -> tuple[ReviewReady | Exception, float]:
            async with slots:
                began = time.perf_counter()
                result: ReviewReady | Exception
                try:
                    result = await review_arc(
                        resolved,
                        reviewing=reviewing,
                        options=options,
                        revision=1,
                        clock=utc_now,
                        on_progress=lambda _done, _total: None,
                    )
                except (DebriefError, SchemaError) as error:
                    result = error
                return result, time.perf_counter() - began

        with progress_bar("reviewing", total=len(runs)) as advance:
            tasks = [asyncio.create_task(one(run)) for run in runs]
            for place, task in enumerate(tasks):
                result, seconds = await task
                advance(1)
                on_end(place, result, seconds)
