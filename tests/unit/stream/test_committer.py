"""What one process's commits make visible, hand back, bury and wait for."""

import asyncio

import pytest

from consumer.stream.completion import Completion
from producer.records import OutputRecord
from tests.unit.stream.processes import Process, World


async def test_what_is_too_large_is_handed_back_and_the_others_are_published() -> None:
    world = World()
    process = Process(world)
    await process.take_over()
    process.work([0, 1])
    assert process.owned is not None
    process.sender.limit = 100
    large = process.done(2)
    large.completion = Completion(
        (OutputRecord(topic="review.ready", key=b"run-2", value=b"x" * 101),)
    )
    process.owned.committer.offer(large)
    await process.until_safe()
    await process.die()
    assert sorted(world.visible) == ["run-0", "run-1"]
    assert process.too_large == [2]


async def test_a_review_published_of_a_run_erased_meanwhile_is_buried() -> None:
    world = World()
    process = Process(world)
    await process.take_over()
    real = process.sender.commit

    async def erased_in_between(*args: object, **kwargs: object) -> None:
        await real(*args, **kwargs)  # type: ignore[arg-type]
        world.erased.add("run-1")

    process.sender.commit = erased_in_between  # type: ignore[method-assign]
    process.work([1])
    await process.until_safe()
    await process.die()
    assert world.visible == ["run-1"]
    assert world.buried == ["run-1"]


async def test_what_may_not_be_published_any_more_moves_only_the_offset() -> None:
    world = World()
    process = Process(world)
    await process.take_over()
    world.erased.add("run-0")
    process.work([0])
    await process.until_safe()
    await process.die()
    assert world.visible == []
    assert world.committed is not None
    assert process.settled == [0]


async def test_a_ledger_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    real_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await real_sleep(0)

    monkeypatch.setattr("consumer.stream.committer.asyncio.sleep", sleep)
    world = World()
    failures = [OSError("away"), OSError("away")]
    armed = False

    async def step() -> None:
        if armed and failures:
            raise failures.pop()

    process = Process(world, step)
    await process.take_over()
    armed = True
    process.work([0])
    await process.until_safe()
    await process.die()
    assert world.visible == ["run-0"]
    assert len(waits) == 2
