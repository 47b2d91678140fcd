"""Reviews and tombstones as records."""

from datetime import UTC, datetime

from producer.reviews import event_id_of, review_record, tombstone_record
from schemas.cloudevents import header
from schemas.review import ReviewReady
from schemas.topics import Topics
from schemas.wire import decode_review

AT = datetime(2026, 3, 14, 11, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_review_is_keyed_by_its_run_and_placed_by_its_user(
    review: ReviewReady, topics: Topics
) -> None:
    record = review_record(review, topics, traceparent=TRACE)

    assert (record.topic, record.key, record.user_id) == (
        "acme.review.ready",
        review.run_id.encode(),
        review.user_id,
    )
    assert record.value is not None
    assert decode_review(record.value) == review
    assert header(record.headers, "ce_type") == "debrief.review_ready.v1"
    assert header(record.headers, "traceparent") == TRACE


def test_the_same_review_is_the_same_event(review: ReviewReady, topics: Topics) -> None:
    later = review.model_copy(update={"revision": review.revision + 1})
    once = review_record(review, topics, traceparent=None)

    assert once == review_record(review, topics, traceparent=None)
    assert header(once.headers, "ce_id") == str(event_id_of(review.run_id, review.revision))
    assert header(once.headers, "ce_id") != header(
        review_record(later, topics, traceparent=None).headers, "ce_id"
    )


def test_a_tombstone_goes_where_the_review_went(review: ReviewReady, topics: Topics) -> None:
    written = review_record(review, topics, traceparent=None)
    tombstone = tombstone_record(review.run_id, review.user_id, topics, at=AT, traceparent=TRACE)

    assert tombstone.value is None
    assert (tombstone.topic, tombstone.key, tombstone.user_id) == (
        written.topic,
        written.key,
        written.user_id,
    )
    assert header(tombstone.headers, "ce_time") == "2026-03-14T11:00:00.000Z"
    assert header(tombstone.headers, "ce_id") != header(written.headers, "ce_id")
    assert header(tombstone.headers, "traceparent") == TRACE
