"""Redriving dead letters: originals and ledger entries in one transaction, by one writer at a time.

Whoever starts takes over from whoever redrove before (the `transactional_id` is one for all, so
Kafka finishes or aborts the predecessor's transaction and refuses whatever it still sends). What
the ledger says after that is final, so it is to be read after `start`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidProducerEpoch,
    KafkaError,
    MessageSizeTooLargeError,
    ProducerFenced,
    UnknownError,
)

from producer.connection import KafkaConnection
from producer.dead_letters import original_of
from producer.errors import (
    NoKeyRefusedError,
    RecordTooLargeError,
    RedriveTakenOverError,
    SendFailedError,
)
from producer.records import OutputRecord, SourceRecord
from producer.redrive_ledger import LetterId, Redriven, end_record, entry_record
from producer.refusals import why_not_connected
from producer.sender import MAX_REQUEST_BYTES, begin_send, serialized_key
from schemas.topics import Topics

RETRY_BACKOFF_MS: Final = 5


class Redriver:
    """A transactional producer of originals; `start` before use and after a refusal."""

    def __init__(self, connection: KafkaConnection, topics: Topics) -> None:
        self._connection = connection
        self._topics = topics
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Take over from any redrive before this one; raises SendFailedError, no broker answers."""
        await self.stop()
        producer = AIOKafkaProducer(
            **self._connection.client_kwargs(),
            transactional_id=self._topics.dead_letters_redriven,
            key_serializer=serialized_key,
            max_request_size=MAX_REQUEST_BYTES,
            # The writer may have compressed what our plain bytes would be too large for.
            compression_type="gzip",
            retry_backoff_ms=RETRY_BACKOFF_MS,
        )
        try:
            await producer.start()
        except KafkaError as error:
            await producer.stop()
            raise SendFailedError(why_not_connected(error)) from error
        self._producer = producer

    async def stop(self) -> None:
        """Disconnect."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def redrive(
        self, letters: Sequence[SourceRecord], *, at_ms: int, gone: Sequence[LetterId] = ()
    ) -> tuple[Redriven, ...]:
        """Write the originals and their entries, and take the entries of `gone` letters out.

        All of it or nothing is there afterwards.

        Raises:
            RecordTooLargeError: an original's topic refuses it for its size; nothing was written,
                and `start` is to be called before anything else is.
            NoKeyRefusedError: a broker refused, and one of them has no key; as above.
            RedriveTakenOverError: another redrive has begun; nothing was written.
            SendFailedError: not acknowledged. It may be written nevertheless; the ledger says so.
        """
        async with self._transaction() as producer:
            originals = [original_of(letter) for letter in letters]
            try:
                written = await _write(producer, originals)
            except UnknownError as error:
                # Kafka says INVALID_RECORD (87), a code that aiokafka has no name for.
                if all(original.key is not None for original in originals):
                    raise
                raise NoKeyRefusedError(
                    "it has no key, and its topic refuses it: a compacted topic takes none without"
                ) from error
            entries = tuple(
                Redriven(
                    letter=LetterId(*letter.position),
                    letter_at_ms=letter.timestamp_ms,
                    target=(told.topic, told.partition, told.offset),
                    at_ms=at_ms,
                )
                for letter, told in zip(letters, written, strict=True)
            )
            records = [entry_record(entry, self._topics) for entry in entries]
            records += [end_record(letter, self._topics) for letter in gone]
            await _write(producer, records)
        return entries

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AIOKafkaProducer]:
        if self._producer is None:
            raise SendFailedError("the producer is not started")
        try:
            async with self._producer.transaction():
                yield self._producer
        except MessageSizeTooLargeError as error:
            raise RecordTooLargeError(str(error)) from error
        except (ProducerFenced, InvalidProducerEpoch) as error:
            raise RedriveTakenOverError(
                "another `debrief dlq redrive` has begun and goes on by itself; this one wrote "
                "nothing more"
            ) from error
        except KafkaError as error:
            raise SendFailedError(f"not acknowledged: {error!r}") from error


async def _write(producer: AIOKafkaProducer, records: Sequence[OutputRecord]) -> list[Any]:
    """Write the records in order and return where each stands; raises the first failure."""
    pending: list[Awaitable[Any]] = []
    try:
        for record in records:
            pending.append(await begin_send(producer, record))  # noqa: PERF401 (kept on error)
    finally:
        # What has begun is waited for on every way out; a result left alone would be lost.
        outcomes = await asyncio.gather(*pending, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return outcomes
