"""Dead letters: the record as it came, and beside it what was wrong; and the way back."""

from datetime import datetime
from typing import Final

from producer.records import OutputRecord, SourceRecord
from schemas.errors import ErrorKind
from schemas.json_form import rfc3339
from schemas.topics import DLQ_SUFFIX, Topics

MAX_MESSAGE_CHARACTERS = 1_000
NOTE_PREFIX: Final = "debrief-error-"
NOTE_HEADERS: Final = frozenset(
    NOTE_PREFIX + name
    for name in (
        "kind",
        "message",
        "topic",
        "partition",
        "offset",
        "attempts",
        "first-at",
        "last-at",
    )
)


def dead_letter_record(
    record: SourceRecord,
    topics: Topics,
    *,
    kind: ErrorKind,
    message: str,
    attempts: int,
    first_at: datetime,
    last_at: datetime,
) -> OutputRecord:
    """Return the dead letter of a record: key, value and headers untouched, ours added.

    Headers of an earlier pass through the dead letters are replaced, so that each stands once.
    """
    ours = {
        "debrief-error-kind": kind,
        "debrief-error-message": message[:MAX_MESSAGE_CHARACTERS],
        "debrief-error-topic": record.topic,
        "debrief-error-partition": str(record.partition),
        "debrief-error-offset": str(record.offset),
        "debrief-error-attempts": str(attempts),
        "debrief-error-first-at": rfc3339(first_at),
        "debrief-error-last-at": rfc3339(last_at),
    }
    kept = tuple((name, value) for name, value in record.headers if name not in ours)
    return OutputRecord(
        topic=topics.dlq(record.topic),
        key=record.key,
        value=record.value,
        headers=(*kept, *((name, _header(text)) for name, text in ours.items())),
    )


def original_of(letter: SourceRecord) -> OutputRecord:
    """Return the record that a dead letter was made of, to be written to its own topic again.

    The topic is told by that of the letter, not by a header that anyone may have written.
    """
    return OutputRecord(
        topic=letter.topic.removesuffix(DLQ_SUFFIX),
        key=letter.key,
        value=letter.value,
        headers=tuple((name, value) for name, value in letter.headers if name not in NOTE_HEADERS),
    )


def _header(text: str) -> bytes:
    # Whatever a foreign error said, a dead letter must not fail for it.
    return " ".join(text.split()).encode("utf-8", errors="backslashreplace")
