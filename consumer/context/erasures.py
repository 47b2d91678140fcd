"""Erasure: everything about a user goes, and what is read again of them stays away.

An erasure is written down in a transaction of its own before anything is deleted, and whoever adds
something looks for erasures after that is committed. So of two at the same time at least one sees
the other, on any database, and nothing is left over.
"""

import hashlib
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from consumer.context.database import Database
from consumer.context.tables import (
    CALL_JOURNAL,
    CONTEXT_RECORDS,
    RUN_ERASURES,
    RUN_REFERENCES,
    RUNS,
    SPENDING,
    USER_ERASURES,
)
from gateway.membership import is_among

_NEVER_MS: Final = -(2**63)


class Erasures(Database):
    """Erases users."""

    async def erase_user(self, user_id: str, *, erased_at_ms: int) -> tuple[str, ...]:
        """Delete all that the user wrote up to `erased_at_ms`, and name their runs.

        Called again it names the same runs, so that an interrupted erasure can be finished. What
        others wrote into those runs goes too; a record of this user in another's run goes without
        that run being named.
        """
        digest = _digest(user_id)
        row = {"user_digest": digest, "erased_at_ms": erased_at_ms}
        insert = self._insert(USER_ERASURES).values(row)
        later = insert.on_conflict_do_update(
            index_elements=["user_digest"],
            set_={"erased_at_ms": erased_at_ms},
            where=USER_ERASURES.c.erased_at_ms < erased_at_ms,
        )
        async with self._writing() as connection:
            await connection.execute(later)
        async with self._writing() as connection:
            await self._note_runs(connection, user_id, erased_at_ms=erased_at_ms)
            await _delete(connection, user_id, erased_at_ms=erased_at_ms)
            # A run that was triggered anew since then is another story, and stays.
            anew = select(RUNS.c.run_id).where(
                RUNS.c.run_id == RUN_ERASURES.c.run_id, RUNS.c.occurred_at_ms > erased_at_ms
            )
            named = select(RUN_ERASURES.c.run_id).where(
                RUN_ERASURES.c.user_digest == digest, ~anew.exists()
            )
            found = await connection.execute(named.order_by(RUN_ERASURES.c.run_id))
            run_ids = tuple(found.scalars())
        await self.scrub()
        return run_ids

    async def erased_runs(self, run_ids: Collection[str]) -> frozenset[str]:
        """Return which of these runs went with their user, and were not triggered anew since.

        An erasure shows here as soon as it is written down, before anything is deleted.
        """
        # First what is there: a run that is deleted after this look stands below, where it is
        # written down in the same transaction.
        there = select(RUNS.c.run_id, RUNS.c.user_id, RUNS.c.occurred_at_ms).where(
            is_among(RUNS.c.run_id, run_ids)
        )
        gone = select(RUN_ERASURES.c.run_id).where(is_among(RUN_ERASURES.c.run_id, run_ids))
        async with self._reading() as connection:
            rows = (await connection.execute(there)).all()
        erased_at = await self._erased({row.user_id for row in rows})
        alive = {
            row.run_id for row in rows if row.occurred_at_ms > erased_at.get(row.user_id, _NEVER_MS)
        }
        going = {row.run_id for row in rows} - alive
        async with self._reading() as connection:
            forgotten = set((await connection.execute(gone)).scalars())
        return frozenset(going | (forgotten - alive))

    async def _erased(self, user_ids: Collection[str]) -> Mapping[str, int]:
        """Return when each of these users was erased (ms), leaving out those who were not."""
        users = {_digest(user_id): user_id for user_id in user_ids}
        query = select(USER_ERASURES).where(is_among(USER_ERASURES.c.user_digest, users))
        async with self._reading() as connection:
            found = await connection.execute(query)
            return {users[row.user_digest]: row.erased_at_ms for row in found}

    async def _note_runs(
        self, connection: AsyncConnection, user_id: str, *, erased_at_ms: int
    ) -> None:
        query = select(RUNS.c.run_id).where(
            RUNS.c.user_id == user_id, RUNS.c.occurred_at_ms <= erased_at_ms
        )
        run_ids = (await connection.execute(query)).scalars()
        rows = [{"run_id": run_id, "user_digest": _digest(user_id)} for run_id in run_ids]
        if rows:
            # A run id may have been somebody else's before: it is named with its last user.
            insert = self._insert(RUN_ERASURES)
            await connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["run_id"], set_={"user_digest": insert.excluded.user_digest}
                ),
                rows,
            )


async def _delete(connection: AsyncConnection, user_id: str, *, erased_at_ms: int) -> None:
    own_runs = select(RUNS.c.run_id).where(
        RUNS.c.user_id == user_id, RUNS.c.occurred_at_ms <= erased_at_ms
    )
    written = and_(
        CONTEXT_RECORDS.c.user_id == user_id, CONTEXT_RECORDS.c.occurred_at_ms <= erased_at_ms
    )
    await connection.execute(
        delete(CONTEXT_RECORDS).where(or_(written, CONTEXT_RECORDS.c.run_id.in_(own_runs)))
    )
    of_own_runs = and_(SPENDING.c.kind == "run", SPENDING.c.name.in_(own_runs))
    await connection.execute(delete(SPENDING).where(of_own_runs))
    # The runs go last: they are what the others are found by.
    for table in (CALL_JOURNAL, RUN_REFERENCES, RUNS):
        await connection.execute(delete(table).where(table.c.run_id.in_(own_runs)))


def _digest(user_id: str) -> str:
    return hashlib.sha256(user_id.encode()).hexdigest()
