"""Take a partition over from whoever had it, and let it go again.

The order is what makes it safe: first the producer, which fences the predecessor off and ends its
open transaction; then the committed offset with its map, which nobody else can change now; then the
store, which learns what the predecessor could not tell it; then the position; then the gate.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog
from aiokafka.structs import TopicPartition

from consumer.stream.committer import PartitionCommitter
from consumer.stream.offset_metadata import CommittedState
from consumer.stream.offsets import OffsetMap
from consumer.stream.ports import Erased, Ledger, PartitionSender

# How long a transaction under way may take before its producer is dropped all the same.
RELEASE_SECONDS: Final = 5.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a partition's ownership is made of.

    `committed` reads the group's committed state of a partition; `on_erased` writes tombstones;
    `on_lost` is called where a partition's producer is lost.
    """

    sender: Callable[[TopicPartition], PartitionSender]
    committed: Callable[[TopicPartition], Awaitable[CommittedState]]
    ledger: Ledger
    on_erased: Callable[[Erased], Awaitable[None]]
    on_lost: Callable[[], None]


class OwnedPartition:
    """One partition as this process has it: its offsets, its producer and its committer."""

    def __init__(
        self, offsets: OffsetMap, committer: PartitionCommitter, sender: PartitionSender
    ) -> None:
        self.offsets = offsets
        self.committer = committer
        self._sender = sender
        self._task = asyncio.create_task(committer.run())

    async def release(self) -> None:
        """Begin no further transaction, end the one under way, and drop the producer."""
        self.committer.suspend()
        await asyncio.wait((self._task,), timeout=RELEASE_SECONDS)
        if not self._task.done():
            # What it was about is in doubt; whoever takes over will know.
            self._task.cancel()
            await asyncio.wait((self._task,), timeout=RELEASE_SECONDS)
        # Whatever it still waited for ends with its producer.
        await self._sender.stop()


async def take_over(
    partition: TopicPartition, parts: Parts, *, previous: OwnedPartition | None
) -> tuple[OwnedPartition, bool]:
    """Own a partition, and tell whether the work that this process holds for it goes on.

    `previous` is what this process had of it before, if anything. Where somebody else was there in
    between, that work is theirs, and must be dropped.

    Raises:
        SendFailedError: no broker answers; try again.
        KafkaError: the same.
        StoreError: the store is away; try again.
    """
    if previous is not None:
        await previous.release()
    sender = parts.sender(partition)
    await sender.start()
    try:
        state = await parts.committed(partition)
        await _settle_predecessor(partition, parts, state=state, sender=sender)
    except BaseException:
        await sender.stop()
        raise
    goes_on = previous is not None and previous.committer.knows(state.transaction_id)
    offsets = previous.offsets if previous is not None and goes_on else OffsetMap(state.progress)
    left = (
        previous.committer.hand_over(state.transaction_id)
        if previous is not None and goes_on
        else []
    )
    committer = PartitionCommitter(
        partition,
        offsets,
        transactions=sender,
        ledger=parts.ledger,
        last_transaction_id=state.transaction_id,
        on_erased=parts.on_erased,
        on_lost=parts.on_lost,
    )
    for done in left:
        committer.offer(done)
    _log.info(
        "partition_taken_over",
        topic=partition.topic,
        partition=partition.partition,
        position=state.progress.position,
        finished_ahead=sum(end - first for first, end in state.progress.ahead),
        rejoined=len(offsets.running) if goes_on else 0,
        foreign_metadata=state.foreign,
    )
    return OwnedPartition(offsets, committer, sender), goes_on


async def _settle_predecessor(
    partition: TopicPartition, parts: Parts, *, state: CommittedState, sender: PartitionSender
) -> None:
    if state.transaction_id is not None:
        erased = await parts.ledger.erased_publications(state.transaction_id)
        if erased:
            await parts.on_erased(erased)
    await parts.ledger.settle_publications(
        state.transaction_id, partition=partition.partition, owner=sender.owner
    )
