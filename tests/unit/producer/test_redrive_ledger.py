"""The ledger of redriven letters: what an entry says, and what it must never be mistaken for."""

import pytest

from producer.errors import LedgerError
from producer.records import OutputRecord, SourceRecord
from producer.redrive_ledger import (
    Ledger,
    LetterId,
    Redriven,
    end_record,
    entry_record,
    read_ledger,
)
from schemas.topics import Topics

LETTER = LetterId("acme.scenario.completed.dlq", 1, 7)
ENTRY = Redriven(
    letter=LETTER, letter_at_ms=5, target=("acme.scenario.completed", 2, 99), at_ms=1_000
)


def _letter(letter: LetterId = LETTER, at_ms: int = 5) -> SourceRecord:
    return SourceRecord(
        topic=letter.topic,
        partition=letter.partition,
        offset=letter.offset,
        key=b"k",
        value=b"v",
        headers=(),
        timestamp_ms=at_ms,
    )


def _read(*records: OutputRecord) -> Ledger:
    return read_ledger(
        SourceRecord(
            topic=record.topic,
            partition=0,
            offset=offset,
            key=record.key,
            value=record.value,
            headers=record.headers,
            timestamp_ms=0,
        )
        for offset, record in enumerate(records)
    )


def test_an_entry_comes_back_as_it_was_written(topics: Topics) -> None:
    record = entry_record(ENTRY, topics)

    assert record.topic == "acme.dlq.redriven"
    assert _read(record).entry(_letter()) == ENTRY


def test_the_written_record_tells_the_letter_it_came_of(topics: Topics) -> None:
    ledger = _read(entry_record(ENTRY, topics))

    assert ledger.source(("acme.scenario.completed", 2, 99)) == LETTER
    assert ledger.source(("acme.scenario.completed", 2, 98)) is None


def test_another_letter_at_the_same_place_was_not_redriven(topics: Topics) -> None:
    assert _read(entry_record(ENTRY, topics)).entry(_letter(at_ms=6)) is None


def test_an_entry_taken_out_is_gone(topics: Topics) -> None:
    assert _read(entry_record(ENTRY, topics), end_record(LETTER, topics)).topics == frozenset()


def test_letters_below_what_a_partition_holds_are_gone() -> None:
    ledger = Ledger([ENTRY])

    assert ledger.gone({("acme.scenario.completed.dlq", 1): 8}) == (LETTER,)
    assert ledger.gone({("acme.scenario.completed.dlq", 1): 7}) == ()
    assert ledger.gone({}) == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"t/0/1", b"nonsense"),
        (b"t/0/1", b"[]"),
        (b"t/0/1", b"{}"),
        (b"run-1", entry_record(ENTRY, Topics.with_prefix("")).value),
        (b"\xff", entry_record(ENTRY, Topics.with_prefix("")).value),
        (None, entry_record(ENTRY, Topics.with_prefix("")).value),
    ],
)
def test_what_is_no_entry_is_told_instead_of_passed_over(
    key: bytes | None, value: bytes | None
) -> None:
    with pytest.raises(LedgerError, match="offset 0 is no entry"):
        _read(OutputRecord(topic="dlq.redriven", key=key, value=value))


@pytest.mark.parametrize("text", ["", "t", "t/1", "t/1/", "t/-1/2", "/1/2", "t/1/x", "t/1/²"])
def test_what_names_no_letter_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="names no dead letter"):
        LetterId.parse(text)


def test_a_letter_is_named_as_it_is_parsed() -> None:
    assert LetterId.parse(str(LETTER)) == LETTER
