import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from consumer.publication import Publication
from consumer.stream import review_loop
from consumer.stream.client import Membership
from consumer.stream.completion import Completion, Handler, Revisit
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.errors import (
    DeadLetterCeilingExceeded,
    ProviderOutage,
    Rejected,
    RetryLater,
)
from consumer.stream.health import StreamHealth
from consumer.stream.ports import Attention, Ledger
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
        self.padding: dict[str, int] = {}

    async def revisit(self, revisit: Revisit) -> Completion:
        self.seen.append(revisit.reason)
        record = OutputRecord(
            topic=self.topic, key=revisit.run_id.encode(), value=revisit.reason.encode()
        )
        return Completion((record,))

    def forget(self, record: SourceRecord) -> None:
        return

    async def handle(self, record: SourceRecord) -> Completion:
        name = _name(record)
        self.seen.append(name)
        if self.raises.get(name):
            raise self.raises[name].pop(0)
        if name in self.held:
            await self.held[name].wait()
        self.done.append(name)
        value = name.encode() + b" " * self.padding.get(name, 0)
        return Completion((OutputRecord(topic=self.topic, key=record.key, value=value),))


class Books:
    """A ledger that lets everything be published."""

    async def prepare_publications(
        self, transaction_id: str, *, publications: Sequence[Publication], **_: object
    ) -> dict[str, str]:
        return {one.run_id: "go" for one in publications}

    async def erased_publications(self, transaction_id: str) -> tuple[tuple[str, str], ...]:
        return ()

    async def settle_publications(self, transaction_id: str | None, **_: object) -> None:
        return


class Calm:
    """Nothing happens but records, and what a test puts in."""

    def __init__(self) -> None:
        self.revisits: list[Revisit] = []
        self.erased: set[str] = set()

    async def due_revisits(self, partitions: Collection[int]) -> Sequence[Revisit]:
        due, self.revisits = self.revisits, []
        return due

    async def erased_runs(self, run_ids: Collection[str]) -> Collection[str]:
        return self.erased.intersection(run_ids)

    async def bury(self, erased: Sequence[tuple[str, str]]) -> None:
        raise AssertionError(erased)


@asynccontextmanager
async def _running(
    world: Any,
    handler: Handler,
    *,
    ceiling: int = 100,
    drain_seconds: float = 5,
    limit: int = 50,
    attention: Attention | None = None,
    ledger: Ledger | None = None,
    session_seconds: float = 10,
    max_poll_interval_seconds: float = 1800,
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
            session_timeout_seconds=session_seconds,
            max_poll_interval_seconds=max_poll_interval_seconds,
        ),
        handler,
        ledger=ledger or Books(),
        attention=attention or Calm(),
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
    # It may take longer than the poll interval: it is no poll.
    async with _running(world, reviewer, max_poll_interval_seconds=0.3) as loop:
        await eventually(lambda: len(reviewer.done) == 40)
        assert "slow" not in reviewer.done
        await asyncio.sleep(0.5)
        assert await world.committed(world.group, world.topics.scenario_completed) <= 0
        reviewer.held["slow"].set()
        await eventually(lambda: len(reviewer.done) == 41)
        loop.stop()
    assert reviewer.seen.count("slow") == 1
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
    assert second.seen == ["stuck", "d"]
    assert await _reviews(world) == Counter(["a", "b", "c", "d", "stuck"])


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


async def test_a_member_without_partitions_takes_over_without_loss(
    world: Any, eventually: Eventually
) -> None:
    members = [Reviewer(world), Reviewer(world)]
    names = [f"run-{number}" for number in range(30)]
    await world.put(world.topics.scenario_completed, *names[:15])
    async with (
        _running(world, members[0], session_seconds=3) as one,
        _running(world, members[1], session_seconds=3) as other,
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
    assert await _reviews(world) == Counter(names)
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
    async with _running(world, keeper, drain_seconds=0.2, session_seconds=3) as kept:
        await eventually(lambda: set(keeper.seen) == set(names))
        async with _running(world, guest, session_seconds=3) as moved:
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
    assert await _reviews(world) == Counter(names)


@pytest.mark.parametrize("drain_seconds", [0.1, 5], ids=["drain over", "draining"])
async def test_a_stop_in_the_middle_of_a_rebalance_loses_and_repeats_nothing(
    world: Any, eventually: Eventually, drain_seconds: float
) -> None:
    first, second = Reviewer(world), Reviewer(world)
    first.held["slow"] = asyncio.Event()
    await world.put(world.topics.scenario_completed, "slow", "quick")
    async with _running(world, first, drain_seconds=drain_seconds, session_seconds=3) as leaver:
        await eventually(lambda: first.done == ["quick"] and "slow" in first.seen)
        async with _running(world, second, session_seconds=3):
            await eventually(lambda: not leaver._workers._open)
            leaver.stop()
            first.held["slow"].set()
            await world.until_committed(world.group, world.topics.scenario_completed, 2)
    assert await _reviews(world) == Counter(["slow", "quick"])


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
    async with _running(world, reviewer, ledger=books):
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

    async with _running(world, keeper, limit=3, drain_seconds=0.1, session_seconds=3) as one:
        await eventually(lambda: is_full(one))
        async with _running(world, guest, limit=3, drain_seconds=0.1, session_seconds=3) as two:
            await world.until_members(world.group, 2)
            await eventually(lambda: is_full(one, two) and one._assignment.is_taken_over)
            go_on.set()
            await eventually(lambda: is_full(one, two) or {*keeper.done, *guest.done} == {*names})
            await world.until_committed(world.group, world.topics.scenario_completed, 40)
    assert most == 10
    assert await _reviews(world) == Counter(names)


async def test_an_offset_that_expired_begins_at_what_is_still_there(
    world: Any, eventually: Eventually
) -> None:
    await world.put(world.topics.scenario_completed, "a", "b", "c", "d")
    await world.commit(world.group, world.topics.scenario_completed, 1, "")
    await world.expire(world.topics.scenario_completed, 2)
    reviewer = Reviewer(world)
    async with _running(world, reviewer):
        await eventually(lambda: sorted(reviewer.done) == ["c", "d"])
    assert await world.committed(world.group, world.topics.scenario_completed) == 4


async def test_foreign_metadata_is_ignored_and_the_offset_counts(
    world: Any, eventually: Eventually
) -> None:
    await world.put(world.topics.scenario_completed, "a", "b")
    await world.commit(world.group, world.topics.scenario_completed, 1, "somebody else's words")
    reviewer = Reviewer(world)
    async with _running(world, reviewer):
        await eventually(lambda: reviewer.done == ["b"])
    assert await _reviews(world) == Counter(["b"])


async def test_an_offset_beyond_the_log_begins_at_its_start(
    world: Any, eventually: Eventually
) -> None:
    await world.put(world.topics.scenario_completed, "a", "b")
    await world.commit(world.group, world.topics.scenario_completed, 999, "")
    reviewer = Reviewer(world)
    async with _running(world, reviewer):
        await eventually(lambda: sorted(reviewer.done) == ["a", "b"])


async def test_a_review_too_large_for_the_topic_is_set_aside_and_the_others_are_published(
    world: Any, eventually: Eventually
) -> None:
    reviewer = Reviewer(world)
    reviewer.padding["huge"] = 3_000_000
    names = [f"run-{number}" for number in range(10)]
    await world.put(world.topics.scenario_completed, *names[:5], "huge", *names[5:])
    async with _running(world, reviewer):
        await eventually(lambda: len(reviewer.done) == 11)
    assert await _reviews(world) == Counter(names)
    letters = await world.read(world.topics.dlq(world.topics.scenario_completed))
    assert [letter.value for letter in letters] == [b"huge"]
    assert dict(letters[0].headers)["debrief-error-kind"] == b"too_large"
    assert await world.committed(world.group, world.topics.scenario_completed) == 11


async def test_a_revisit_is_published_in_its_runs_lane(world: Any, eventually: Eventually) -> None:
    reviewer, calm = Reviewer(world), Calm()
    reviewer.held["run"] = asyncio.Event()
    await world.put(world.topics.scenario_completed, "run")
    async with _running(world, reviewer, attention=calm):
        await eventually(lambda: reviewer.seen == ["run"])
        calm.revisits = [Revisit(run_id="run", partition=0, reason="redo")]
        await eventually(lambda: calm.revisits == [])
        await asyncio.sleep(0.2)
        assert reviewer.seen == ["run"]
        reviewer.held["run"].set()
        await eventually(lambda: reviewer.seen == ["run", "redo"])
    assert await _reviews(world) == Counter(["run", "redo"])


async def test_work_for_an_erased_run_is_stopped_and_handled_once_more(
    world: Any, eventually: Eventually
) -> None:
    reviewer, calm = Reviewer(world), Calm()
    reviewer.held["run"] = asyncio.Event()
    await world.put(world.topics.scenario_completed, "run")
    async with _running(world, reviewer, attention=calm):
        await eventually(lambda: reviewer.seen == ["run"])
        reviewer.raises["run"] = [Rejected("invalid", "stands for: the handler sees the erasure")]
        calm.erased = {"run"}
        await eventually(lambda: reviewer.seen == ["run", "run"])
    assert await _reviews(world) == Counter()
    assert await world.committed(world.group, world.topics.scenario_completed) == 1


async def test_ten_rebalances_lose_and_repeat_nothing(world: Any, eventually: Eventually) -> None:
    keeper = Reviewer(world)
    names = [f"run-{number}" for number in range(60)]
    keeper.held["slow"] = asyncio.Event()
    await world.put(world.topics.scenario_completed, "slow")
    async with _running(world, keeper, drain_seconds=0.2, session_seconds=3):
        await eventually(lambda: "slow" in keeper.seen)
        guests = []
        for number in range(10):
            await world.put(world.topics.scenario_completed, *names[number * 6 : number * 6 + 6])
            guest = Reviewer(world)
            guests.append(guest)
            async with _running(world, guest, drain_seconds=0.2, session_seconds=3):
                await world.until_members(world.group, 2)
        keeper.held["slow"].set()
        done = [keeper, *guests]
        await eventually(lambda: {name for one in done for name in one.done} >= {*names, "slow"})
        # Done is not yet safe: the last guest may just have left, and the keeper own nothing yet.
        await world.until_committed(world.group, world.topics.scenario_completed, 61)
    assert await _reviews(world) == Counter([*names, "slow"])
