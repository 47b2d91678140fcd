"""Runs that are to be reviewed again: because something came late, or someone asked for it.

Both stand in the row of the run, so that whoever owns its input partition finds them, and both are
settled by the revision itself: once it is published nothing is due any more, and not before.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, select, update

from consumer.context.runs import Run, Runs, run_of
from consumer.context.tables import CALL_JOURNAL, IS_LATE, IS_WANTED, RUNS


class Revisits(Runs):
    """Keeps what is to be reviewed again."""

    async def late_runs(
        self, *, published_since_ms: int, limit: int, partitions: Collection[int] | None = None
    ) -> tuple[Run, ...]:
        """Return reviewed runs that something came for after they were gathered, oldest first.

        What came may have changed nothing (a duplicate, an unsound record): compare the digest of
        the arc with `arc_digest`, and call `mark_checked` where it is the same. `partitions` are
        those of the triggers, None: all.
        """
        return await self._runs_where(
            IS_LATE,
            RUNS.c.published_at_ms >= published_since_ms,
            limit=limit,
            partitions=partitions,
        )

    async def wanted_runs(
        self, *, limit: int, partitions: Collection[int] | None = None
    ) -> tuple[Run, ...]:
        """Return reviewed runs of which someone asked for a new revision, oldest first."""
        return await self._runs_where(IS_WANTED, limit=limit, partitions=partitions)

    async def want_revision(self, run_id: str) -> Run | None:
        """Ask for a new revision of a published run, and return the run as it is then.

        The models are asked anew for it: what is kept of their answers goes. Asking again before
        it is published changes nothing. A review that began before it was asked for is not it:
        once such a one is published, the next is wanted. None where the run is not known; where
        nothing of it is published yet, its `wanted_revision` stays 0.
        """
        is_new = (RUNS.c.run_id == run_id, RUNS.c.revision > 0, ~IS_WANTED)
        async with self._writing() as connection:
            asked = await connection.execute(
                update(RUNS).where(*is_new).values(wanted_revision=RUNS.c.revision + 1)
            )
            if asked.rowcount == 1:
                await connection.execute(
                    delete(CALL_JOURNAL).where(CALL_JOURNAL.c.run_id == run_id)
                )
        return await self.run(run_id)

    async def give_up_revisit(self, run: Run) -> None:
        """Let a run rest whose review cannot be written, as far as it was read: nothing is due.

        What comes later, or is asked for later, makes it due again.
        """
        is_this = (
            RUNS.c.run_id == run.trigger.run_id,
            RUNS.c.revision == run.revision,
            RUNS.c.wanted_revision == run.wanted_revision,
        )
        async with self._writing() as connection:
            await connection.execute(update(RUNS).where(*is_this).values(wanted_revision=0))
        await self.mark_checked(run)

    async def mark_checked(self, run: Run) -> None:
        """Remember that what came for the run, as far as `run` was read, changed nothing."""
        async with self._writing() as connection:
            await connection.execute(
                update(RUNS)
                .where(RUNS.c.run_id == run.trigger.run_id, RUNS.c.reviewed_changes < run.changes)
                .values(reviewed_changes=run.changes)
            )

    async def _runs_where(
        self, *conditions: ColumnElement[bool], limit: int, partitions: Collection[int] | None
    ) -> tuple[Run, ...]:
        query = select(RUNS).where(RUNS.c.revision > 0, *conditions)
        if partitions is not None:
            query = query.where(RUNS.c.input_partition.in_(sorted(partitions)))
        query = query.order_by(RUNS.c.published_at_ms, RUNS.c.run_id).limit(limit)
        async with self._reading() as connection:
            return tuple(run_of(row) for row in await connection.execute(query))
