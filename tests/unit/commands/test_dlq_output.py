"""Dead letters as they are written out: whole for programs, harmless and discreet for people."""

import io
from dataclasses import replace

from rich.console import Console

from consumer.commands.dlq_output import letter_json, letter_text, letters_table
from consumer.dead_letters.letters import DeadLetter, dead_letter
from producer.records import SourceRecord
from producer.redrive_ledger import Ledger, LetterId, Redriven

EMPTY = Ledger(())


def _letter(
    value: bytes | None = b"a person's words", key: bytes = b"run-1", message: bytes = b"why"
) -> DeadLetter:
    return dead_letter(
        SourceRecord(
            topic="t.dlq",
            partition=0,
            offset=4,
            key=key,
            value=value,
            headers=(
                ("ce_id", b"\xff"),
                ("debrief-error-kind", b"invalid"),
                ("debrief-error-message", message),
                ("debrief-error-topic", b"t"),
                ("debrief-error-partition", b"0"),
                ("debrief-error-offset", b"9"),
            ),
            timestamp_ms=0,
        )
    )


def _printed(*letters: DeadLetter, ledger: Ledger = EMPTY) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(letters_table(letters, ledger))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_a_value_stands_nowhere_unless_it_is_asked_for() -> None:
    letter = _letter()

    assert "person's words" not in _printed(letter)
    assert "person's words" not in letter_text(letter, EMPTY, value=False)
    assert "may hold a person's text" in letter_text(letter, EMPTY, value=False)
    assert "value" not in letter_json(letter, EMPTY, headers=True)
    assert "value: a person's words" in letter_text(letter, EMPTY, value=True)
    assert letter_json(letter, EMPTY, value=True)["value"] == "a person's words"


def test_bytes_that_are_no_text_are_base64() -> None:
    fields = letter_json(_letter(value=b"\xff\x00"), EMPTY, headers=True, value=True)

    assert fields["value_base64"] == "/wA="
    assert fields["headers"][0] == {"name": "ce_id", "value_base64": "/w=="}


def test_a_null_value_is_null() -> None:
    fields = letter_json(_letter(value=None), EMPTY, value=True)

    assert (fields["value"], fields["value_bytes"]) == (None, None)


def test_a_time_that_no_calendar_knows_is_told_as_it_stands() -> None:
    letter = _letter()
    late = replace(letter, record=replace(letter.record, timestamp_ms=2**62))

    assert letter_json(late, EMPTY)["written_at"] == f"{2**62} ms"


def test_foreign_words_steer_no_terminal() -> None:
    hostile = _letter(key=b"\x1b[31mrun", message=b"[bold]\x1b]0;x\x07no")

    for shown in (_printed(hostile), letter_text(hostile, EMPTY, value=False)):
        assert "\x1b" not in shown
        assert "[bold]" in shown


def test_a_redriven_letter_says_when_and_where_to_and_its_child_where_from() -> None:
    ledger = Ledger(
        [Redriven(letter=LetterId("t.dlq", 0, 4), letter_at_ms=0, target=("t", 0, 9), at_ms=1_000)]
    )
    fields = letter_json(_letter(), ledger)

    assert fields["redriven"] is True
    assert fields["redriven_at"] == "1970-01-01T00:00:01.000Z"
    assert fields["redriven_to"] == "t/0/9"
    assert fields["redriven_from"] == "t.dlq/0/4"  # it was read at offset 9, as was redriven
    assert "redriven from t.dlq/0/4" in _printed(_letter(), ledger=ledger)
