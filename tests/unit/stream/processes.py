"""Processes that own a partition one after another, over a log and a ledger in memory."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka.structs import OffsetAndMetadata, TopicPartition

from consumer.publication import Publication
from consumer.stream.completion import Completion
from consumer.stream.done import Done
from consumer.stream.offset_metadata import CommittedState, decode
from consumer.stream.offsets import Progress
from consumer.stream.ownership import OwnedPartition, Parts, take_over
from producer.errors import FencedError, RecordTooLargeError
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
    """One process's producer; `step` is called before and after each thing that counts.

    `fails` are raised instead of a commit, `fails_once_committed` after one.
    """

    def __init__(self, world: World, step: Step) -> None:
        self._world = world
        self._step = step
        self._epoch = 0
        self.fails: list[Exception] = []
        self.fails_once_committed: list[Exception] = []
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
        if self.fails_once_committed:
            raise self.fails_once_committed.pop(0)
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
                self.owned.committer.offer(self.done(offset))

    def done(self, offset: int) -> Done:
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


async def live(process: Process, order: Sequence[int]) -> None:
    try:
        await process.take_over()
        process.work(order)
        await process.until_safe()
    except Killed:
        pass
    finally:
        await process.die()


def assert_each_once(world: World) -> None:
    assert Counter(world.visible) == Counter(f"run-{offset}" for offset in range(RUNS))
    assert set(world.revisions) == set(world.visible)
    assert world.rows == {}
    assert world.committed is not None
    assert world.committed.offset == RUNS
