"""The one place that gives records up: dead letter acknowledged first, offset later, and a ceiling.

Ingestion and review share one desk, so that the ceiling counts both.
"""

import asyncio
import time
from datetime import UTC, datetime

import structlog

from consumer.stream.errors import DeadLetterCeilingExceeded, StreamError
from consumer.stream.health import StreamHealth
from consumer.stream.retry import DeadLetterCeiling, backoff_seconds
from producer.dead_letters import dead_letter_record
from producer.errors import RecordTooLargeError, SendFailedError
from producer.records import SourceRecord
from producer.sender import Sender
from schemas.errors import ErrorKind
from schemas.topics import Topics

_log = structlog.get_logger(__name__)


class DeadLetterDesk:
    """Writes dead letters and counts them."""

    def __init__(
        self, sender: Sender, topics: Topics, *, max_per_minute: int, health: StreamHealth
    ) -> None:
        self._sender = sender
        self._topics = topics
        self._ceiling = DeadLetterCeiling(max_per_minute)
        self._health = health

    async def send(
        self,
        record: SourceRecord,
        *,
        kind: ErrorKind,
        message: str,
        attempts: int = 1,
        first_at: datetime | None = None,
    ) -> None:
        """Return once the dead letter is acknowledged; waits as long as no broker takes it.

        Raises:
            DeadLetterCeilingExceeded: it would be one too many this minute; it was not written.
            StreamError: the dead-letter topic refuses the record for its size.
        """
        if not self._ceiling.allow(time.monotonic()):
            raise DeadLetterCeilingExceeded(self._ceiling.limit_per_minute)
        now = datetime.now(UTC)
        letter = dead_letter_record(
            record,
            self._topics,
            kind=kind,
            message=message,
            attempts=attempts,
            first_at=first_at or now,
            last_at=now,
        )
        tries = 0
        while True:
            try:
                await self._sender.send([letter])
            except SendFailedError:
                tries += 1
                _log.warning("dead_letter_not_acknowledged", topic=letter.topic, tries=tries)
                await asyncio.sleep(backoff_seconds(tries))
            except RecordTooLargeError as error:
                raise StreamError(
                    f"{letter.topic} refuses a dead letter for its size (from {record.topic}, "
                    f"partition {record.partition}, offset {record.offset}): raise its "
                    "max.message.bytes above that of the input topic"
                ) from error
            else:
                break
        self._health.dead_lettered(record.topic, kind)
        _log.warning(
            "dead_letter",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            kind=kind,
            attempts=attempts,
        )
