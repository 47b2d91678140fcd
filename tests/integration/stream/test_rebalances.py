"""Members come and go: what is under way, what is kept, and what is held back."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from consumer.stream import review_loop
from consumer.stream.review_loop import ReviewLoop
from tests.integration.stream.reviewing_loops import Books, Reviewer, reviews, running

pytestmark = pytest.mark.kafka

Eventually = Callable[[Callable[[], bool]], Awaitable[None]]


async def test_a_member_without_partitions_takes_over_without_loss(
    world: Any, eventually: Eventually
) -> None:
    members = [Reviewer(world), Reviewer(world)]
    names = [f"run-{number}" for number in range(30)]
    await world.put(world.topics.scenario_completed, *names[:15])
    async with (
        running(world, members[0], session_seconds=3) as one,
        running(world, members[1], session_seconds=3) as other,
    ):
        await world.until_committed(world.group, world.topics.scenario_completed, 15)
        loops = [one, other]
        await world.until_members(world.group, 2)
        await eventually(lambda: sum(bool(loop._assignment.open) for loop in loops) == 1)
        owner = next(loop for loop in loops if loop._assignment.open)
        idle = members[loops.index(other if owner is one else one)]
        before = len(idle.done)
        owner.stop()
        await world.put(world.topics.scenario_completed, *names[15:])
        # The owner may have taken the first of them in already.
        await eventually(lambda: len(members[0].done) + len(members[1].done) >= 30)
        assert len(idle.done) > before
        await world.until_committed(world.group, world.topics.scenario_completed, 30)
    assert await reviews(world) == Counter(names)
    assert not set(members[0].done) & set(members[1].done)


async def test_work_of_a_partition_that_is_kept_is_rejoined_and_not_begun_again(
    wide_world: Any, eventually: Eventually
) -> None:
    world = wide_world
    keeper, guest = Reviewer(world), Reviewer(world)
    names = ("slow-0", "slow-1")
    for partition, name in enumerate(names):
        keeper.held[name] = asyncio.Event()
        await world.put(world.topics.scenario_completed, name, partition=partition)
    async with running(world, keeper, drain_seconds=0.2, session_seconds=3) as kept:
        await eventually(lambda: set(keeper.seen) == set(names))
        async with running(world, guest, session_seconds=3) as moved:
            await eventually(lambda: len(kept._assignment.open) == len(moved._assignment.open) == 1)
            (partition,) = moved._assignment.open
            for held in keeper.held.values():
                held.set()
            await eventually(lambda: len(keeper.done) == len(guest.done) == 1)
            for number in range(2):
                await world.until_committed(
                    world.group, world.topics.scenario_completed, 1, partition=number
                )
    assert guest.seen == [names[partition.partition]]
    assert sorted(keeper.seen) == sorted(names)
    assert await reviews(world) == Counter(names)


@pytest.mark.parametrize("drain_seconds", [0.1, 5], ids=["drain over", "draining"])
async def test_a_stop_in_the_middle_of_a_rebalance_loses_and_repeats_nothing(
    world: Any, eventually: Eventually, drain_seconds: float
) -> None:
    first, second = Reviewer(world), Reviewer(world)
    first.held["slow"] = asyncio.Event()
    await world.put(world.topics.scenario_completed, "slow", "quick")
    async with running(world, first, drain_seconds=drain_seconds, session_seconds=3) as leaver:
        await eventually(lambda: first.done == ["quick"] and "slow" in first.seen)
        async with running(world, second, session_seconds=3):
            await eventually(lambda: not leaver._workers._open)
            leaver.stop()
            first.held["slow"].set()
            await world.until_committed(world.group, world.topics.scenario_completed, 2)
    assert await reviews(world) == Counter(["slow", "quick"])


async def test_nothing_is_handled_before_the_takeover_is_over(
    world: Any, eventually: Eventually
) -> None:
    class SlowBooks(Books):
        asked = asyncio.Event()
        answers = asyncio.Event()

        async def settle_publications(self, transaction_id: str | None, **_: object) -> None:
            self.asked.set()
            await self.answers.wait()

    reviewer, books = Reviewer(world), SlowBooks()
    await world.put(world.topics.scenario_completed, "a", "b")
    async with running(world, reviewer, ledger=books):
        await books.asked.wait()
        await asyncio.sleep(0.5)  # aiokafka fetches meanwhile, and its callback has returned
        assert reviewer.seen == []
        books.answers.set()
        await eventually(lambda: sorted(reviewer.done) == ["a", "b"])
    assert sorted(reviewer.seen) == ["a", "b"]


async def test_intake_stops_at_the_upper_mark_also_after_a_rebalance(
    world: Any, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_loop, "HELD_HIGH", 10)
    monkeypatch.setattr(review_loop, "HELD_LOW", 5)
    keeper, guest = Reviewer(world), Reviewer(world)
    names = [f"run-{number}" for number in range(40)]
    go_on = asyncio.Event()
    keeper.held = guest.held = dict.fromkeys(names, go_on)
    await world.put(world.topics.scenario_completed, *names)
    most = 0

    def is_full(*loops: ReviewLoop) -> bool:
        nonlocal most
        most = max(most, *(loop._workers.held for loop in loops))
        return any(loop._workers.held == 10 for loop in loops)

    async with running(world, keeper, limit=3, drain_seconds=0.1, session_seconds=3) as one:
        await eventually(lambda: is_full(one))
        async with running(world, guest, limit=3, drain_seconds=0.1, session_seconds=3) as two:
            await world.until_members(world.group, 2)
            await eventually(lambda: is_full(one, two) and one._assignment.is_taken_over)
            go_on.set()
            await eventually(lambda: is_full(one, two) or {*keeper.done, *guest.done} == {*names})
            await world.until_committed(world.group, world.topics.scenario_completed, 40)
    assert most == 10
    assert await reviews(world) == Counter(names)


async def test_ten_rebalances_lose_and_repeat_nothing(world: Any, eventually: Eventually) -> None:
    keeper = Reviewer(world)
    names = [f"run-{number}" for number in range(60)]
    keeper.held["slow"] = asyncio.Event()
    await world.put(world.topics.scenario_completed, "slow")
    async with running(world, keeper, drain_seconds=0.2, session_seconds=3):
        await eventually(lambda: "slow" in keeper.seen)
        guests = []
        for number in range(10):
            await world.put(world.topics.scenario_completed, *names[number * 6 : number * 6 + 6])
            guest = Reviewer(world)
            guests.append(guest)
            async with running(world, guest, drain_seconds=0.2, session_seconds=3):
                await world.until_members(world.group, 2)
        keeper.held["slow"].set()
        done = [keeper, *guests]
        await eventually(lambda: {name for one in done for name in one.done} >= {*names, "slow"})
        # Done is not yet safe: the last guest may just have left, and the keeper own nothing yet.
        await world.until_committed(world.group, world.topics.scenario_completed, 61)
    assert await reviews(world) == Counter([*names, "slow"])
