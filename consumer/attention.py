"""What happens to runs besides their records: to be reviewed again, or erased."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from consumer.context.completeness import is_met
from consumer.context.late_context import LateRun, LateWatch
from consumer.context.records import milliseconds
from consumer.context.store import Run, Store
from consumer.stream.completion import Revisit
from consumer.stream.ports import Erased
from producer.reviews import tombstone_record
from producer.sender import Sender
from schemas.topics import Topics

# So many runs of each sort are looked at in a round; the next ones come with their revisions.
AT_ONCE: Final = 500


class RunAttention:
    """Asks the store what is due, and buries reviews of erased runs."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        topics: Topics,
        *,
        late_context_hours: float,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._sender = sender
        self._topics = topics
        self._late_context = timedelta(hours=late_context_hours)
        self._clock = clock
        self._watch = LateWatch()

    async def due_revisits(self, partitions: Collection[int]) -> Sequence[Revisit]:
        """Return runs of these input partitions that are to be reviewed again.

        Those that someone asked for come first. A run that something came for stays due until a
        revision of it is published, or it is found that nothing changed.
        """
        if not partitions:
            return ()
        wanted = await self._store.wanted_runs(limit=AT_ONCE, partitions=partitions)
        due = [_revisit(run, "redo") for run in wanted]
        asked_for = {revisit.run_id for revisit in due}
        late = await self._due_late_runs(partitions)
        due += [_revisit(run, "late_context") for run in late if _id(run) not in asked_for]
        return due

    async def _due_late_runs(self, partitions: Collection[int]) -> list[Run]:
        now = self._clock()
        runs = await self._store.late_runs(
            published_since_ms=milliseconds(now - self._late_context),
            limit=AT_ONCE,
            partitions=partitions,
        )
        seen = [
            LateRun(
                run_id=_id(run),
                revision=run.revision,
                changes=run.changes,
                whole=run.status == "partial" and await self._is_whole(run),
            )
            for run in runs
        ]
        due = self._watch.due(seen, now_seconds=asyncio.get_running_loop().time())
        return [run for run in runs if _id(run) in due]

    async def _is_whole(self, run: Run) -> bool:
        counts = await self._store.count_sound(run.trigger)
        return is_met(
            run.trigger.expected,
            objective=counts.objective,
            message=counts.message,
            artefact=counts.artefact,
        )

    async def erased_runs(self, run_ids: Collection[str]) -> Collection[str]:
        """Return which of these runs were erased."""
        return await self._store.erased_runs(run_ids) if run_ids else ()

    async def bury(self, erased: Erased) -> None:
        """Write the tombstones of (run_id, user_id).

        Raises:
            SendFailedError: not acknowledged; try again.
        """
        now = self._clock()
        await self._sender.send(
            [
                tombstone_record(run_id, user_id, self._topics, at=now, traceparent=None)
                for run_id, user_id in erased
            ]
        )


def _revisit(run: Run, reason: Literal["redo", "late_context"]) -> Revisit:
    return Revisit(run_id=_id(run), partition=run.partition, reason=reason)


def _id(run: Run) -> str:
    return run.trigger.run_id
