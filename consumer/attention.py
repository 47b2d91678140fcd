"""What happens to runs besides their records: to be reviewed again, or erased."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from consumer.context.store import Store
from consumer.stream.completion import Revisit
from consumer.stream.ownership import Erased
from producer.reviews import tombstone_record
from producer.sender import Sender
from schemas.topics import Topics


class RunAttention:
    """Asks the store what is due, and buries reviews of erased runs."""

    def __init__(
        self, store: Store, sender: Sender, topics: Topics, *, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._sender = sender
        self._topics = topics
        self._clock = clock

    async def due_revisits(self, partitions: Collection[int]) -> Sequence[Revisit]:  # noqa: ARG002
        """Return runs of these input partitions that are to be reviewed again."""
        return ()

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
