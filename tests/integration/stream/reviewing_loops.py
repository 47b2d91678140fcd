"""A review loop on the shared Kafka with a reviewer that does as it is told."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

from consumer.publication import Publication
from consumer.stream.client import Membership
from consumer.stream.completion import Completion, Handler, Revisit
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.health import StreamHealth
from consumer.stream.ports import Attention, Ledger
from consumer.stream.retry import RetryLimits
from consumer.stream.review_loop import ReviewLoop
from producer.records import OutputRecord, SourceRecord
from producer.sender import KafkaSender

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
async def running(
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


async def reviews(world: Any) -> Counter[str]:
    return Counter(record.value.decode() for record in await world.read(world.topics.review_ready))
