"""What the producer's tests write, and a sender that only remembers."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from producer.errors import ProducerError
from producer.records import OutputRecord, SourceRecord
from schemas.review import ReviewReady
from schemas.topics import Topics

REVIEW_FILE = Path(__file__).resolve().parents[2] / "data" / "review.json"


class RememberingSender:
    """Keeps what it was given, batch by batch; raises `failure` where one is set."""

    def __init__(self) -> None:
        self.batches: list[tuple[OutputRecord, ...]] = []
        self.failure: ProducerError | None = None

    @property
    def records(self) -> list[OutputRecord]:
        return [record for batch in self.batches for record in batch]

    async def send(self, records: Sequence[OutputRecord]) -> None:
        if self.failure is not None:
            raise self.failure
        self.batches.append(tuple(records))


@pytest.fixture
def sender() -> RememberingSender:
    return RememberingSender()


@pytest.fixture
def topics() -> Topics:
    return Topics.with_prefix("acme.")


@pytest.fixture
def review() -> ReviewReady:
    return ReviewReady.model_validate_json(REVIEW_FILE.read_text(encoding="utf-8"))


@pytest.fixture
def source() -> Callable[..., SourceRecord]:
    """Return a function that makes a record as it was read."""

    def make(
        *,
        key: bytes | None = b"run-1",
        value: bytes | None = b"\xff\x00 anything",
        headers: tuple[tuple[str, bytes], ...] = (),
    ) -> SourceRecord:
        return SourceRecord(
            topic="acme.scenario.completed",
            partition=3,
            offset=41,
            key=key,
            value=value,
            headers=headers,
            timestamp_ms=1_773_478_800_125,
        )

    return make
