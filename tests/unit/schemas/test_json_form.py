"""The JSON form of what is written."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from schemas.json_form import rfc3339, to_json
from schemas.review import ReviewReady

REVIEW_FILE = Path(__file__).resolve().parents[2] / "data" / "review.json"


def test_a_review_becomes_the_json_it_was_read_from(review: ReviewReady) -> None:
    assert to_json(review) == json.loads(REVIEW_FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 3, 14, 9, tzinfo=UTC), "2026-03-14T09:00:00.000Z"),
        (datetime(2026, 3, 14, 9, 0, 0, 125_999, UTC), "2026-03-14T09:00:00.125Z"),
        (
            datetime(2026, 3, 14, 1, tzinfo=timezone(timedelta(hours=2))),
            "2026-03-13T23:00:00.000Z",
        ),
    ],
)
def test_a_moment_is_written_in_utc_with_milliseconds(moment: datetime, text: str) -> None:
    assert rfc3339(moment) == text
