"""How many results a second the stream makes safe, next to two plain loops of aiokafka.

    .venv/bin/python tests/benchmarks/stream_throughput.py [--records N] [--work SECONDS]

All three read the same topic of one partition and write one record for each; `--work` is how long
the work on a record waits (no CPU). The peers: one record after another, each in a transaction of
its own (exactly once, as aiokafka's documentation has it); and all of a batch at once, then a plain
commit (at least once, batches wait for their slowest). No store: the ledger lets everything pass.
"""

import argparse
import asyncio
import sys
import time
import uuid
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from consumer.embedded.locate import running_kafka
from consumer.publication import Publication
from consumer.stream.client import Membership
from consumer.stream.completion import Completion, Revisit
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.health import StreamHealth
from consumer.stream.retry import RetryLimits
from consumer.stream.review_loop import ReviewLoop
from producer.connection import KafkaConnection
from producer.records import OutputRecord, SourceRecord
from producer.sender import KafkaSender
from producer.topic_plans import plan
from producer.topics import create_topics
from schemas.topics import Topics

MAX_IN_FLIGHT = 256


class Ledger:
    """Lets everything be published."""

    async def prepare_publications(
        self, transaction_id: str, *, publications: Sequence[Publication], **_: object
    ) -> Mapping[str, str]:
        return {one.run_id: "go" for one in publications}

    async def erased_publications(self, transaction_id: str) -> tuple[tuple[str, str], ...]:
        return ()

    async def settle_publications(self, transaction_id: str | None, **_: object) -> None:
        return


class Attention:
    """Nothing happens but records."""

    async def due_revisits(self, partitions: Collection[int]) -> Sequence[Revisit]:
        return ()

    async def erased_runs(self, run_ids: Collection[str]) -> Collection[str]:
        return ()

    async def bury(self, erased: Sequence[tuple[str, str]]) -> None:
        return


class Work:
    """Waits, and writes one record for each."""

    def __init__(self, topic: str, seconds: float) -> None:
        self._topic = topic
        self._seconds = seconds

    async def handle(self, record: SourceRecord) -> Completion:
        await asyncio.sleep(self._seconds)
        return Completion((OutputRecord(topic=self._topic, key=record.key, value=record.value),))

    async def revisit(self, revisit: Revisit) -> Completion:
        return Completion()

    def forget(self, record: SourceRecord) -> None:
        return


class Bench:
    """One topic with its records, and what is measured on it."""

    def __init__(self, bootstrap: str, *, records: int, work_seconds: float) -> None:
        self.connection = KafkaConnection(bootstrap_servers=bootstrap)
        self.topics = Topics.with_prefix(f"b{uuid.uuid4().hex[:8]}.")
        self.records = records
        self.work_seconds = work_seconds
        self.output = TopicPartition(self.topics.review_ready, 0)

    async def prepare(self) -> None:
        await create_topics(self.connection, plan(self.topics, dlq_retention_days=7), partitions=1)
        sender = KafkaSender(self.connection)
        await sender.start()
        for start in range(0, self.records, 500):
            await sender.send(
                [
                    OutputRecord(
                        topic=self.topics.scenario_completed,
                        key=f"run-{number}".encode(),
                        value=b"x" * 1024,
                    )
                    for number in range(start, min(start + 500, self.records))
                ]
            )
        await sender.stop()

    async def seconds(self, contender: Callable[[], Coroutine[Any, Any, None]]) -> float:
        """Run a contender until all its results are visible to a read-committed reader."""
        reader = AIOKafkaConsumer(
            **self.connection.client_kwargs(), isolation_level="read_committed"
        )
        await reader.start()
        reader.assign([self.output])
        await reader.seek_to_end(self.output)
        task = asyncio.create_task(contender())
        seen: set[bytes] = set()
        first = 0.0
        while len(seen) < self.records:
            for batch in (await reader.getmany(timeout_ms=100)).values():
                first = first or time.perf_counter()
                seen.update(record.key or b"" for record in batch)
            if task.done():
                break
        taken = time.perf_counter() - first
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await reader.stop()
        return taken

    async def ours(self) -> None:
        sender = KafkaSender(self.connection)
        await sender.start()
        health = StreamHealth(("review",))
        loop = ReviewLoop(
            Membership(
                job="review",
                connection=self.connection,
                group=self.topics.scenario_completed + ".ours",
                topics=(self.topics.scenario_completed,),
            ),
            Work(self.topics.review_ready, self.work_seconds),
            ledger=Ledger(),
            attention=Attention(),
            dead_letters=DeadLetterDesk(sender, self.topics, max_per_minute=1, health=health),
            health=health,
            limits=RetryLimits(max_attempts=1, max_age_seconds=1),
            max_in_flight=MAX_IN_FLIGHT,
            drain_seconds=1,
        )
        try:
            await loop.run()
        finally:
            await sender.stop()

    async def one_after_another(self) -> None:
        producer = AIOKafkaProducer(
            **self.connection.client_kwargs(), transactional_id=self.topics.review_ready + ".one"
        )
        await producer.start()
        group = self.topics.scenario_completed + ".one"
        consumer = self._consumer(group)
        await consumer.start()
        try:
            async with aclosing(aiter(consumer)) as records:
                async for record in records:
                    await asyncio.sleep(self.work_seconds)
                    async with producer.transaction():
                        await producer.send(self.output.topic, value=record.value, key=record.key)
                        place = TopicPartition(record.topic, record.partition)
                        await producer.send_offsets_to_transaction(
                            {place: record.offset + 1}, group
                        )
        finally:
            await consumer.stop()
            await producer.stop()

    async def batch_by_batch(self) -> None:
        producer = AIOKafkaProducer(**self.connection.client_kwargs(), enable_idempotence=True)
        await producer.start()
        consumer = self._consumer(self.topics.scenario_completed + ".batch")
        await consumer.start()

        async def work(record: object) -> None:
            await asyncio.sleep(self.work_seconds)
            await producer.send_and_wait(
                self.output.topic,
                value=record.value,  # type: ignore[attr-defined]
                key=record.key,  # type: ignore[attr-defined]
            )

        try:
            while True:
                batches = await consumer.getmany(timeout_ms=200, max_records=MAX_IN_FLIGHT)
                await asyncio.gather(*(work(one) for batch in batches.values() for one in batch))
                await consumer.commit()
        finally:
            await consumer.stop()
            await producer.stop()

    def _consumer(self, group: str) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            self.topics.scenario_completed,
            **self.connection.client_kwargs(),
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )


async def measure(bootstrap: str, *, records: int, work_seconds: float) -> None:
    bench = Bench(bootstrap, records=records, work_seconds=work_seconds)
    await bench.prepare()
    print(f"{records} records of 1 KiB, {work_seconds * 1000:g} ms of work each")
    for name, contender in (
        ("this stream, exactly once", bench.ours),
        ("batch by batch, at least once", bench.batch_by_batch),
        ("one after another, exactly once", bench.one_after_another),
    ):
        seconds = await bench.seconds(contender)
        print(f"  {name:34}{records / seconds:9.0f} a second {seconds:8.2f} s")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--records", type=int, default=2000)
    arguments.add_argument("--work", type=float, default=0.005)
    given = arguments.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with running_kafka("", say=lambda line: print(line, file=sys.stderr)) as bootstrap:
        asyncio.run(measure(bootstrap, records=given.records, work_seconds=given.work))


if __name__ == "__main__":
    main()
