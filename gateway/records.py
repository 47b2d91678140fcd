"""Kafka records of the output topics as the gateway's own values."""

import json
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from aiokafka import ConsumerRecord

from gateway.store import Change, Erased, StoredReview
from schemas.errors import SchemaError
from schemas.json_form import to_json
from schemas.progress import ReviewProgress
from schemas.review import ReviewReady
from schemas.wire import SchemaResolver, decode_progress, decode_review


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that is not what its topic holds; `kind` says in a word why."""

    partition: int
    offset: int
    kind: str


def read_review(
    record: ConsumerRecord, resolver: SchemaResolver | None = None
) -> Change | Unreadable:
    """Return the review or the erasure that a record of `review.ready` is."""
    if record.value is None:
        return Erased(
            run_id=(record.key or b"").decode("utf-8", errors="replace"),
            offset=record.offset,
            timestamp_ms=record.timestamp,
        )
    try:
        review = decode_review(record.value, resolver=resolver)
    except SchemaError as error:
        return Unreadable(record.partition, record.offset, error.kind)
    return StoredReview(
        run_id=review.run_id,
        user_id=review.user_id,
        review_id=str(review.review_id),
        revision=review.revision,
        created_at_ms=int(review.created_at.timestamp() * 1000),
        event_id=_event_id(record, review),
        partition=record.partition,
        offset=record.offset,
        timestamp_ms=record.timestamp,
        review=json.dumps(to_json(review), ensure_ascii=False, separators=(",", ":")),
    )


def read_progress(
    record: ConsumerRecord, resolver: SchemaResolver | None = None
) -> ReviewProgress | Unreadable:
    """Return the step that a record of `review.progress` is."""
    if record.value is None:
        return Unreadable(record.partition, record.offset, "undecodable")
    try:
        return decode_progress(record.value, resolver=resolver)
    except SchemaError as error:
        return Unreadable(record.partition, record.offset, error.kind)


def _event_id(record: ConsumerRecord, review: ReviewReady) -> str:
    for name, value in record.headers:
        if name == "ce_id" and value is not None:
            return str(value.decode("utf-8", errors="replace"))[:64]
    # Written by something else than Debrief's own producer: an id that is the same on every read.
    return str(uuid5(NAMESPACE_URL, f"urn:debrief:review:{review.review_id}:{review.revision}"))
