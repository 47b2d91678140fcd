"""Redriving: the selected letters in small transactions, leaving out what was redriven before."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Final, Protocol

from consumer.dead_letters.letters import DeadLetter, Selection
from consumer.dead_letters.reading import OnRead, Range
from producer.errors import NoKeyRefusedError, RecordTooLargeError
from producer.records import SourceRecord
from producer.redrive_ledger import Ledger, LetterId, Redriven

# One transaction holds so many letters at most, and stops growing past so many bytes.
BATCH_LETTERS: Final = 100
BATCH_BYTES: Final = 4 * 1024 * 1024


class Letters(Protocol):
    """Where the letters are read."""

    def letters(
        self, ranges: Sequence[Range], selection: Selection, *, on_read: OnRead
    ) -> AsyncGenerator[DeadLetter, None]:
        """Give the selected letters, partition by partition."""

    async def ledger(self, *, is_made: bool = False) -> Ledger:
        """Return what was redriven, as far as it is committed now."""

    async def first_offsets(self, names: Collection[str]) -> Mapping[tuple[str, int], int]:
        """Return where each partition of these topics begins now."""


class Writer(Protocol):
    """Whoever writes originals and ledger entries, all or nothing."""

    async def start(self) -> None:
        """Take over from whoever writes, be it this one after a refusal."""

    async def redrive(
        self, letters: Sequence[SourceRecord], *, at_ms: int, gone: Sequence[LetterId] = ()
    ) -> tuple[Redriven, ...]:
        """Write them, and take the entries of `gone` letters out; raises ProducerError."""


class Redriving:
    """One pass over the letters, at most `limit` of them; no writer: nothing is written.

    The ledger is read only after the writer took over: then it cannot change under our hands.
    `done` counts what was (or would be) redriven, `before` what had been already, and `refused`
    names what its topic does not take, with the reason.
    """

    def __init__(self, letters: Letters, writer: Writer | None, *, limit: int | None) -> None:
        self._letters = letters
        self._writer = writer
        self._ledger = Ledger(())
        self._limit = limit
        self.done = 0
        self.before = 0
        self.refused: list[tuple[LetterId, str]] = []

    async def run(self, ranges: Sequence[Range], selection: Selection, *, on_read: OnRead) -> None:
        """Redrive; may be stopped at any point and run again.

        Raises:
            ProducerError: the pass ended before its end; run it again.
        """
        await self._take_over()
        batch: list[SourceRecord] = []
        letters = self._letters.letters(ranges, selection, on_read=on_read)
        async with aclosing(letters) as found:
            async for letter in found:
                if self._limit is not None and self._taken(batch) >= self._limit:
                    break
                if self._ledger.entry(letter.record) is not None:
                    self.before += 1
                    continue
                batch.append(letter.record)
                if _is_full(batch):
                    await self._send(batch)
                    batch = []
        await self._send(batch)
        await self._tidy()

    def _taken(self, batch: list[SourceRecord]) -> int:
        return self.done + len(self.refused) + len(batch)

    async def _take_over(self) -> None:
        if self._writer is not None:
            await self._writer.start()
        self._ledger = await self._letters.ledger(is_made=self._writer is not None)

    async def _send(self, batch: list[SourceRecord]) -> None:
        if not batch or self._writer is None:
            self.done += len(batch)
            return
        try:
            await self._writer.redrive(batch, at_ms=_now_ms())
        except (RecordTooLargeError, NoKeyRefusedError) as error:
            # The refusal broke the writer's sequence. Until it is back another may have redriven.
            await self._take_over()
            if len(batch) == 1:
                self.refused.append((LetterId(*batch[0].position), str(error)))
            else:
                await self._send_by_halves(batch)
        else:
            self.done += len(batch)

    async def _send_by_halves(self, batch: list[SourceRecord]) -> None:
        """Send a batch with one that its topic refuses; the others do not wait for it."""
        middle = len(batch) // 2
        for half in (batch[:middle], batch[middle:]):
            fresh = [letter for letter in half if self._ledger.entry(letter) is None]
            self.before += len(half) - len(fresh)
            await self._send(fresh)

    async def _tidy(self) -> None:
        """Take out the entries of letters that are gone: nobody can ask for them again."""
        if self._writer is None:
            return
        gone = self._ledger.gone(await self._letters.first_offsets(self._ledger.topics))
        for start in range(0, len(gone), BATCH_LETTERS):
            await self._writer.redrive(
                (), at_ms=_now_ms(), gone=gone[start : start + BATCH_LETTERS]
            )


def _is_full(batch: list[SourceRecord]) -> bool:
    held = sum(len(record.value or b"") for record in batch)
    return len(batch) >= BATCH_LETTERS or held >= BATCH_BYTES


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)
