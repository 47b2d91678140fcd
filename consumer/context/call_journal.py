"""The rows of `call_journal`: what every finished model call answered, so that it is paid once."""

from typing import Any

from sqlalchemy import delete, select

from consumer.context.erasures import Erasures
from consumer.context.errors import UserErasedError
from consumer.context.tables import CALL_JOURNAL


class CallJournal(Erasures):
    """Keeps finished calls by run, call and the hash of what was asked."""

    async def get(self, run_id: str, call: str, prompt_hash: str) -> str | None:
        """Return what a finished call of this very prompt answered, None where none did."""
        query = select(CALL_JOURNAL.c.outcome).where(*_is_call(run_id, call, prompt_hash))
        async with self._reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none()

    async def put(self, run_id: str, call: str, prompt_hash: str, outcome: str) -> None:
        """Keep what a call answered; the first answer stands.

        Raises:
            UserErasedError: the run went with its user meanwhile; nothing was kept.
        """
        row = {"run_id": run_id, "call": call, "prompt_hash": prompt_hash, "outcome": outcome}
        async with self._writing() as connection:
            await self._keep(connection, CALL_JOURNAL, [row])
        # After the row is committed: an erasure at the same time either deletes it or is seen here.
        if await self.erased_runs([run_id]):
            async with self._writing() as connection:
                await connection.execute(
                    delete(CALL_JOURNAL).where(CALL_JOURNAL.c.run_id == run_id)
                )
            raise UserErasedError("the user was erased while the run was reviewed")


def _is_call(run_id: str, call: str, prompt_hash: str) -> tuple[Any, ...]:
    return (
        CALL_JOURNAL.c.run_id == run_id,
        CALL_JOURNAL.c.call == call,
        CALL_JOURNAL.c.prompt_hash == prompt_hash,
    )
