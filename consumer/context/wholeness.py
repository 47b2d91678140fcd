"""Is this run whole yet? The shell that asks the store and Kafka what `completeness` needs."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from consumer.context.completeness import grace_left_seconds, is_met
from consumer.context.store import Run, Store

POLL_SECONDS: Final = 0.5

Ends = Mapping[Any, int]


class Barrier(Protocol):
    """Where the input topics end, and whether ingestion has got there."""

    async def snapshot(self) -> Ends:
        """Return where each partition of the context topics ends now."""

    async def passed(self, ends: Ends) -> bool:
        """Tell whether ingestion has kept everything below these ends."""


class Wholeness:
    """Tells of each run how long to wait before asking again."""

    def __init__(
        self,
        store: Store,
        barrier: Barrier,
        *,
        grace_seconds: float,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._barrier = barrier
        self._grace_seconds = grace_seconds
        self._now_ms = now_ms
        # What stood in the topics at the moment each run's grace was found to be over.
        self._ends: dict[str, Ends] = {}

    async def delay_seconds(self, run: Run) -> float:
        """Return 0 where the run is to be taken now, else when to ask again (seconds).

        Raises:
            StoreUnavailableError: the database is away.
        """
        counts = await self._store.count_sound(run.trigger)
        met = is_met(
            run.trigger.expected,
            objective=counts.objective,
            message=counts.message,
            artefact=counts.artefact,
        )
        if met:
            return 0.0
        left_seconds = grace_left_seconds(
            triggered_at_ms=run.triggered_at_ms,
            now_ms=self._now_ms(),
            grace_seconds=self._grace_seconds,
        )
        if left_seconds > 0:
            return min(left_seconds, POLL_SECONDS)
        run_id = run.trigger.run_id
        if run_id not in self._ends:
            self._ends[run_id] = await self._barrier.snapshot()
        return 0.0 if await self._barrier.passed(self._ends[run_id]) else POLL_SECONDS

    def forget(self, run_id: str) -> None:
        """Drop what is remembered of a run that is done."""
        self._ends.pop(run_id, None)
