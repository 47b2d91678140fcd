"""A dead letter is its original, untouched, and a note of what was wrong."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from producer.dead_letters import (
    MAX_MESSAGE_CHARACTERS,
    NOTE_HEADERS,
    dead_letter_record,
    original_of,
)
from producer.records import OutputRecord, SourceRecord
from schemas.topics import Topics

FIRST = datetime(2026, 3, 14, 9, tzinfo=UTC)
Make = Callable[..., SourceRecord]


def letter(record: SourceRecord, topics: Topics, **changes: Any) -> OutputRecord:
    return dead_letter_record(
        record,
        topics,
        **{
            "kind": "invalid",
            "message": "score: too high",
            "attempts": 2,
            "first_at": FIRST,
            "last_at": FIRST + timedelta(seconds=1),
            **changes,
        },
    )


@pytest.mark.parametrize("key", [None, b"", b"\xff"])
@pytest.mark.parametrize("value", [None, b"", b"\x00\xff"])
def test_key_and_value_stay_byte_for_byte(
    key: bytes | None, value: bytes | None, source: Make, topics: Topics
) -> None:
    dead = letter(source(key=key, value=value), topics)

    assert (dead.topic, dead.key, dead.value) == ("acme.scenario.completed.dlq", key, value)


def test_the_original_headers_stay_in_order_even_where_repeated(
    source: Make, topics: Topics
) -> None:
    headers = (("b", b"\xff"), ("a", b"1"), ("b", b""), ("a", None))

    assert letter(source(headers=headers), topics).headers[:4] == headers


def test_the_note_says_what_where_and_when(source: Make, topics: Topics) -> None:
    assert dict(letter(source(), topics).headers) == {
        "debrief-error-kind": b"invalid",
        "debrief-error-message": b"score: too high",
        "debrief-error-topic": b"acme.scenario.completed",
        "debrief-error-partition": b"3",
        "debrief-error-offset": b"41",
        "debrief-error-attempts": b"2",
        "debrief-error-first-at": b"2026-03-14T09:00:00.000Z",
        "debrief-error-last-at": b"2026-03-14T09:00:01.000Z",
    }


def test_the_note_of_an_earlier_pass_is_replaced(source: Make, topics: Topics) -> None:
    once = letter(source(), topics, kind="failed")
    twice = letter(source(headers=once.headers), topics)

    assert twice.headers == letter(source(), topics).headers


def test_a_note_is_one_short_line_whatever_the_error_said(source: Make, topics: Topics) -> None:
    said = "a\nb \ud800 " + "x" * 5_000

    note = dict(letter(source(), topics, message=said).headers)["debrief-error-message"]
    assert note is not None

    assert note.startswith(rb"a b \ud800 xxx")
    assert len(note) <= MAX_MESSAGE_CHARACTERS + 10


def test_the_original_of_a_letter_is_the_record_that_failed(source: Make, topics: Topics) -> None:
    record = source(headers=(("b", b"\xff"), ("a", b"1"), ("b", b""), ("a", None)))
    dead = letter(record, topics)
    back = original_of(
        SourceRecord(
            topic=dead.topic,
            partition=0,
            offset=1,
            key=dead.key,
            value=dead.value,
            headers=dead.headers,
            timestamp_ms=0,
        )
    )

    assert (back.topic, back.key, back.value, back.headers) == (
        record.topic,
        record.key,
        record.value,
        record.headers,
    )


def test_the_headers_taken_out_are_those_put_in(source: Make, topics: Topics) -> None:
    assert {name for name, _ in letter(source(), topics).headers} == NOTE_HEADERS
