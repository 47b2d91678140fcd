"""What stands in the group's offsets: none of the log, none of ours, and none that would fit."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from consumer.stream import committer
from consumer.stream.offsets import Progress
from tests.integration.stream.reviewing_loops import Reviewer, reviews, running

pytestmark = pytest.mark.kafka

Eventually = Callable[[Callable[[], bool]], Awaitable[None]]


async def test_an_offset_that_expired_begins_at_what_is_still_there(
    world: Any, eventually: Eventually
) -> None:
    await world.put(world.topics.scenario_completed, "a", "b", "c", "d")
    await world.commit(world.group, world.topics.scenario_completed, 1, "")
    await world.expire(world.topics.scenario_completed, 2)
    reviewer = Reviewer(world)
    async with running(world, reviewer):
        await eventually(lambda: sorted(reviewer.done) == ["c", "d"])
    assert await world.committed(world.group, world.topics.scenario_completed) == 4


async def test_foreign_metadata_is_ignored_and_the_offset_counts(
    world: Any, eventually: Eventually
) -> None:
    await world.put(world.topics.scenario_completed, "a", "b")
    await world.commit(world.group, world.topics.scenario_completed, 1, "somebody else's words")
    reviewer = Reviewer(world)
    async with running(world, reviewer):
        await eventually(lambda: reviewer.done == ["b"])
    assert await reviews(world) == Counter(["b"])


async def test_an_offset_beyond_the_log_begins_at_its_start(
    world: Any, eventually: Eventually
) -> None:
    await world.put(world.topics.scenario_completed, "a", "b")
    await world.commit(world.group, world.topics.scenario_completed, 999, "")
    reviewer = Reviewer(world)
    async with running(world, reviewer):
        await eventually(lambda: sorted(reviewer.done) == ["a", "b"])


async def test_a_coordinator_that_does_not_know_the_group_is_asked_again(
    world: Any, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.put(world.topics.scenario_completed, "a", "b")
    await world.commit(world.group, world.topics.scenario_completed, 1, "")
    answers = 0
    told = AIOKafkaAdminClient.list_consumer_group_offsets

    # What aiokafka makes of the refusal: see `test_brokers`.
    async def refused_twice(*arguments: Any, **named: Any) -> Any:
        nonlocal answers
        answers += 1
        return {} if answers <= 2 else await told(*arguments, **named)

    monkeypatch.setattr(AIOKafkaAdminClient, "list_consumer_group_offsets", refused_twice)
    reviewer = Reviewer(world)
    async with running(world, reviewer):
        await eventually(lambda: reviewer.done == ["b"])
    assert answers > 2
    assert await reviews(world) == Counter(["b"])


async def test_intake_waits_where_the_map_would_grow_too_large(
    world: Any, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []

    def has_room(progress: Progress) -> bool:
        # Three finished pieces ahead of the offset stand for the thousand that would fill it.
        answers.append(len(progress.ahead) < 3)
        return answers[-1]

    monkeypatch.setattr(committer, "has_room", has_room)
    reviewer = Reviewer(world)
    go_on = asyncio.Event()
    reviewer.held = {"slow-0": go_on, "slow-1": go_on, "slow-2": go_on}
    topic = world.topics.scenario_completed
    async with running(world, reviewer):
        await world.put(topic, "slow-0", "a", "slow-1", "b", "slow-2", "c")
        await eventually(lambda: reviewer.done == ["a", "b", "c"])
        await eventually(lambda: answers[-1] is False)
        await world.put(topic, "late")
        await asyncio.sleep(1)
        assert "late" not in reviewer.seen
        go_on.set()
        await eventually(lambda: "late" in reviewer.done)
    assert await reviews(world) == Counter([*reviewer.held, "a", "b", "c", "late"])
