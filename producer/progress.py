"""`review.progress`: told on the way, never in the way."""

from uuid import uuid4

import structlog

from producer.errors import ProducerError
from producer.records import OutputRecord
from producer.sender import Sender
from schemas.cloudevents import headers_for
from schemas.progress import ReviewProgress
from schemas.topics import Topics
from schemas.wire import encode

_log = structlog.get_logger()


class ProgressPublisher:
    """Publishes progress; a failure is logged, because no review may fail for it.

    `schema_id` is the schema's in a registry; None writes single-object encoding.
    """

    def __init__(self, sender: Sender, topics: Topics, *, schema_id: int | None = None) -> None:
        self._sender = sender
        self._topics = topics
        self._schema_id = schema_id

    async def report(self, progress: ReviewProgress, *, traceparent: str | None = None) -> None:
        """Publish one step of a run's review."""
        record = OutputRecord(
            topic=self._topics.review_progress,
            key=progress.run_id.encode(),
            value=encode("review_progress", progress, schema_id=self._schema_id),
            headers=headers_for(
                "review_progress", event_id=uuid4(), time=progress.at, traceparent=traceparent
            ),
            user_id=progress.user_id,
        )
        try:
            await self._sender.send([record])
        except ProducerError as error:
            _log.warning("progress_not_published", run_id=progress.run_id, error=str(error))
