"""Processes that die, stall and take over from one another, over a log and a ledger in memory.

Whatever the moment, in the end each run's review is visible exactly once, and the ledger has it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.publication import Publication
from consumer.stream.completion import Completion
from consumer.stream.done import Done
from consumer.stream.offset_metadata import CommittedState, decode
from consumer.stream.offsets import Progress
from consumer.stream.ownership import OwnedPartition, Parts, take_over
from producer.errors import FencedError, RecordTooLargeError, UncertainCommitError
from producer.records import OutputRecord
from producer.transactions import ProducerEpoch

PARTITION = TopicPartition("scenario.completed", 0)
RUNS = 7


class Killed(BaseException):
    """The process is gone, in the middle of whatever it did."""


@dataclass
class World:
    """What outlives every process: the topic, the committed offset, the ledger."""

    visible: list[str] = field(default_factory=list)
    committed: OffsetAndMetadata | None = None
    epoch: int = 0
    revisions: dict[str, int] = field(default_factory=dict)
    rows: dict[str, tuple[str, int]] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    buried: list[str] = field(default_factory=list)

    async def state(self, _partition: TopicPartition) -> CommittedState:
        if self.committed is None:
            return CommittedState(progress=Progress(0), transaction_id=None)
        return decode(self.committed.offset, self.committed.metadata, log_start=0, log_end=RUNS)

    async def bury(self, erased: Sequence[tuple[str, str]]) -> None:
        self.buried += [run_id for run_id, _ in erased]


Step = Callable[[], Awaitable[None]]


async def _nothing() -> None:
    return


class Sender:
    """One process's producer; `step` is called before and after each thing that counts."""

    def __init__(self, world: World, step: Step) -> None:
        self._world = world
        self._step = step
        self._epoch = 0
        self.fails: list[Exception] = []
        self.limit = 10**6

    @property
    def owner(self) -> ProducerEpoch:
        return ProducerEpoch(producer_id=1, epoch=self._epoch)

    async def start(self) -> None:
        await self._step()
        self._world.epoch += 1
        self._epoch = self._world.epoch

    async def stop(self) -> None:
        return

    async def commit(
        self,
        records: Sequence[OutputRecord],
        *,
        offsets: Mapping[TopicPartition, OffsetAndMetadata],
    ) -> None:
        await self._step()
        for record in records:
            if len(record.value or b"") > self.limit:
                raise RecordTooLargeError("too large", record=record)
        if self._epoch != self._world.epoch:
            raise FencedError("another process owns the partition")
        if self.fails:
            raise self.fails.pop(0)
        self._world.visible += [(record.key or b"").decode() for record in records]
        self._world.committed = offsets[PARTITION]
        await self._step()


class Ledger:
    """The store as far as publishing goes; held to the same rules as the real one."""

    def __init__(self, world: World, step: Step) -> None:
        self._world = world
        self._step = step

    async def prepare_publications(
        self,
        transaction_id: str,
        *,
        partition: int,
        owner: ProducerEpoch,
        publications: Sequence[Publication],
    ) -> Mapping[str, str]:
        await self._step()
        verdicts = {}
        for one in publications:
            row = self._world.rows.get(one.run_id)
            if one.run_id in self._world.erased or one.run_id in self._world.revisions:
                verdicts[one.run_id] = "gone"
            elif row is not None and row[1] > owner.epoch:
                verdicts[one.run_id] = "busy"
            else:
                self._world.rows[one.run_id] = (transaction_id, owner.epoch)
                verdicts[one.run_id] = "go"
        await self._step()
        return verdicts

    async def erased_publications(self, transaction_id: str) -> tuple[tuple[str, str], ...]:
        await self._step()
        rows = self._world.rows.items()
        return tuple(
            (run_id, "learner")
            for run_id, (transaction, _) in rows
            if transaction == transaction_id and run_id in self._world.erased
        )

    async def settle_publications(
        self, transaction_id: str | None, *, partition: int, owner: ProducerEpoch
    ) -> None:
        await self._step()
        for run_id, (transaction, epoch) in list(self._world.rows.items()):
            if transaction == transaction_id and run_id not in self._world.erased:
                self._world.revisions[run_id] = 1
            if transaction == transaction_id or epoch < owner.epoch:
                del self._world.rows[run_id]
        await self._step()


class Process:
    """Reviews every run that is handed out to it, in the order given."""

    def __init__(self, world: World, step: Step = _nothing) -> None:
        self._world = world
        self.sender = Sender(world, step)
        self.lost = asyncio.Event()
        self.parts = Parts(
            sender=lambda _: self.sender,
            committed=world.state,
            ledger=Ledger(world, step),
            on_erased=world.bury,
            on_lost=self.lost.set,
        )
        self.owned: OwnedPartition | None = None
        self.settled: list[int] = []
        self.too_large: list[int] = []
        self.busy: list[int] = []

    async def take_over(self) -> bool:
        self.owned, goes_on = await take_over(PARTITION, self.parts, previous=self.owned)
        return goes_on

    def work(self, order: Sequence[int]) -> None:
        assert self.owned is not None
        handed_out = {offset for offset in range(RUNS) if self.owned.offsets.begin(offset)}
        for offset in order:
            if offset in handed_out:
                self.owned.committer.offer(self._done(offset))

    def _done(self, offset: int) -> Done:
        run_id = f"run-{offset}"
        completion = Completion() if run_id in self._world.revisions else _completion(run_id)
        return Done(
            completion,
            offset,
            settled=lambda: self.settled.append(offset),
            again=lambda _seconds: self.busy.append(offset),
            too_large=lambda _message: self.too_large.append(offset),
        )

    async def until_safe(self) -> None:
        assert self.owned is not None
        waits = [
            asyncio.create_task(self.owned.committer.flush(30)),
            asyncio.create_task(self.lost.wait()),
            self.owned._task,
        ]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waits[:2]:
            task.cancel()
        await asyncio.gather(*waits[:2], return_exceptions=True)

    async def die(self) -> None:
        if self.owned is not None:
            self.owned._task.cancel()
            await asyncio.gather(self.owned._task, return_exceptions=True)


def _completion(run_id: str) -> Completion:
    return Completion(
        records=(OutputRecord(topic="review.ready", key=run_id.encode(), value=b"review"),),
        publication=Publication(
            run_id=run_id,
            user_id="learner",
            revision=1,
            status="complete",
            published_at_ms=0,
            reviewed_changes=0,
            arc_digest="",
        ),
    )


class Deadly:
    """A step that kills the process when it is taken for the n-th time."""

    def __init__(self, at: int) -> None:
        self._left = at

    async def __call__(self) -> None:
        await asyncio.sleep(0)
        self._left -= 1
        if self._left < 0:
            raise Killed


class Stalling:
    """A step that stalls the process at its n-th time until it is let go."""

    def __init__(self, at: int) -> None:
        self._left = at
        self.stalled = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self) -> None:
        self._left -= 1
        if self._left == -1:
            self.stalled.set()
            await self.go_on.wait()


async def _live(process: Process, order: Sequence[int]) -> None:
    try:
        await process.take_over()
        process.work(order)
        await process.until_safe()
    except Killed:
        pass
    finally:
        await process.die()


def _assert_each_once(world: World) -> None:
    assert Counter(world.visible) == Counter(f"run-{offset}" for offset in range(RUNS))
    assert set(world.revisions) == set(world.visible)
    assert world.rows == {}
    assert world.committed is not None
    assert world.committed.offset == RUNS


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
            await _live(Process(world, Deadly(at)), order[: 1 + at % RUNS])
        await _live(Process(world), orders[-1])
        return world

    _assert_each_once(asyncio.run(story()))


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 14), share=st.integers(0, RUNS), orders=st.tuples(ORDERS, ORDERS))
def test_one_that_stalls_and_wakes_after_its_partition_moved_does_no_harm(
    at: int, share: int, orders: tuple[list[int], list[int]]
) -> None:
    async def story() -> World:
        world = World()
        step = Stalling(at)
        zombie = asyncio.create_task(_live(Process(world, step), orders[0][:share]))
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
            successor.owned.committer.offer(successor._done(offset))
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
    if committed:
        real = process.sender.commit

        async def commit_and_lose(*args: object, **kwargs: object) -> None:
            process.sender.commit = real  # type: ignore[method-assign]
            await real(*args, **kwargs)  # type: ignore[arg-type]
            raise UncertainCommitError("the connection broke")

        process.sender.commit = commit_and_lose  # type: ignore[method-assign]
    else:
        process.sender.fails = [UncertainCommitError("the connection broke")]
    process.work(range(RUNS))
    await process.until_safe()
    assert process.lost.is_set()
    process.lost.clear()

    assert await process.take_over()

    await process.until_safe()
    await process.die()
    _assert_each_once(world)
    assert sorted(process.settled) == list(range(RUNS))


async def test_a_dead_letter_in_doubt_is_not_written_twice() -> None:
    world = World()
    process = Process(world)
    await process.take_over()
    real = process.sender.commit

    async def commit_and_lose(*args: object, **kwargs: object) -> None:
        process.sender.commit = real  # type: ignore[method-assign]
        await real(*args, **kwargs)  # type: ignore[arg-type]
        raise UncertainCommitError("the connection broke")

    process.sender.commit = commit_and_lose  # type: ignore[method-assign]
    process.work([])
    letter = process._done(0)
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
    await _live(Process(world), [2])
    assert not await process.take_over()
    await process.die()


async def test_what_is_too_large_is_handed_back_and_the_others_are_published() -> None:
    world = World()
    process = Process(world)
    await process.take_over()
    process.work([0, 1])
    assert process.owned is not None
    process.sender.limit = 100
    large = process._done(2)
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
