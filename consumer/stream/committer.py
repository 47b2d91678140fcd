"""Make one partition's completions safe: several at a time, each batch with the offset.

The order for a batch: the store learns what will be published; one transaction holds the records
and the offset with its map; the store learns that it happened. Between the first and the last step
only Kafka knows whether it did, and the transaction's id in the offset's metadata tells whoever
takes the partition over.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from consumer.stream.completion import Completion
from consumer.stream.done import Done, DoneQueue, largest_of, offsets_of
from consumer.stream.offset_metadata import encode, has_room
from consumer.stream.offsets import OffsetMap
from consumer.stream.ports import Erased, Ledger, Transactions
from consumer.stream.retry import backoff_seconds
from producer.errors import FencedError, RecordTooLargeError, UncertainCommitError
from producer.fault_points import FaultPoint, reach

# A position that moved without work (markers, offsets of a topic's gaps) is committed this often.
IDLE_SECONDS: Final = 5.0
BUSY_RETRY_SECONDS: Final = 1.0

Answer = TypeVar("Answer")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A batch whose transaction has begun, and is not known here to be over and told of."""

    transaction_id: str
    batch: tuple[Done, ...]


class PartitionCommitter:
    """Runs until it is suspended, or its producer is lost: then `on_lost` is called.

    `on_erased` writes the tombstones of reviews that were published of erased runs.
    """

    def __init__(
        self,
        partition: TopicPartition,
        offsets: OffsetMap,
        *,
        transactions: Transactions,
        ledger: Ledger,
        last_transaction_id: str | None,
        on_erased: Callable[[Erased], Awaitable[None]],
        on_lost: Callable[[], None],
    ) -> None:
        self._partition = partition
        self._offsets = offsets
        self._transactions = transactions
        self._owner = transactions.owner
        self._ledger = ledger
        self._on_erased = on_erased
        self._on_lost = on_lost
        self._queue = DoneQueue()
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._suspended = False
        self.committed = offsets.progress()
        self.last_transaction_id = last_transaction_id
        self.in_doubt: InDoubt | None = None

    def offer(self, done: Done) -> None:
        """Take work to be made safe."""
        self._queue.put(done)
        self._idle.clear()
        self._news.set()

    async def flush(self, seconds: float) -> None:
        """Wait until all that was offered is safe, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return

    def suspend(self) -> None:
        """Begin no further transaction, and let `run` end after the one under way."""
        self._suspended = True
        self._news.set()

    def hand_over(self, committed_transaction_id: str | None) -> list[Done]:
        """Settle what turned out to be committed, and return what is still to be made safe.

        For the successor in this process, which knows from the metadata what was committed last.
        """
        doubt = self.in_doubt
        if doubt is not None and doubt.transaction_id == committed_transaction_id:
            self._finish(doubt.batch)
        return self._queue.rest()

    def knows(self, transaction_id: str | None) -> bool:
        """Tell whether a transaction is the last of this process: nobody else was here since."""
        doubt = self.in_doubt
        return transaction_id == self.last_transaction_id or (
            doubt is not None and transaction_id == doubt.transaction_id
        )

    async def run(self) -> None:
        """Make safe what is offered; to be cancelled only where the brokers do not answer."""
        try:
            while not self._suspended:
                await self._next()
        except (FencedError, UncertainCommitError) as error:
            _log.warning("partition_lost", **self._where, error=str(error))
            self._on_lost()
        except Exception:  # noqa: BLE001  # told by on_lost
            # A fault of ours: starting the partition anew is safe, going on is not.
            _log.exception("committer_failed", **self._where)
            self._on_lost()

    async def _next(self) -> None:
        if not self._queue:
            self._idle.set()
            self._news.clear()
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                if self._offsets.progress() == self.committed:
                    return
        if not self._suspended:
            await self._make_safe(self._queue.batch())

    async def _make_safe(self, batch: list[Done]) -> None:
        transaction_id = secrets.token_hex(8)
        batch = await self._prepared(transaction_id, batch)
        try:
            await self._commit(transaction_id, batch)
        except RecordTooLargeError as error:
            # Nothing was sent: without the one that is too large, the others go with the next.
            for done in batch:
                if error.record in done.completion.records:
                    self._queue.take([done])
                    done.too_large(str(error))
        except UncertainCommitError as error:
            if isinstance(error.__cause__, RecordTooLargeError):
                self._set_aside_the_largest(batch, str(error.__cause__))
            raise
        else:
            await self._settle(transaction_id, batch)

    def _set_aside_the_largest(self, batch: Sequence[Done], message: str) -> None:
        # The broker does not say which record it refused; that it did means nothing was committed.
        self.in_doubt = None
        largest = largest_of(batch)
        self._queue.take([largest])
        largest.too_large(message)

    async def _prepared(self, transaction_id: str, batch: list[Done]) -> list[Done]:
        """Write down what is to be published; leave out what may not be, or not now."""
        wanted = [done.completion.publication for done in batch]
        publications = [one for one in wanted if one is not None]
        verdicts = await self._patiently(
            lambda: self._ledger.prepare_publications(
                transaction_id,
                partition=self._partition.partition,
                owner=self._owner,
                publications=publications,
            )
        )
        going = []
        for done, publication in zip(batch, wanted, strict=True):
            verdict = "go" if publication is None else verdicts[publication.run_id]
            if verdict == "busy":
                self._queue.take([done])
                done.again(BUSY_RETRY_SECONDS)
            else:
                if verdict == "gone":
                    done.completion = Completion()
                going.append(done)
        return going

    async def _commit(self, transaction_id: str, batch: list[Done]) -> None:
        records = [record for done in batch for record in done.completion.records]
        progress = self._offsets.progress(finishing=offsets_of(batch))
        metadata = encode(progress, transaction_id=transaction_id)
        offsets = {self._partition: OffsetAndMetadata(progress.position, metadata)}
        self.in_doubt = InDoubt(transaction_id, tuple(batch))
        reach(FaultPoint.BEFORE_TRANSACTION)
        try:
            await self._transactions.commit(records, offsets=offsets)
        except (RecordTooLargeError, FencedError):
            self.in_doubt = None
            raise
        reach(FaultPoint.AFTER_TRANSACTION)
        self.last_transaction_id = transaction_id
        self.committed = progress

    async def _settle(self, transaction_id: str, batch: list[Done]) -> None:
        if any(done.completion.publication for done in batch):
            await self._patiently(lambda: self._tell(transaction_id))
        reach(FaultPoint.AFTER_COMMIT)
        self._finish(batch)

    def _finish(self, batch: Sequence[Done]) -> None:
        self.in_doubt = None
        self._queue.take(batch)
        for offset in offsets_of(batch):
            self._offsets.finish(offset)
        for done in batch:
            done.settled()

    async def _tell(self, transaction_id: str) -> None:
        erased = await self._ledger.erased_publications(transaction_id)
        if erased:
            await self._on_erased(erased)
        await self._ledger.settle_publications(
            transaction_id, partition=self._partition.partition, owner=self._owner
        )

    async def _patiently(self, step: Callable[[], Awaitable[Answer]]) -> Answer:
        tries = 0
        while True:
            try:
                return await step()
            except Exception as error:  # noqa: BLE001  # whatever ails the store: nothing may be lost for it
                tries += 1
                _log.warning("ledger_waits", **self._where, tries=tries, error=repr(error))
                await asyncio.sleep(backoff_seconds(tries))

    @property
    def has_room(self) -> bool:
        """Tell whether the map of what is finished ahead can grow; False: take nothing more in."""
        return has_room(self._offsets.progress())

    @property
    def _where(self) -> dict[str, object]:
        return {"topic": self._partition.topic, "partition": self._partition.partition}
