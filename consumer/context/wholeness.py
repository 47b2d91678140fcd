"""Is this run whole yet? The shell that asks the store and Kafka what `completeness` needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from consumer.context.completeness import grace_left_seconds, is_met
from consumer.context.store import Run, SoundCounts
from schemas.events import ScenarioCompleted

POLL_SECONDS: Final = 0.5

Ends = Mapping[Any, int]


class Counting(Protocol):
    """Where the records of a run are counted."""

    async def count_sound(self, trigger: ScenarioCompleted) -> SoundCounts:
        """Count a registered run's distinct sound records."""


class Barrier(Protocol):
    """Where the input topics end, and whether ingestion has got there."""

    async def snapshot(self) -> Ends:
        """Return where each partition of the context topics ends now."""

    async def passed(self, ends: Ends) -> bool:
        """Tell whether ingestion has kept everything below these ends."""


@dataclass(slots=True)
class _Waiting:
    """A run that is not whole: when its grace is over, and what stood in the topics then."""

    over_at_seconds: float
    ends: Ends | None = None


class Wholeness:
    """Tells of each run how long to wait before asking again.

    How much of the grace is over is read off the clock once, when a run is first asked about; from
    there on `monotonic_seconds` counts, so that a clock which is set moves nothing.
    """

    def __init__(
        self,
        store: Counting,
        barrier: Barrier,
        *,
        grace_seconds: float,
        now_ms: Callable[[], int],
        monotonic_seconds: Callable[[], float],
    ) -> None:
        self._store = store
        self._barrier = barrier
        self._grace_seconds = grace_seconds
        self._now_ms = now_ms
        self._monotonic_seconds = monotonic_seconds
        self._waiting: dict[str, _Waiting] = {}

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
        waiting = self._waiting.get(run.trigger.run_id)
        if waiting is None:
            waiting = self._waiting[run.trigger.run_id] = self._begun(run)
        left_seconds = waiting.over_at_seconds - self._monotonic_seconds()
        if left_seconds > 0:
            return min(left_seconds, POLL_SECONDS)
        if waiting.ends is None:
            waiting.ends = await self._barrier.snapshot()
        return 0.0 if await self._barrier.passed(waiting.ends) else POLL_SECONDS

    def _begun(self, run: Run) -> _Waiting:
        left_seconds = grace_left_seconds(
            triggered_at_ms=run.triggered_at_ms,
            now_ms=self._now_ms(),
            grace_seconds=self._grace_seconds,
        )
        return _Waiting(self._monotonic_seconds() + left_seconds)

    def forget(self, run_id: str) -> None:
        """Drop what is remembered of a run that is done, or another process's."""
        self._waiting.pop(run_id, None)
