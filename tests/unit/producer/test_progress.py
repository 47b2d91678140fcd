"""Progress is told on the way, and never in the way."""

from datetime import UTC, datetime
from typing import Protocol

import pytest
from structlog.testing import capture_logs

from producer.errors import ProducerError, RecordTooLargeError, SendFailedError
from producer.progress import ProgressPublisher
from producer.records import OutputRecord
from producer.sender import Sender
from schemas.progress import ReviewProgress
from schemas.topics import Topics
from schemas.wire import decode_progress

STEP = ReviewProgress(
    run_id="run-1",
    user_id="learner-1",
    at=datetime(2026, 3, 14, 9, tzinfo=UTC),
    phase="reviewing",
    done=1,
    total=5,
    detail="1 of 5",
)


class Remembering(Sender, Protocol):
    failure: ProducerError | None
    records: list[OutputRecord]


async def test_a_step_goes_to_the_users_partition(sender: Remembering, topics: Topics) -> None:
    await ProgressPublisher(sender, topics).report(STEP)

    (record,) = sender.records
    assert (record.topic, record.key, record.user_id) == (
        "acme.review.progress",
        b"run-1",
        "learner-1",
    )
    assert record.value is not None
    assert decode_progress(record.value) == STEP


@pytest.mark.parametrize("failure", [SendFailedError("gone"), RecordTooLargeError("big")])
async def test_a_step_that_cannot_be_told_is_logged_and_left(
    failure: ProducerError, sender: Remembering, topics: Topics
) -> None:
    sender.failure = failure

    with capture_logs() as logs:
        await ProgressPublisher(sender, topics).report(STEP)

    assert [entry["event"] for entry in logs] == ["progress_not_published"]
