"""The grace of a run that is not whole: read off the clock once, then measured."""

from collections.abc import Mapping
from dataclasses import replace

from consumer.context.store import Run, SoundCounts
from consumer.context.wholeness import POLL_SECONDS, Wholeness
from schemas.events import ScenarioCompleted
from tests.arcs import trigger

TRIGGER = trigger(personas=(), expected={"objective_rollups": 1, "messages": 0, "artefacts": 0})
RUN = Run(trigger=TRIGGER, triggered_at_ms=1_000_000, revision=0, status=None)


class Place:
    """A store without records, Kafka whose topics end where the test says, and two clocks."""

    def __init__(self) -> None:
        self.now_ms = RUN.triggered_at_ms
        self.seconds = 50.0
        self.end = 4
        self.ingested = 4
        self.snapshots = 0
        self.wholeness = Wholeness(
            self,
            self,
            grace_seconds=30,
            now_ms=lambda: self.now_ms,
            monotonic_seconds=lambda: self.seconds,
        )

    async def count_sound(self, trigger: ScenarioCompleted) -> SoundCounts:
        return SoundCounts()

    async def snapshot(self) -> Mapping[str, int]:
        self.snapshots += 1
        return {"p": self.end}

    async def passed(self, ends: Mapping[str, int]) -> bool:
        return self.ingested >= ends["p"]

    async def delay(self, run: Run = RUN) -> float:
        return await self.wholeness.delay_seconds(run)


async def test_a_clock_set_forward_ends_no_grace() -> None:
    place = Place()
    assert await place.delay() > 0
    place.now_ms += 3_600_000
    assert await place.delay() > 0
    place.seconds += 30
    assert await place.delay() == 0


async def test_a_clock_set_back_stretches_no_grace() -> None:
    place = Place()
    assert await place.delay() > 0
    place.now_ms -= 3_600_000
    place.seconds += 30
    assert await place.delay() == 0


async def test_a_trigger_out_of_a_backlog_waits_for_ingestion_only() -> None:
    place = Place()
    place.now_ms += 3_600_000
    place.ingested = 3
    assert await place.delay() == POLL_SECONDS
    place.end = 9  # what comes from here on is not waited for
    place.ingested = 4
    assert await place.delay() == 0
    assert place.snapshots == 1


async def test_a_run_forgotten_is_looked_at_anew() -> None:
    place = Place()
    assert await place.delay() > 0
    place.wholeness.forget("run-1")
    place.now_ms += 30_000
    assert await place.delay() == 0
    assert await place.delay(replace(RUN, triggered_at_ms=RUN.triggered_at_ms)) == 0
