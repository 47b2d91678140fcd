"""What a stranger sees of a deployment: plain aiokafka and fastavro, none of our code."""

import io
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import fastavro
import fastavro.schema
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.structs import ConsumerRecord, OffsetAndMetadata, TopicPartition

from tests.integration import groups
from tests.integration.faults.small_runs import Record

_REPOSITORY: Final = Path(__file__).resolve().parents[3]
_SCHEMA: Final = fastavro.parse_schema(
    json.loads((_REPOSITORY / "schemas" / "review_ready.v1.avsc").read_text(encoding="utf-8"))
)
CONTEXTS: Final = ("objective.rolled-up", "conversation.message", "artefact.submitted")
TRIGGERS: Final = "scenario.completed"
INPUTS: Final = (*CONTEXTS, TRIGGERS, "user.erased")
OUTPUTS: Final = ("review.ready", "review.progress", *(f"{name}.dlq" for name in INPUTS))


def read_review(value: bytes) -> dict[str, Any]:
    """Read a review from Avro's single-object encoding."""
    assert value[:2] == b"\xc3\x01"
    review = fastavro.schemaless_reader(io.BytesIO(value[10:]), _SCHEMA, None)
    assert isinstance(review, dict)
    return review


class Outside:
    """Topics of one prefix on one cluster, as any other program may use them."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self.bootstrap = bootstrap
        self.prefix = prefix

    async def make_topics(
        self,
        names: Iterable[str],
        *,
        partitions: int,
        replicas: int = 1,
        config: Mapping[str, str] | None = None,
    ) -> None:
        topics = [
            NewTopic(self.prefix + name, partitions, replicas, topic_configs=dict(config or {}))
            for name in names
        ]
        async with self.admin() as admin:
            answer = await admin.create_topics(topics)
        assert all(code == 0 for _, code, *_ in answer.topic_errors), answer

    async def delete_topic(self, name: str) -> None:
        async with self.admin() as admin:
            await admin.delete_topics([self.prefix + name])

    async def grow(self, name: str, partitions: int) -> None:
        async with self.admin() as admin:
            await admin.create_partitions({self.prefix + name: NewPartitions(partitions)})

    async def write(self, records: Iterable[Record]) -> None:
        """Write records in this order, acknowledged by all in-sync replicas."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            acks="all",
            enable_idempotence=True,
            linger_ms=2,
            max_batch_size=256 * 1024,
        )
        await producer.start()
        try:
            for record in records:
                await producer.send(self.prefix + record.topic, record.value, record.key)
            await producer.flush()
        finally:
            await producer.stop()

    async def read(self, name: str) -> list[ConsumerRecord]:
        """Return all that stands in a topic now, as a read-committed reader sees it."""
        async with self.following(name) as topic:
            return await topic.more()

    @asynccontextmanager
    async def following(self, name: str) -> AsyncIterator["Following"]:
        """Give a reader that begins at a topic's start and goes on from where it was."""
        async with self._reader() as reader:
            partitions = await self._partitions(reader, name)
            reader.assign(partitions)
            await reader.seek_to_beginning(*partitions)
            yield Following(reader)

    async def keys_below(
        self, name: str, ends: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, list[str]]:
        """Return the keys of each partition's first records, up to these offsets.

        The topic holds no transactions, so that a key's index is its record's offset.
        """
        keys: dict[TopicPartition, list[str]] = {partition: [] for partition in ends}
        async with self._reader() as reader:
            reader.assign(list(ends))
            await reader.seek_to_beginning(*ends)
            while behind := [one for one, end in ends.items() if len(keys[one]) < end]:
                for one, batch in (await reader.getmany(*behind, timeout_ms=200)).items():
                    assert batch[0].offset == len(keys[one])
                    keys[one] += [record.key.decode() for record in batch]
        return {one: found[: ends[one]] for one, found in keys.items()}

    async def reviews(self) -> list[dict[str, Any]]:
        """Return every review that is visible, tombstones left out."""
        records = await self.read("review.ready")
        return [read_review(record.value) for record in records if record.value is not None]

    async def dead_letters(self) -> Counter[tuple[str, str, int, int]]:
        """Return how often each record was dead-lettered: (kind, topic, partition, offset)."""
        found: Counter[tuple[str, str, int, int]] = Counter()
        for name in INPUTS:
            for record in await self.read(f"{name}.dlq"):
                head = {key: value.decode() for key, value in record.headers}
                where = (int(head["debrief-error-partition"]), int(head["debrief-error-offset"]))
                found[(head["debrief-error-kind"], head["debrief-error-topic"], *where)] += 1
        return found

    async def ends(self, name: str) -> dict[TopicPartition, int]:
        async with self._reader() as reader:
            ends: dict[TopicPartition, int] = await reader.end_offsets(
                await self._partitions(reader, name)
            )
            return ends

    async def committed(self, group: str) -> dict[TopicPartition, int]:
        """Return where a group stands."""
        told = await self.committed_with_metadata(group)
        return {partition: one.offset for partition, one in told.items()}

    async def committed_with_metadata(self, group: str) -> dict[TopicPartition, OffsetAndMetadata]:
        """Return where a group stands, and what it wrote beside that."""
        async with self.admin() as admin:
            return await groups.committed(admin, group)

    async def lag(self, group: str, name: str) -> int:
        """Return how many records of a topic are not yet below the group's position."""
        committed = await self.committed(group)
        ends = await self.ends(name)
        return sum(end - min(committed.get(one, 0), end) for one, end in ends.items())

    async def members(self, group: str) -> int:
        async with self.admin() as admin:
            return await groups.members(admin, group)

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[AIOKafkaConsumer]:
        reader = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, isolation_level="read_committed"
        )
        try:
            await reader.start()
            yield reader
        finally:
            await reader.stop()

    async def _partitions(self, reader: AIOKafkaConsumer, name: str) -> list[TopicPartition]:
        topic = self.prefix + name
        await reader._client._wait_on_metadata(topic)
        return [TopicPartition(topic, one) for one in sorted(reader.partitions_for_topic(topic))]


class Following:
    """A reader of one topic that is looked through again and again while it grows."""

    def __init__(self, reader: AIOKafkaConsumer) -> None:
        self._reader = reader
        self._read: list[ConsumerRecord] = []

    async def more(self) -> list[ConsumerRecord]:
        """Return what came since the last call, up to where the topic ends now."""
        ends = await self._reader.end_offsets(list(self._reader.assignment()))
        while any([await self._reader.position(one) < end for one, end in ends.items()]):
            for batch in (await self._reader.getmany(timeout_ms=200)).values():
                self._read += batch
        records, self._read = self._read, []
        return records
