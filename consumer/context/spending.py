"""The rows of `spending`: what was spent on each day and each run, shared by all processes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, update

from consumer.context.database import Database
from consumer.context.tables import SPENDING
from consumer.reviewing.ports import Purse


class Spendings(Database):
    """Keeps what model calls have cost, in millionths of the operator's currency."""

    async def reserve(self, purses: Sequence[Purse], *, micros: int) -> Purse | None:
        """Take so much from each purse, or from none; return the first that has too little."""
        rows = [{"kind": p.kind, "name": p.name, "spent_micros": 0} for p in purses]
        async with self._writing() as connection:
            if rows:
                await self._keep(connection, SPENDING, rows)
            for index, purse in enumerate(purses):
                fits = SPENDING.c.spent_micros + micros <= purse.limit_micros
                taken = await connection.execute(_add(micros, _is(purse), fits))
                if taken.rowcount != 1:
                    for earlier in purses[:index]:
                        await connection.execute(_add(-micros, _is(earlier)))
                    return purse
        return None

    async def give_back(self, purses: Sequence[Purse], *, micros: int) -> None:
        """Return what was reserved and not spent; below zero, take what was spent beyond it."""
        async with self._writing() as connection:
            for purse in purses:
                await connection.execute(_add(-micros, _is(purse)))


def _is(purse: Purse) -> ColumnElement[bool]:
    return and_(SPENDING.c.kind == purse.kind, SPENDING.c.name == purse.name)


def _add(micros: int, *where: ColumnElement[bool]) -> Any:
    return update(SPENDING).where(*where).values(spent_micros=SPENDING.c.spent_micros + micros)
