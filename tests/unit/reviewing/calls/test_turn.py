import pytest

from consumer.reviewing.calls.turn import Unanswered
from consumer.reviewing.outcome import Outcome, OutcomeKind


def _over(seconds: float | None) -> Outcome:
    return Outcome(kind=OutcomeKind.OVER_BUDGET, retry_after_seconds=seconds)


@pytest.mark.parametrize(
    ("ends", "seconds"),
    [
        ((_over(60.0), _over(50.0)), 50.0),
        ((_over(60.0), _over(None)), None),
        ((_over(60.0), Outcome(kind=OutcomeKind.TIMEOUT)), None),
    ],
)
def test_money_is_what_was_wanting_only_where_everybody_says_so(
    ends: tuple[Outcome, ...], seconds: float | None
) -> None:
    assert Unanswered(ends=ends).budget_in_seconds == seconds
