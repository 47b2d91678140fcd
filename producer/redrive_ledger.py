"""The ledger of redriven dead letters: one entry a letter, for as long as anyone may ask.

An entry is a record of a compacted topic: its key names the letter, its value says where the
original was written again and when. It is written in the transaction that writes the original, so
there is never the one without the other. The consumer group's own offsets could not hold this:
they expire after a week without a commit, and their metadata ends at 4 KB, while a selection by
kind or run leaves holes anywhere. A database could not either: no transaction spans it and Kafka.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from producer.errors import LedgerError
from producer.records import OutputRecord, SourceRecord
from schemas.topics import Topics

Position = tuple[str, int, int]


@dataclass(frozen=True, slots=True, order=True)
class LetterId:
    """Where a dead letter stands; written `topic/partition/offset`."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote; raises ValueError."""
        parts = text.rsplit("/", 2)
        if len(parts) != 3 or not parts[0] or not all(_is_number(part) for part in parts[1:]):
            raise ValueError(f"{text!r} names no dead letter: want TOPIC/PARTITION/OFFSET")
        return cls(parts[0], int(parts[1]), int(parts[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Redriven:
    """A dead letter that was redriven: which, where its original went, and when.

    `letter_at_ms` is the time of the letter's own record: a topic that is made anew begins at
    offset 0 again, and another letter may stand there then.
    """

    letter: LetterId
    letter_at_ms: int
    target: Position
    at_ms: int


class Ledger:
    """What was redriven, by letter and by where it went."""

    def __init__(self, entries: Iterable[Redriven]) -> None:
        self._by_letter: Mapping[LetterId, Redriven] = {one.letter: one for one in entries}
        self._letters = {one.target: one.letter for one in self._by_letter.values()}

    @property
    def topics(self) -> frozenset[str]:
        """Return the dead-letter topics that it knows letters of."""
        return frozenset(letter.topic for letter in self._by_letter)

    def entry(self, letter: SourceRecord) -> Redriven | None:
        """Return how a letter was redriven, None where it was not."""
        entry = self._by_letter.get(LetterId(*letter.position))
        return entry if entry is not None and entry.letter_at_ms == letter.timestamp_ms else None

    def source(self, position: Position) -> LetterId | None:
        """Return the letter whose redriving wrote the record at this position, if one did."""
        return self._letters.get(position)

    def gone(self, first_offsets: Mapping[tuple[str, int], int]) -> tuple[LetterId, ...]:
        """Return the letters below what their partitions still hold; their entries may go."""
        return tuple(
            letter
            for letter in sorted(self._by_letter)
            if letter.offset < first_offsets.get((letter.topic, letter.partition), 0)
        )


def entry_record(entry: Redriven, topics: Topics) -> OutputRecord:
    """Return the ledger's record of one redriven letter."""
    topic, partition, offset = entry.target
    value = {
        "topic": topic,
        "partition": partition,
        "offset": offset,
        "at_ms": entry.at_ms,
        "letter_at_ms": entry.letter_at_ms,
    }
    return OutputRecord(
        topic=topics.dead_letters_redriven,
        key=str(entry.letter).encode(),
        value=json.dumps(value).encode(),
    )


def end_record(letter: LetterId, topics: Topics) -> OutputRecord:
    """Return the record that takes a letter's entry out; the letter itself is gone."""
    return OutputRecord(topic=topics.dead_letters_redriven, key=str(letter).encode(), value=None)


def read_ledger(records: Iterable[SourceRecord]) -> Ledger:
    """Read the ledger's records in their order.

    Raises:
        LedgerError: one is not what we write; going on could redrive a letter twice.
    """
    entries: dict[bytes | None, Redriven] = {}
    for record in records:
        if record.value is None:
            entries.pop(record.key, None)
        else:
            entries[record.key] = _entry(record)
    return Ledger(entries.values())


def _entry(record: SourceRecord) -> Redriven:
    try:
        fields = json.loads(record.value or b"")
        target = (str(fields["topic"]), int(fields["partition"]), int(fields["offset"]))
        return Redriven(
            letter=LetterId.parse((record.key or b"").decode()),
            letter_at_ms=int(fields["letter_at_ms"]),
            target=target,
            at_ms=int(fields["at_ms"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError(
            f"{record.topic}, partition {record.partition}, offset {record.offset} is no entry "
            "of the ledger of redriven dead letters: something else writes to this topic"
        ) from error


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
