import pytest

from consumer.stream.retry import (
    BACKOFF_LIMIT_SECONDS,
    DeadLetterCeiling,
    RetryLimits,
    backoff_seconds,
)


def test_pauses_double_up_to_a_limit() -> None:
    assert [backoff_seconds(attempt) for attempt in (1, 2, 3)] == [0.5, 1.0, 2.0]
    assert backoff_seconds(10_000) == BACKOFF_LIMIT_SECONDS


@pytest.mark.parametrize(
    ("attempts", "age_seconds", "over"), [(2, 59.0, False), (3, 0.0, True), (1, 60.0, True)]
)
def test_a_record_is_given_up_by_attempts_or_by_age(
    attempts: int, age_seconds: float, *, over: bool
) -> None:
    limits = RetryLimits(max_attempts=3, max_age_seconds=60)
    assert limits.exhausted(attempts=attempts, age_seconds=age_seconds) is over


def test_the_ceiling_counts_any_sixty_seconds() -> None:
    ceiling = DeadLetterCeiling(2)
    assert ceiling.allow(0)
    assert ceiling.allow(30)
    assert not ceiling.allow(59.9)
    assert ceiling.allow(60)
    assert not ceiling.allow(61)
