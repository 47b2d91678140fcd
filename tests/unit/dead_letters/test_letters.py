"""A dead letter's note as read, and what a selection means."""

from datetime import UTC, datetime

import pytest

from consumer.dead_letters.letters import DeadLetter, Selection, dead_letter, moment_ms
from producer.records import SourceRecord

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
NOTE = {
    "debrief-error-kind": b"invalid",
    "debrief-error-message": b"score: too high",
    "debrief-error-topic": b"acme.scenario.completed",
    "debrief-error-partition": b"3",
    "debrief-error-offset": b"41",
    "debrief-error-attempts": b"2",
    "debrief-error-first-at": b"2026-03-14T09:00:00.000Z",
    "debrief-error-last-at": b"2026-03-14T09:00:01.000Z",
}


def _letter(at_ms: int = 50, key: bytes | None = b"run-1", **changes: bytes) -> DeadLetter:
    note = NOTE | {f"debrief-error-{name}": value for name, value in changes.items()}
    return dead_letter(
        SourceRecord(
            topic="acme.scenario.completed.dlq",
            partition=1,
            offset=7,
            key=key,
            value=b"{}",
            headers=(("ce_id", b"1"), *note.items()),
            timestamp_ms=at_ms,
        )
    )


def test_the_note_is_read_from_the_headers() -> None:
    letter = _letter()

    assert str(letter.letter_id) == "acme.scenario.completed.dlq/1/7"
    assert (letter.kind, letter.message, letter.attempts) == ("invalid", "score: too high", "2")
    assert letter.origin_position == ("acme.scenario.completed", 3, 41)
    assert letter.last_at == "2026-03-14T09:00:01.000Z"


def test_a_letter_without_a_note_is_a_letter_still() -> None:
    bare = SourceRecord(
        topic="t.dlq", partition=0, offset=0, key=None, value=None, headers=(), timestamp_ms=0
    )

    letter = dead_letter(bare)

    assert (letter.kind, letter.origin, letter.origin_position) == ("", "?/?/?", None)


def test_an_empty_selection_selects_everything() -> None:
    assert Selection().includes(_letter(key=None))


@pytest.mark.parametrize(
    ("selection", "included"),
    [
        (Selection(kinds=frozenset({"invalid", "failed"})), True),
        (Selection(kinds=frozenset({"failed"})), False),
        (Selection(keys=frozenset({b"run-1"})), True),
        (Selection(keys=frozenset({b"run-2"})), False),
        (Selection(since_ms=50), True),
        (Selection(since_ms=51), False),
        (Selection(until_ms=51), True),
        (Selection(until_ms=50), False),
        (Selection(kinds=frozenset({"invalid"}), until_ms=50), False),
    ],
)
def test_all_of_a_selection_must_hold(selection: Selection, *, included: bool) -> None:
    assert selection.includes(_letter()) is included


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("90m", datetime(2026, 3, 14, 7, 30, tzinfo=UTC)),
        ("7d", datetime(2026, 3, 7, 9, tzinfo=UTC)),
        ("2026-03-01T08:00:00Z", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("2026-03-01T08:00:00+02:00", datetime(2026, 3, 1, 6, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_operators_write_them(text: str, at: datetime) -> None:
    assert moment_ms(text, now=NOW) == int(at.timestamp() * 1000)


@pytest.mark.parametrize("text", ["", "yesterday", "7", "-2h", "2026-13-01", "7w"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        moment_ms(text, now=NOW)


def test_a_time_further_back_than_time_goes_is_told() -> None:
    with pytest.raises(ValueError, match="is no time"):
        moment_ms("999999d", now=NOW)
