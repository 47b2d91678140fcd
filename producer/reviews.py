"""Reviews and tombstones as records of `review.ready`."""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from producer.records import OutputRecord
from schemas.cloudevents import headers_for
from schemas.review import ReviewReady, review_id_of
from schemas.topics import Topics
from schemas.wire import encode


def review_record(
    review: ReviewReady, topics: Topics, *, traceparent: str | None, schema_id: int | None = None
) -> OutputRecord:
    """Return the record of a checked review; the same review always has the same `ce_id`.

    `schema_id` is the schema's in a registry; None writes single-object encoding.
    """
    return OutputRecord(
        topic=topics.review_ready,
        key=review.run_id.encode(),
        value=encode("review_ready", review, schema_id=schema_id),
        headers=headers_for(
            "review_ready",
            event_id=event_id_of(review.run_id, review.revision),
            time=review.created_at,
            traceparent=traceparent,
        ),
        user_id=review.user_id,
    )


def tombstone_record(
    run_id: str, user_id: str, topics: Topics, *, at: datetime, traceparent: str | None
) -> OutputRecord:
    """Return the record that removes a run's review, in the user's own partition."""
    return OutputRecord(
        topic=topics.review_ready,
        key=run_id.encode(),
        value=None,
        headers=headers_for(
            "review_ready",
            event_id=uuid5(review_id_of(run_id), "erased"),
            time=at,
            traceparent=traceparent,
        ),
        user_id=user_id,
    )


def event_id_of(run_id: str, revision: int) -> UUID:
    """Return the event id of one revision of a run's review."""
    return uuid5(NAMESPACE_URL, f"urn:debrief:run:{run_id}:revision:{revision}")
