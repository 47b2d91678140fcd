"""The one place that gives records up: dead letter acknowledged first, offset later, and a ceiling.

Ingestion and review share one desk, so that the ceiling counts both.
"""

import asyncio
import time
from datetime import UTC, datetime

import structlog

from consumer.stream.completion import Completion
from consumer.stream.errors import DeadLetterCeilingExceeded, DeadLetterTooLarge
from consumer.stream.health import StreamHealth
from consumer.stream.retry import DeadLetterCeiling, backoff_seconds
from producer.dead_letters import dead_letter_record
from producer.errors import RecordTooLargeError, SendFailedError
from producer.records import OutputRecord, SourceRecord
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

    def completion(
        self,
        record: SourceRecord,
        *,
        kind: ErrorKind,
        message: str,
        attempts: int = 1,
        first_at: datetime | None = None,
    ) -> Completion:
        """Return the dead letter as what completes the record, to be made safe with its offset.

        Raises:
            DeadLetterCeilingExceeded: it would be one too many this minute.
        """
        letter = self._letter(record, kind, message, attempts=attempts, first_at=first_at)

        async def written() -> None:
            self._written(record, kind, attempts=attempts)

        return Completion(records=(letter,), after=written)

    async def send(self, record: SourceRecord, *, kind: ErrorKind, message: str) -> None:
        """Return once the dead letter is acknowledged; waits as long as no broker takes it.

        Raises:
            DeadLetterCeilingExceeded: it would be one too many this minute; it was not written.
            DeadLetterTooLarge: the dead-letter topic refuses the record for its size.
        """
        letter = self._letter(record, kind, message)
        tries = 0
        while True:
            try:
                await self._sender.send([letter])
            except SendFailedError:
                tries += 1
                _log.warning("dead_letter_not_acknowledged", topic=letter.topic, tries=tries)
                await asyncio.sleep(backoff_seconds(tries))
            except RecordTooLargeError as error:
                raise DeadLetterTooLarge(record) from error
            else:
                break
        self._written(record, kind)

    def _letter(
        self,
        record: SourceRecord,
        kind: ErrorKind,
        message: str,
        *,
        attempts: int = 1,
        first_at: datetime | None = None,
    ) -> OutputRecord:
        if not self._ceiling.allow(time.monotonic()):
            raise DeadLetterCeilingExceeded(self._ceiling.limit_per_minute)
        now = datetime.now(UTC)
        return dead_letter_record(
            record,
            self._topics,
            kind=kind,
            message=message,
            attempts=attempts,
            first_at=first_at or now,
            last_at=now,
        )

    def _written(self, record: SourceRecord, kind: ErrorKind, *, attempts: int = 1) -> None:
        self._health.dead_lettered(record.topic, kind)
        _log.warning(
            "dead_letter",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            kind=kind,
            attempts=attempts,
        )
