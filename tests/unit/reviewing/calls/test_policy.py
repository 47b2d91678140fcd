import pytest

from consumer.reviewing.calls.policy import (
    Again,
    CallLimits,
    Tried,
    calls_deadline,
    next_step,
    provider_deadline,
)
from consumer.reviewing.outcome import Outcome, OutcomeKind

LIMITS = CallLimits(max_repeats=3, backoff_base_seconds=0.5, backoff_cap_seconds=1.5)


def _next(
    kind: OutcomeKind,
    tried: Tried | None = None,
    *,
    left: float = 30,
    chance: float = 1.0,
    retry_after: float | None = None,
) -> Again | None:
    outcome = Outcome(kind=kind, retry_after_seconds=retry_after)
    return next_step(outcome, tried or Tried(), limits=LIMITS, seconds_left=left, chance=chance)


@pytest.mark.parametrize(
    "kind",
    [
        OutcomeKind.BLOCKED,
        OutcomeKind.REFUSED,
        OutcomeKind.QUOTA,
        OutcomeKind.PERMANENT,
        OutcomeKind.TIMEOUT,
        OutcomeKind.CIRCUIT_OPEN,
        OutcomeKind.OVER_BUDGET,
    ],
)
def test_what_asking_again_cannot_mend_goes_to_the_next_provider(kind: OutcomeKind) -> None:
    assert _next(kind) is None


@pytest.mark.parametrize(
    "kind", [OutcomeKind.INVALID_JSON, OutcomeKind.INVALID_SCHEMA, OutcomeKind.UNGROUNDED]
)
def test_a_bad_answer_is_repaired_once_at_once(kind: OutcomeKind) -> None:
    step = _next(kind)
    assert step == Again(wait_seconds=0, tried=Tried(repaired=True))
    assert _next(kind, step.tried) is None


def test_a_cut_answer_gets_a_larger_budget_once() -> None:
    step = _next(OutcomeKind.TRUNCATED)
    assert step == Again(wait_seconds=0, tried=Tried(enlarged=True))
    assert _next(OutcomeKind.TRUNCATED, step.tried) is None


def test_a_repair_and_a_larger_budget_do_not_use_each_other_up() -> None:
    assert _next(OutcomeKind.INVALID_JSON, Tried(enlarged=True, repeats=3)) is not None
    assert _next(OutcomeKind.TRUNCATED, Tried(repaired=True, repeats=3)) is not None


def test_the_backoff_doubles_up_to_its_cap_and_ends() -> None:
    waits = []
    tried = Tried()
    while (step := _next(OutcomeKind.TRANSIENT, tried)) is not None:
        waits.append(step.wait_seconds)
        tried = step.tried
    assert waits == [0.5, 1.0, 1.5]


def test_the_jitter_is_full() -> None:
    step = _next(OutcomeKind.TRANSIENT, chance=0.0)
    assert step is not None
    assert step.wait_seconds == 0.0


def test_a_rate_limit_waits_at_least_as_long_as_was_asked() -> None:
    step = _next(OutcomeKind.RATE_LIMITED, retry_after=7, chance=0.0)
    assert step is not None
    assert step.wait_seconds == 7


def test_a_wait_that_does_not_fit_goes_to_the_next_provider() -> None:
    assert _next(OutcomeKind.RATE_LIMITED, retry_after=31) is None
    assert _next(OutcomeKind.TRANSIENT, left=0.4) is None


def test_no_time_left_is_no_second_attempt() -> None:
    assert _next(OutcomeKind.INVALID_JSON, left=0.0) is None


def test_the_calls_leave_a_moment_to_assemble_the_review() -> None:
    assert calls_deadline(100.0, 60.0) == 159.75
    assert calls_deadline(100.0, 2.0) == pytest.approx(101.9)


def test_what_can_hardly_answer_in_time_is_not_asked_again() -> None:
    fits = Outcome(kind=OutcomeKind.TRANSIENT)
    limits = CallLimits()
    told = {"limits": limits, "seconds_left": 10.0, "chance": 0.0}
    assert next_step(fits, Tried(), attempt_seconds=9.9, **told) is not None  # type: ignore[arg-type]
    assert next_step(fits, Tried(), attempt_seconds=10.0, **told) is None  # type: ignore[arg-type]


def test_each_provider_leaves_a_reserve_for_those_after_it() -> None:
    assert provider_deadline(100.0, 160.0, following=1, reserve=0.4) == pytest.approx(136.0)
    assert provider_deadline(136.0, 160.0, following=0, reserve=0.4) == 160.0
    assert provider_deadline(170.0, 160.0, following=1, reserve=0.4) == 170.0
