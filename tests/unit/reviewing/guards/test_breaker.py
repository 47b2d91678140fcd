import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.reviewing.guards.breaker import Breaker, BreakerLimits, CircuitState, Permit
from consumer.reviewing.outcome import Outcome, OutcomeKind

LIMITS = BreakerLimits(
    failures=3,
    window_seconds=10,
    open_seconds=5,
    open_cap_seconds=12,
    cool_down_seconds=1,
    quota_seconds=60,
    cool_down_cap_seconds=100,
)
OK = Outcome(kind=OutcomeKind.OK, text="{}")
FAILED = Outcome(kind=OutcomeKind.TRANSIENT)


@pytest.fixture
def breaker() -> Breaker:
    return Breaker(LIMITS)


def _permit(breaker: Breaker, now: float) -> Permit:
    permit = breaker.permit(now)
    assert permit is not None
    return permit


def _end(breaker: Breaker, outcome: Outcome, now: float, *, times: int = 1) -> None:
    for _ in range(times):
        breaker.record(_permit(breaker, now), outcome, now)


def test_it_starts_closed(breaker: Breaker) -> None:
    assert breaker.state(0) is CircuitState.CLOSED
    assert breaker.blocked_seconds(0) is None


def test_so_many_failures_in_the_window_open_it(breaker: Breaker) -> None:
    _end(breaker, FAILED, 0, times=3)
    assert breaker.state(1) is CircuitState.OPEN
    assert breaker.permit(1) is None
    assert breaker.blocked_seconds(1) == 4


def test_one_fewer_does_not(breaker: Breaker) -> None:
    _end(breaker, FAILED, 0, times=2)
    assert breaker.state(0) is CircuitState.CLOSED


def test_a_few_failures_among_many_answers_open_nothing(breaker: Breaker) -> None:
    for now in range(9):
        _end(breaker, OK, now, times=2)
        _end(breaker, FAILED, now)
    assert breaker.state(9) is CircuitState.CLOSED


def test_half_of_what_ended_opens_it(breaker: Breaker) -> None:
    for now in range(3):
        _end(breaker, OK, now)
        _end(breaker, FAILED, now)
    assert breaker.state(3) is CircuitState.OPEN


def test_failures_before_the_window_are_forgotten(breaker: Breaker) -> None:
    _end(breaker, FAILED, 0, times=2)
    _end(breaker, OK, 1)
    _end(breaker, FAILED, 10.5)
    assert breaker.state(10.5) is CircuitState.CLOSED


def test_a_provider_asked_rarely_that_never_answers_opens_too(breaker: Breaker) -> None:
    for now in (0, 100, 200):
        _end(breaker, FAILED, now)
    assert breaker.state(200) is CircuitState.OPEN


@pytest.mark.parametrize(
    "outcome",
    [
        *(
            Outcome(kind=kind)
            for kind in (
                OutcomeKind.LOCAL_SATURATION,
                OutcomeKind.INVALID_JSON,
                OutcomeKind.INVALID_SCHEMA,
                OutcomeKind.UNGROUNDED,
                OutcomeKind.REFUSED,
                OutcomeKind.BLOCKED,
                OutcomeKind.TRUNCATED,
                OutcomeKind.CIRCUIT_OPEN,
                OutcomeKind.OVER_BUDGET,
            )
        ),
        Outcome(kind=OutcomeKind.PERMANENT, detail="http_400"),
    ],
    ids=lambda outcome: outcome.kind.value,
)
def test_what_says_nothing_bad_of_the_provider_opens_nothing(
    breaker: Breaker, outcome: Outcome
) -> None:
    _end(breaker, outcome, 0, times=50)
    assert breaker.state(0) is CircuitState.CLOSED


@pytest.mark.parametrize("detail", ["http_401", "http_403", "http_404", ""])
def test_a_key_or_model_that_is_refused_opens_it(breaker: Breaker, detail: str) -> None:
    _end(breaker, Outcome(kind=OutcomeKind.PERMANENT, detail=detail), 0, times=3)
    assert breaker.state(0) is CircuitState.OPEN


def test_a_timeout_counts_only_where_there_was_time(breaker: Breaker) -> None:
    late = Outcome(kind=OutcomeKind.TIMEOUT)
    for _ in range(9):
        breaker.record(_permit(breaker, 0), late, 0, fair=False)
    assert breaker.state(0) is CircuitState.CLOSED
    _end(breaker, late, 0, times=3)
    assert breaker.state(0) is CircuitState.OPEN


def test_after_a_while_one_probe_may_go(breaker: Breaker) -> None:
    _end(breaker, FAILED, 0, times=3)
    assert breaker.state(5) is CircuitState.HALF_OPEN
    assert breaker.blocked_seconds(5) is None
    assert _permit(breaker, 5).is_probe
    assert breaker.permit(5) is None
    assert breaker.is_probing(5)
    assert breaker.blocked_seconds(5) is not None


def test_a_probe_that_is_answered_closes_it(breaker: Breaker) -> None:
    _end(breaker, FAILED, 0, times=3)
    _end(breaker, OK, 5)
    assert breaker.state(5) is CircuitState.CLOSED
    _end(breaker, FAILED, 6, times=2)
    assert breaker.state(6) is CircuitState.CLOSED


def test_each_failed_probe_doubles_the_time_up_to_a_cap(breaker: Breaker) -> None:
    _end(breaker, FAILED, 0, times=3)
    waits = []
    now = 0.0
    for _ in range(3):
        now += breaker.blocked_seconds(now) or 0
        _end(breaker, FAILED, now)
        waits.append(breaker.blocked_seconds(now))
    assert waits == [10, 12, 12]


@pytest.mark.parametrize("end", ["dropped", "saturated"])
def test_a_probe_without_an_end_makes_room_for_the_next(breaker: Breaker, end: str) -> None:
    _end(breaker, FAILED, 0, times=3)
    probe = _permit(breaker, 5)
    if end == "dropped":
        breaker.drop(probe)
    else:
        breaker.record(probe, Outcome(kind=OutcomeKind.LOCAL_SATURATION), 5)
    assert _permit(breaker, 6).is_probe


def test_what_began_before_it_opened_neither_closes_nor_prolongs_it(breaker: Breaker) -> None:
    early = [_permit(breaker, 0) for _ in range(5)]
    for permit in early[:3]:
        breaker.record(permit, FAILED, 1)
    breaker.record(early[3], OK, 2)
    breaker.record(early[4], FAILED, 4)
    assert breaker.state(4) is CircuitState.OPEN
    assert breaker.state(6) is CircuitState.HALF_OPEN


def _limited(seconds: float | None, kind: OutcomeKind = OutcomeKind.RATE_LIMITED) -> Outcome:
    return Outcome(kind=kind, retry_after_seconds=seconds)


def test_a_rate_limit_cools_for_as_long_as_was_asked_and_needs_no_probe(breaker: Breaker) -> None:
    _end(breaker, _limited(7), 0)
    assert breaker.state(6.9) is CircuitState.COOLING
    assert breaker.permit(6.9) is None
    assert breaker.blocked_seconds(6) == 1
    assert breaker.state(7) is CircuitState.CLOSED


def test_rate_limits_open_nothing_however_many(breaker: Breaker) -> None:
    for now in range(50):
        _end(breaker, _limited(0), now)
    assert breaker.state(50) is CircuitState.CLOSED


def test_a_rate_limit_that_says_no_time_cools_longer_each_time(breaker: Breaker) -> None:
    waits = []
    now = 0.0
    for _ in range(4):
        _end(breaker, _limited(None), now)
        waits.append(breaker.blocked_seconds(now))
        now += waits[-1] or 0
    assert waits == [1, 2, 4, 8]
    _end(breaker, OK, now)
    _end(breaker, _limited(None), now)
    assert breaker.blocked_seconds(now) == 1


def test_those_under_way_when_it_cools_do_not_add_up(breaker: Breaker) -> None:
    permits = [_permit(breaker, 0) for _ in range(5)]
    for permit in permits:
        breaker.record(permit, _limited(None), 0)
    assert breaker.blocked_seconds(0) == 1


def test_a_spent_quota_cools_longer(breaker: Breaker) -> None:
    _end(breaker, _limited(None, OutcomeKind.QUOTA), 0)
    assert breaker.blocked_seconds(0) == 60


def test_what_is_asked_for_is_bounded(breaker: Breaker) -> None:
    _end(breaker, _limited(1e9), 0)
    assert breaker.blocked_seconds(0) == 100


def test_a_probe_that_is_rate_limited_found_the_provider_alive(breaker: Breaker) -> None:
    _end(breaker, FAILED, 0, times=3)
    _end(breaker, _limited(3), 5)
    assert breaker.state(5) is CircuitState.COOLING
    assert breaker.state(8) is CircuitState.CLOSED


KINDS = st.sampled_from(OutcomeKind)
STEPS = st.lists(
    st.tuples(
        st.floats(0, 20, allow_nan=False), KINDS, st.booleans(), st.sampled_from([None, 0.0, 4.0])
    ),
    max_size=80,
)


@given(STEPS)
def test_whatever_happens_somebody_may_ask_again_in_bounded_time(
    steps: list[tuple[float, OutcomeKind, bool, float | None]],
) -> None:
    breaker = Breaker(LIMITS)
    now = 0.0
    for passed, kind, drops, asked in steps:
        now += passed
        permit = breaker.permit(now)
        if permit is None:
            blocked = breaker.blocked_seconds(now)
            assert blocked is not None
            # now + cap - now is off by a rounding of the sum.
            assert 0 <= blocked <= LIMITS.cool_down_cap_seconds * (1 + 1e-12)
            now += blocked + 1e-6
            permit = _permit(breaker, now)
        if drops:
            breaker.drop(permit)
        else:
            breaker.record(permit, Outcome(kind=kind, retry_after_seconds=asked), now)
        assert not breaker.is_probing(now)
