"""Processes that die, stall and take over from one another.

Whatever the moment, in the end each run's review is visible exactly once, and the ledger has it.
"""

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.stream.completion import Completion
from producer.errors import UncertainCommitError
from producer.records import OutputRecord
from tests.unit.stream.processes import (
    RUNS,
    Deadly,
    Process,
    Stalling,
    World,
    assert_each_once,
    live,
)

ORDERS = st.permutations(range(RUNS))


@settings(max_examples=200, deadline=None)
@given(deaths=st.lists(st.integers(0, 14), max_size=6), orders=st.lists(ORDERS, min_size=7))
def test_processes_that_die_at_any_step_lose_and_repeat_nothing(
    deaths: list[int], orders: list[list[int]]
) -> None:
    async def story() -> World:
        world = World()
        for at, order in zip(deaths, orders, strict=False):
            # Each dies with only a part of its work offered, too.
            await live(Process(world, Deadly(at)), order[: 1 + at % RUNS])
        await live(Process(world), orders[-1])
        return world

    assert_each_once(asyncio.run(story()))


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 14), share=st.integers(0, RUNS), orders=st.tuples(ORDERS, ORDERS))
def test_one_that_stalls_and_wakes_after_its_partition_moved_does_no_harm(
    at: int, share: int, orders: tuple[list[int], list[int]]
) -> None:
    async def story() -> World:
        world = World()
        step = Stalling(at)
        zombie = asyncio.create_task(live(Process(world, step), orders[0][:share]))
        await asyncio.wait(
            [zombie, asyncio.create_task(step.stalled.wait())],
            return_when=asyncio.FIRST_COMPLETED,
        )
        successor = Process(world)
        await successor.take_over()
        step.go_on.set()
        await asyncio.sleep(0)
        successor.work(orders[1])
        await successor.until_safe()
        await zombie
        if successor.lost.is_set():
            # One that stalled before it fenced its predecessor fences its successor when it wakes;
            # the successor joins again.
            successor.lost.clear()
            if not await successor.take_over():
                successor.work(orders[1])
            await successor.until_safe()
        while successor.busy:
            # What the zombie had written down first is tried again, as the stream would.
            offset = successor.busy.pop()
            assert successor.owned is not None
            successor.owned.committer.offer(successor.done(offset))
            await successor.until_safe()
        await successor.die()
        return world

    world = asyncio.run(story())
    assert Counter(world.visible) == Counter(f"run-{offset}" for offset in range(RUNS))
    assert set(world.revisions) == set(world.visible)


@pytest.mark.parametrize("committed", [True, False])
async def test_a_commit_in_doubt_is_settled_by_what_the_metadata_says(committed: bool) -> None:
    world = World()
    process = Process(world)
    await process.take_over()
    in_doubt: list[Exception] = [UncertainCommitError("the connection broke")]
    if committed:
        process.sender.fails_once_committed = in_doubt
    else:
        process.sender.fails = in_doubt
    process.work(range(RUNS))
    await process.until_safe()
    assert process.lost.is_set()
    process.lost.clear()

    assert await process.take_over()

    await process.until_safe()
    await process.die()
    assert_each_once(world)
    assert sorted(process.settled) == list(range(RUNS))


async def test_a_dead_letter_in_doubt_is_not_written_twice() -> None:
    world = World()
    process = Process(world)
    await process.take_over()
    process.sender.fails_once_committed = [UncertainCommitError("the connection broke")]
    process.work([])
    letter = process.done(0)
    letter.completion = Completion((OutputRecord(topic="dlq", key=b"run-0", value=b"rubbish"),))
    assert process.owned is not None
    process.owned.committer.offer(letter)
    await process.until_safe()

    assert await process.take_over()

    await process.until_safe()
    await process.die()
    assert world.visible == ["run-0"]
    assert process.settled == [0]


async def test_work_goes_on_where_nobody_else_was_there_and_not_where_somebody_was() -> None:
    world = World()
    process = Process(world)
    await process.take_over()
    process.work([0, 1])
    await process.until_safe()
    assert await process.take_over()
    await live(Process(world), [2])
    assert not await process.take_over()
    await process.die()
