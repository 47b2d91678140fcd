"""The store: contexts, runs, finished calls and what they cost, on SQLite or PostgreSQL alike.

Every write is idempotent: what is there already stays as it is.
"""

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from consumer.context.call_journal import CallJournal
from consumer.context.context_rows import ContextRows, SoundCounts
from consumer.context.counting import SharedCounting
from consumer.context.errors import StoreError
from consumer.context.publications import Publications
from consumer.context.revisits import Revisits
from consumer.context.runs import Run
from consumer.context.spending import Spendings
from gateway.database import brief, open_engine
from schemas.events import ScenarioCompleted

__all__ = ["Run", "SoundCounts", "Store", "open_store"]


class Store(ContextRows, Revisits, Publications, CallJournal, Spendings):
    """All of the consumer's tables behind one engine; build it with `open_store`."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self._counting = SharedCounting(self.count_sound_many)

    async def count_sound(self, trigger: ScenarioCompleted) -> SoundCounts:
        """Count a registered run's distinct sound records; all who ask at once share a query."""
        return await self._counting.of(trigger.run_id)


def open_store(database_url: str) -> Store:
    """Return a store on an SQLite or PostgreSQL address; nothing is connected yet.

    Raises:
        StoreError: the address is of no database we know.
    """
    try:
        return Store(open_engine(database_url))
    except SQLAlchemyError as error:
        raise StoreError(f"DEBRIEF_DATABASE_URL: {brief(error)}") from error
