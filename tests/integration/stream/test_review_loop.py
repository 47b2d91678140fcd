import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from consumer.stream.client import Membership
from consumer.stream.completion import Completion, Handler
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.errors import (
    DeadLetterCeilingExceeded,
    ProviderOutage,
    Rejected,
    RetryLater,
)
from consumer.stream.health import StreamHealth
from consumer.stream.retry import RetryLimits
from consumer.stream.review_loop import ReviewLoop
from producer.records import OutputRecord, SourceRecord
from producer.sender import KafkaSender

pytestmark = pytest.mark.kafka

Eventually = Callable[[Callable[[], bool]], Awaitable[None]]


def _name(record: SourceRecord) -> str:
    assert record.value is not None
    return record.value.decode()


class Reviewer:
    """A handler that writes one review a record and does as told for some of them."""

    def __init__(self, world: Any) -> None:
        self.topic = world.topics.review_ready
        self.seen: list[str] = []
        self.done: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        self.raises: dict[str, list[Exception]] = {}

    async def __call__(self, record: SourceRecord) -> Completion:
        name = _name(record)
        self.seen.append(name)
        if self.raises.get(name):
            raise self.raises[name].pop(0)
        if name in self.held:
            await self.held[name].wait()
        self.done.append(name)
        return Completion((OutputRecord(topic=self.topic, key=record.key, value=record.value),))


@asynccontextmanager
async def _running(
    world: Any, handler: Handler, *, ceiling: int = 100, drain_seconds: float = 5, limit: int = 50
) -> AsyncIterator[ReviewLoop]:
    health = StreamHealth(("review",))
    sender = KafkaSender(world.connection)
    await sender.start()
    loop = ReviewLoop(
        Membership(
            job="review",
            connection=world.connection,
            group=world.group,
            topics=(world.topics.scenario_completed,),
        ),
        handler,
        sender=sender,
        dead_letters=DeadLetterDesk(sender, world.topics, max_per_minute=ceiling, health=health),
        health=health,
        limits=RetryLimits(max_attempts=2, max_age_seconds=60),
        max_in_flight=limit,
        drain_seconds=drain_seconds,
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(loop.run())
            try:
                yield loop
            finally:
                loop.stop()
    finally:
        await sender.stop()


async def _reviews(world: Any) -> Counter[str]:
    return Counter(record.value.decode() for record in await world.read(world.topics.review_ready))


async def test_one_slow_run_delays_no_other_and_holds_the_offset(
    world: Any, eventually: Eventually
) -> None:
    reviewer = Reviewer(world)
    reviewer.held["slow"] = asyncio.Event()
    names = [f"run-{number}" for number in range(40)]
    await world.put(world.topics.scenario_completed, "slow", *names)
    async with _running(world, reviewer) as loop:
        await eventually(lambda: len(reviewer.done) == 40)
        assert "slow" not in reviewer.done
        await asyncio.sleep(0.5)
        assert await world.committed(world.group, world.topics.scenario_completed) <= 0
        reviewer.held["slow"].set()
        await eventually(lambda: len(reviewer.done) == 41)
        loop.stop()
    assert await world.committed(world.group, world.topics.scenario_completed) == 41
    assert await _reviews(world) == Counter(["slow", *names])


async def test_two_records_of_one_run_are_never_worked_on_at_once(
    world: Any, eventually: Eventually
) -> None:
    reviewer = Reviewer(world)
    reviewer.held["same"] = asyncio.Event()
    await world.put(world.topics.scenario_completed, "same", "same", "other")
    async with _running(world, reviewer):
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
    async with _running(world, first, drain_seconds=0.2):
        await eventually(lambda: len(first.done) == 3)
    assert await world.committed(world.group, world.topics.scenario_completed) == 2

    second = Reviewer(world)
    await world.put(world.topics.scenario_completed, "d")
    async with _running(world, second):
        await eventually(lambda: {"stuck", "d"} <= set(second.done))
    assert {"a", "b"}.isdisjoint(second.seen)
    assert set(await _reviews(world)) == {"a", "b", "c", "d", "stuck"}


async def test_a_poison_record_is_dead_lettered_untouched_and_the_next_are_processed(
    world: Any, eventually: Eventually
) -> None:
    reviewer = Reviewer(world)
    reviewer.raises["poison"] = [Rejected("invalid", "stages: want at least one")]
    reviewer.raises["failing"] = [RuntimeError("a"), RuntimeError("b")]
    await world.put(world.topics.scenario_completed, "poison", "failing", "good")
    async with _running(world, reviewer):
        await eventually(lambda: reviewer.seen.count("failing") == 2)
    letters = await world.read(world.topics.dlq(world.topics.scenario_completed))
    kinds = {letter.value: dict(letter.headers)["debrief-error-kind"] for letter in letters}
    assert kinds == {b"poison": b"invalid", b"failing": b"failed"}
    assert await _reviews(world) == Counter(["good"])
    assert await world.committed(world.group, world.topics.scenario_completed) == 3


async def test_a_waiting_run_holds_no_slot(world: Any, eventually: Eventually) -> None:
    reviewer = Reviewer(world)
    reviewer.raises["waits"] = [RetryLater(0.3, waiting=True) for _ in range(5)]
    await world.put(world.topics.scenario_completed, "waits", "b", "c")
    async with _running(world, reviewer, limit=1):
        await eventually(lambda: len(reviewer.done) == 3)
    assert reviewer.done == ["b", "c", "waits"]
    assert await world.read(world.topics.dlq(world.topics.scenario_completed)) == []


async def test_an_outage_pauses_and_dead_letters_nothing(
    world: Any, eventually: Eventually
) -> None:
    reviewer = Reviewer(world)
    reviewer.raises["a"] = [ProviderOutage(0.4) for _ in range(4)]
    await world.put(world.topics.scenario_completed, "a")
    async with _running(world, reviewer):
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
        async with _running(world, reviewer, ceiling=2, limit=1):
            await asyncio.sleep(30)
    assert caught.group_contains(DeadLetterCeilingExceeded)
    assert len(await world.read(world.topics.dlq(world.topics.scenario_completed))) == 2
    assert await world.committed(world.group, world.topics.scenario_completed) == 2


async def test_a_second_member_takes_over_without_loss(world: Any, eventually: Eventually) -> None:
    first, second = Reviewer(world), Reviewer(world)
    names = [f"run-{number}" for number in range(30)]
    async with _running(world, first) as leaver:
        await world.put(world.topics.scenario_completed, *names[:15])
        async with _running(world, second):
            await world.put(world.topics.scenario_completed, *names[15:])
            await eventually(lambda: set(first.done) | set(second.done) == set(names))
            leaver.stop()
            await world.put(world.topics.scenario_completed, "last")
            await eventually(lambda: "last" in first.done + second.done)
    assert set(await _reviews(world)) == {*names, "last"}
