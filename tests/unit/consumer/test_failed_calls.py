import pytest

from consumer.failed_calls import told_to_the_stream
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.reviewing.outcome import OutcomeKind
from consumer.stream.errors import ProviderOutage, RetryLater

OPEN = (OutcomeKind.CIRCUIT_OPEN, OutcomeKind.CIRCUIT_OPEN)


@pytest.mark.parametrize(("seconds", "pause"), [(15.0, 15.0), (0.0, 0.5), (86_400.0, 300.0)])
def test_an_outage_pauses_until_the_first_circuit_may_be_probed(
    seconds: float, pause: float
) -> None:
    told = told_to_the_stream(ReviewCallsFailed({"arc": OPEN}, pause_seconds=seconds))
    assert isinstance(told, ProviderOutage)
    assert told.pause_seconds == pause


def test_our_own_limits_cost_the_run_no_try() -> None:
    full = (OutcomeKind.TIMEOUT, OutcomeKind.LOCAL_SATURATION)
    told = told_to_the_stream(ReviewCallsFailed({"arc": full, "scoring": full}))
    assert isinstance(told, RetryLater)
    assert told.waiting
    assert told.delay_seconds > 0


@pytest.mark.parametrize(
    "failures",
    [
        {"arc": (OutcomeKind.BLOCKED, OutcomeKind.REFUSED)},
        {"arc": (OutcomeKind.LOCAL_SATURATION,), "scoring": (OutcomeKind.REFUSED,)},
        {"scoring": (OutcomeKind.OVER_BUDGET, OutcomeKind.OVER_BUDGET)},
        {"scoring": (OutcomeKind.TIMEOUT, OutcomeKind.TIMEOUT)},
    ],
)
def test_what_only_this_run_met_is_a_failed_try_of_it(
    failures: dict[str, tuple[OutcomeKind, ...]],
) -> None:
    told = told_to_the_stream(ReviewCallsFailed(failures))
    assert isinstance(told, RetryLater)
    assert not told.waiting
    assert "scoring" in str(told) or "arc" in str(told)
