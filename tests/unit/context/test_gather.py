"""The three contexts are read at the same time, and none of the reads outlives the call."""

import asyncio

import pytest

from consumer.context.errors import StoreUnavailableError
from consumer.context.gather import gather
from consumer.context.records import ContextKind, ContextRecord
from consumer.context.store import Store
from schemas.events import ScenarioCompleted
from tests.arcs import artefact, kept, message, objective


class MeetingStore(Store):
    """Answers no read before all three have been asked for."""

    def __init__(self, records: list[ContextRecord], *, failing: str = "") -> None:
        self._records = records
        self._failing = failing
        self._all_asked = asyncio.Barrier(3)
        self.finished: set[str] = set()

    async def records_of(self, run_id: str, kind: ContextKind) -> tuple[ContextRecord, ...]:
        async with asyncio.timeout(5):
            await self._all_asked.wait()
        if kind == self._failing:
            raise StoreUnavailableError("away")
        await asyncio.sleep(0)
        self.finished.add(kind)
        return tuple(
            one for one in self._records if one.kind == kind and one.event.run_id == run_id
        )


async def test_the_three_contexts_are_read_at_the_same_time(trigger: ScenarioCompleted) -> None:
    events = (objective(1), message(2), artefact(3))
    resolved = await gather(MeetingStore([kept(one) for one in events]), trigger)
    arc = resolved.arc
    assert (*arc.objectives, *arc.messages, *arc.artefacts) == events


async def test_a_failed_read_is_told_once_the_others_are_done(trigger: ScenarioCompleted) -> None:
    store = MeetingStore([], failing="message")
    with pytest.raises(StoreUnavailableError):
        await gather(store, trigger)
    assert store.finished == {"objective", "artefact"}
