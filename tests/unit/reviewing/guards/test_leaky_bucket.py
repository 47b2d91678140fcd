import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.reviewing.guards.leaky_bucket import LeakyBucket


def test_a_burst_goes_at_once_and_then_the_rate_holds() -> None:
    bucket = LeakyBucket(600, burst_seconds=1)
    for _ in range(10):
        assert bucket.wait_seconds(1, 0.0) == 0
        bucket.use(1, 0.0)
    assert bucket.wait_seconds(1, 0.0) == pytest.approx(0.1)
    assert bucket.wait_seconds(1, 0.05) == pytest.approx(0.05)
    assert bucket.wait_seconds(1, 0.1) == 0


def test_a_slow_rate_lets_one_through_at_a_time() -> None:
    bucket = LeakyBucket(6, burst_seconds=1)
    bucket.use(1, 0.0)
    assert bucket.wait_seconds(1, 0.0) == pytest.approx(10)


def test_what_is_larger_than_the_bucket_waits_for_it_to_be_empty_and_makes_others_wait() -> None:
    bucket = LeakyBucket(60, burst_seconds=10)
    assert bucket.wait_seconds(25, 0.0) == 0
    bucket.use(25, 0.0)
    assert bucket.wait_seconds(1, 0.0) == pytest.approx(16)
    assert bucket.wait_seconds(25, 0.0) == pytest.approx(25)


def test_what_was_not_used_is_free_again() -> None:
    bucket = LeakyBucket(60, burst_seconds=10)
    bucket.use(10, 0.0)
    bucket.use(-10, 0.0)
    assert bucket.wait_seconds(10, 0.0) == 0
    bucket.use(-99, 0.0)
    bucket.use(10, 0.0)
    assert bucket.wait_seconds(1, 0.0) == pytest.approx(1)


def test_a_clock_that_stands_or_goes_back_drains_nothing() -> None:
    bucket = LeakyBucket(60, burst_seconds=1)
    bucket.use(1, 5.0)
    assert bucket.wait_seconds(1, 4.0) == pytest.approx(1)


@given(
    st.floats(1, 100_000),
    st.lists(st.tuples(st.floats(0, 30), st.floats(0, 500)), min_size=1, max_size=60),
)
def test_no_order_of_requests_passes_the_rate(
    per_minute: float, requests: list[tuple[float, float]]
) -> None:
    bucket = LeakyBucket(per_minute, burst_seconds=1)
    size = max(1.0, per_minute / 60)
    now = sent = 0.0
    for passed, amount in requests:
        now += passed
        now += bucket.wait_seconds(amount, now)
        assert bucket.wait_seconds(amount, now) <= 1e-6
        # All that went before this one had its time, but for one bucket's worth.
        assert sent <= now * per_minute / 60 + size + 1e-3
        bucket.use(amount, now)
        sent += amount
