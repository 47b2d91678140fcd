"""One pass of redriving: what is sent, what is left out, and what a refusal changes."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence

import pytest

from consumer.dead_letters.letters import DeadLetter, Selection, dead_letter
from consumer.dead_letters.reading import OnRead, Range
from consumer.dead_letters.redriving import BATCH_BYTES, BATCH_LETTERS, Redriving
from producer.errors import RecordTooLargeError, SendFailedError
from producer.records import SourceRecord
from producer.redrive_ledger import Ledger, LetterId, Redriven


def _record(offset: int, value: bytes = b"v") -> SourceRecord:
    return SourceRecord(
        topic="t.dlq",
        partition=0,
        offset=offset,
        key=b"k",
        value=value,
        headers=(),
        timestamp_ms=1_000 + offset,
    )


class Kafka:
    """Letters, the ledger, and who writes to it, in memory."""

    def __init__(self, *records: SourceRecord) -> None:
        self.records = records
        self.entries: list[Redriven] = []
        self.batches: list[list[int]] = []
        self.too_large: set[int] = set()
        self.fails_at: int | None = None
        self.starts = 0
        self.was_made = False
        self.first = 0
        self.gone: list[LetterId] = []
        self.meanwhile: list[int] = []

    async def start(self) -> None:
        self.starts += 1
        if self.starts > 1:
            for offset in self.meanwhile:
                self._enter(self.records[offset])

    async def ledger(self, *, is_made: bool = False) -> Ledger:
        self.was_made = is_made
        return Ledger(self.entries)

    async def letters(
        self, _ranges: Sequence[Range], selection: Selection, *, on_read: OnRead
    ) -> AsyncGenerator[DeadLetter, None]:
        for record in self.records:
            letter = dead_letter(record)
            if selection.includes(letter):
                yield letter
            on_read(1)

    async def first_offsets(self, names: Collection[str]) -> Mapping[tuple[str, int], int]:
        return {(name, 0): self.first for name in names}

    async def redrive(
        self, letters: Sequence[SourceRecord], *, at_ms: int, gone: Sequence[LetterId] = ()
    ) -> tuple[Redriven, ...]:
        assert at_ms > 0
        offsets = [letter.offset for letter in letters]
        if self.fails_at is not None and self.fails_at in offsets:
            raise SendFailedError("away")
        if self.too_large & set(offsets):
            raise RecordTooLargeError("over the limit")
        if offsets:
            self.batches.append(offsets)
        self.gone += gone
        return tuple(self._enter(letter) for letter in letters)

    def _enter(self, letter: SourceRecord) -> Redriven:
        entry = Redriven(
            letter=LetterId(*letter.position),
            letter_at_ms=letter.timestamp_ms,
            target=("t", 0, letter.offset),
            at_ms=1,
        )
        self.entries.append(entry)
        return entry

    @property
    def sent(self) -> list[int]:
        return [offset for batch in self.batches for offset in batch]


async def _run(
    kafka: Kafka, *, limit: int | None = None, selection: Selection | None = None, dry: bool = False
) -> Redriving:
    job = Redriving(kafka, None if dry else kafka, limit=limit)
    await job.run((), selection or Selection(), on_read=lambda _: None)
    return job


async def test_every_letter_is_sent_once_however_often_it_is_run() -> None:
    kafka = Kafka(*map(_record, range(5)))

    first, second = await _run(kafka), await _run(kafka)

    assert kafka.sent == [0, 1, 2, 3, 4]
    assert kafka.was_made
    assert (first.done, first.before) == (5, 0)
    assert (second.done, second.before) == (0, 5)


async def test_a_run_that_failed_is_finished_by_the_next() -> None:
    kafka = Kafka(*map(_record, range(BATCH_LETTERS + 5)))
    kafka.fails_at = BATCH_LETTERS + 1
    with pytest.raises(SendFailedError):
        await _run(kafka)
    kafka.fails_at = None

    job = await _run(kafka)

    assert kafka.sent == list(range(BATCH_LETTERS + 5))
    assert (job.done, job.before) == (5, BATCH_LETTERS)


async def test_a_limit_counts_what_is_sent_and_not_what_was_before() -> None:
    kafka = Kafka(*map(_record, range(5)))
    await _run(kafka, limit=2)
    await _run(kafka, limit=2)

    assert kafka.sent == [0, 1, 2, 3]


async def test_a_dry_run_counts_and_writes_nothing() -> None:
    kafka = Kafka(*map(_record, range(3)))
    await _run(kafka, limit=1)

    job = await _run(kafka, dry=True)

    assert (job.done, job.before) == (2, 1)
    assert kafka.sent == [0]
    assert not kafka.was_made
    assert kafka.starts == 1


async def test_a_transaction_grows_neither_past_its_number_nor_past_its_bytes() -> None:
    kafka = Kafka(_record(0, b"x" * BATCH_BYTES), *map(_record, range(1, BATCH_LETTERS + 2)))
    await _run(kafka)

    assert [len(batch) for batch in kafka.batches] == [1, BATCH_LETTERS, 1]


async def test_what_is_too_large_is_named_and_the_others_are_sent() -> None:
    kafka = Kafka(*map(_record, range(7)))
    kafka.too_large = {2, 5}

    job = await _run(kafka)

    assert sorted(kafka.sent) == [0, 1, 3, 4, 6]
    assert sorted(str(letter) for letter, _ in job.refused) == ["t.dlq/0/2", "t.dlq/0/5"]
    assert job.done == 5


async def test_what_another_redrove_while_a_refusal_was_mended_is_left_out() -> None:
    kafka = Kafka(*map(_record, range(4)))
    kafka.too_large, kafka.meanwhile = {3}, [0, 1]

    job = await _run(kafka)

    assert kafka.sent == [2]
    assert (job.done, job.before, len(job.refused)) == (1, 2, 1)


async def test_entries_of_letters_that_are_gone_are_taken_out() -> None:
    kafka = Kafka(*map(_record, range(3)))
    await _run(kafka)
    kafka.first = 2
    await _run(kafka)

    assert kafka.gone == [LetterId("t.dlq", 0, 0), LetterId("t.dlq", 0, 1)]
