import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from consumer.stream.completion import Revisit
from consumer.stream.errors import (
    DeadLetterCeilingExceeded,
    ProviderOutage,
    Rejected,
    RetryLater,
)
from tests.integration.stream.reviewing_loops import Calm, Reviewer, reviews, running

pytestmark = pytest.mark.kafka

Eventually = Callable[[Callable[[], bool]], Awaitable[None]]


async def test_one_slow_run_delays_no_other_and_holds_the_offset(
    world: Any, eventually: Eventually
) -> None:
    reviewer = Reviewer(world)
    reviewer.held["slow"] = asyncio.Event()
    names = [f"run-{number}" for number in range(40)]
    await world.put(world.topics.scenario_completed, "slow", *names)
    # It may take longer than the poll interval: it is no poll.
    async with running(world, reviewer, max_poll_interval_seconds=0.3) as loop:
        await eventually(lambda: len(reviewer.done) == 40)
        assert "slow" not in reviewer.done
        await asyncio.sleep(0.5)
        assert await world.committed(world.group, world.topics.scenario_completed) <= 0
        reviewer.held["slow"].set()
        await eventually(lambda: len(reviewer.done) == 41)
        loop.stop()
    assert reviewer.seen.count("slow") == 1
    assert await world.committed(world.group, world.topics.scenario_completed) == 41
    assert await reviews(world) == Counter(["slow", *names])


async def test_two_records_of_one_run_are_never_worked_on_at_once(
    world: Any, eventually: Eventually
) -> None:
    reviewer = Reviewer(world)
    reviewer.held["same"] = asyncio.Event()
    await world.put(world.topics.scenario_completed, "same", "same", "other")
    async with running(world, reviewer):
        await eventually(lambda: "other" in reviewer.done)
        assert reviewer.seen.count("same") == 1
        reviewer.held["same"].set()
        await eventually(lambda: reviewer.done.count("same") == 2)


async def test_a_stop_commits_what_is_done_and_a_restart_does_the_rest(
    world: Any, eventually: Eventually
) -> None:
    first = Reviewer(world)
    first.held["stuck"] = asyncio.Event()
    await world.put(world.topics.scenario_completed, "a", "b", "stuck", "c")
    async with running(world, first, drain_seconds=0.2):
        await eventually(lambda: len(first.done) == 3)
    assert await world.committed(world.group, world.topics.scenario_completed) == 2

    second = Reviewer(world)
    await world.put(world.topics.scenario_completed, "d")
    async with running(world, second):
        await eventually(lambda: {"stuck", "d"} <= set(second.done))
    assert second.seen == ["stuck", "d"]
    assert await reviews(world) == Counter(["a", "b", "c", "d", "stuck"])


async def test_a_poison_record_is_dead_lettered_untouched_and_the_next_are_processed(
    world: Any, eventually: Eventually
) -> None:
    reviewer = Reviewer(world)
    reviewer.raises["poison"] = [Rejected("invalid", "stages: want at least one")]
    reviewer.raises["failing"] = [RuntimeError("a"), RuntimeError("b")]
    await world.put(world.topics.scenario_completed, "poison", "failing", "good")
    async with running(world, reviewer):
        await eventually(lambda: reviewer.seen.count("failing") == 2)
    letters = await world.read(world.topics.dlq(world.topics.scenario_completed))
    kinds = {letter.value: dict(letter.headers)["debrief-error-kind"] for letter in letters}
    assert kinds == {b"poison": b"invalid", b"failing": b"failed"}
    assert await reviews(world) == Counter(["good"])
    assert await world.committed(world.group, world.topics.scenario_completed) == 3


async def test_a_waiting_run_holds_no_slot(world: Any, eventually: Eventually) -> None:
    reviewer = Reviewer(world)
    reviewer.raises["waits"] = [RetryLater(0.3, waiting=True) for _ in range(5)]
    await world.put(world.topics.scenario_completed, "waits", "b", "c")
    async with running(world, reviewer, limit=1):
        await eventually(lambda: len(reviewer.done) == 3)
    assert reviewer.done == ["b", "c", "waits"]
    assert await world.read(world.topics.dlq(world.topics.scenario_completed)) == []


async def test_an_outage_pauses_and_dead_letters_nothing(
    world: Any, eventually: Eventually
) -> None:
    reviewer = Reviewer(world)
    reviewer.raises["a"] = [ProviderOutage(0.4) for _ in range(4)]
    await world.put(world.topics.scenario_completed, "a")
    async with running(world, reviewer):
        await eventually(lambda: reviewer.seen.count("a") == 1)
        await world.put(world.topics.scenario_completed, "b")
        await eventually(lambda: {"a", "b"} <= set(reviewer.done))
    assert await world.read(world.topics.dlq(world.topics.scenario_completed)) == []


async def test_too_many_dead_letters_a_minute_stop_the_stream_before_the_offset(
    world: Any,
) -> None:
    reviewer = Reviewer(world)
    names = [f"bad-{number}" for number in range(5)]
    reviewer.raises = {name: [Rejected("invalid", "no")] for name in names}
    await world.put(world.topics.scenario_completed, *names)
    with pytest.raises(ExceptionGroup) as caught:
        async with running(world, reviewer, ceiling=2, limit=1):
            await asyncio.sleep(30)
    assert caught.group_contains(DeadLetterCeilingExceeded)
    assert len(await world.read(world.topics.dlq(world.topics.scenario_completed))) == 2
    assert await world.committed(world.group, world.topics.scenario_completed) == 2


async def test_a_review_too_large_for_the_topic_is_set_aside_and_the_others_are_published(
    world: Any, eventually: Eventually
) -> None:
    reviewer = Reviewer(world)
    reviewer.padding["huge"] = 3_000_000
    names = [f"run-{number}" for number in range(10)]
    await world.put(world.topics.scenario_completed, *names[:5], "huge", *names[5:])
    async with running(world, reviewer):
        await eventually(lambda: len(reviewer.done) == 11)
    assert await reviews(world) == Counter(names)
    letters = await world.read(world.topics.dlq(world.topics.scenario_completed))
    assert [letter.value for letter in letters] == [b"huge"]
    assert dict(letters[0].headers)["debrief-error-kind"] == b"too_large"
    assert await world.committed(world.group, world.topics.scenario_completed) == 11


async def test_a_revisit_is_published_in_its_runs_lane(world: Any, eventually: Eventually) -> None:
    reviewer, calm = Reviewer(world), Calm()
    reviewer.held["run"] = asyncio.Event()
    await world.put(world.topics.scenario_completed, "run")
    async with running(world, reviewer, attention=calm):
        await eventually(lambda: reviewer.seen == ["run"])
        calm.revisits = [Revisit(run_id="run", partition=0, reason="redo")]
        await eventually(lambda: calm.revisits == [])
        await asyncio.sleep(0.2)
        assert reviewer.seen == ["run"]
        reviewer.held["run"].set()
        await eventually(lambda: reviewer.seen == ["run", "redo"])
    assert await reviews(world) == Counter(["run", "redo"])


async def test_work_for_an_erased_run_is_stopped_and_handled_once_more(
    world: Any, eventually: Eventually
) -> None:
    reviewer, calm = Reviewer(world), Calm()
    reviewer.held["run"] = asyncio.Event()
    await world.put(world.topics.scenario_completed, "run")
    async with running(world, reviewer, attention=calm):
        await eventually(lambda: reviewer.seen == ["run"])
        reviewer.raises["run"] = [Rejected("invalid", "stands for: the handler sees the erasure")]
        calm.erased = {"run"}
        await eventually(lambda: reviewer.seen == ["run", "run"])
    assert await reviews(world) == Counter()
    assert await world.committed(world.group, world.topics.scenario_completed) == 1
