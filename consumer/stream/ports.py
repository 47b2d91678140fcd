"""Ports: what the stream needs from outside itself."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from aiokafka.structs import OffsetAndMetadata, TopicPartition

from consumer.publication import Publication
from consumer.stream.completion import Revisit
from producer.records import OutputRecord
from producer.transactions import ProducerEpoch

Erased = Sequence[tuple[str, str]]
"""Runs whose user was erased, with the user: (run_id, user_id)."""


class Transactions(Protocol):
    """The transactional producer of one input partition."""

    @property
    def owner(self) -> ProducerEpoch:
        """Return what Kafka named this producer."""

    async def commit(
        self,
        records: Sequence[OutputRecord],
        *,
        offsets: Mapping[TopicPartition, OffsetAndMetadata],
    ) -> None:
        """Write records and offsets in one transaction."""


class Ledger(Protocol):
    """Where it is kept which revisions are published, and which are on their way.

    Every method may raise an exception while the store is away; it is then called again.
    """

    async def prepare_publications(
        self,
        transaction_id: str,
        *,
        partition: int,
        owner: ProducerEpoch,
        publications: Sequence[Publication],
    ) -> Mapping[str, str]:
        """Write down what a transaction will publish; return `go`, `gone` or `busy` by run."""

    async def erased_publications(self, transaction_id: str) -> tuple[tuple[str, str], ...]:
        """Return (run_id, user_id) of what a transaction published of runs erased meanwhile."""

    async def settle_publications(
        self, transaction_id: str | None, *, partition: int, owner: ProducerEpoch
    ) -> None:
        """Count a committed transaction as published; forget what predecessors left."""


class PartitionSender(Transactions, Protocol):
    """A transactional producer that can be started and stopped."""

    async def start(self) -> None:
        """Connect and fence the predecessor off."""

    async def stop(self) -> None:
        """Disconnect."""


class Attention(Protocol):
    """What happens to runs besides their records."""

    async def due_revisits(self, partitions: Collection[int]) -> Sequence[Revisit]:
        """Return runs of these input partitions that are to be reviewed again."""

    async def erased_runs(self, run_ids: Collection[str]) -> Collection[str]:
        """Return which of these runs were erased."""

    async def bury(self, erased: Erased) -> None:
        """Write the tombstones of (run_id, user_id), acknowledged."""
