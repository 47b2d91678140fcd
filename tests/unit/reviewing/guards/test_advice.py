import pytest

from consumer.reviewing.guards.advice import advice_on
from consumer.reviewing.outcome import Misconfiguration, Outcome, OutcomeKind


@pytest.mark.parametrize("detail", Misconfiguration)
def test_every_misconfiguration_names_the_settings_to_check(detail: Misconfiguration) -> None:
    outcome = Outcome(kind=OutcomeKind.PERMANENT, detail=detail)
    told = advice_on("gemini", outcome)
    assert told is not None
    assert "GEMINI_" in told


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(kind=OutcomeKind.PERMANENT, detail="http_400"),
        Outcome(kind=OutcomeKind.TRANSIENT, detail=Misconfiguration.KEY_REFUSED),
        Outcome(kind=OutcomeKind.OK),
    ],
)
def test_what_no_operator_can_mend_has_no_advice(outcome: Outcome) -> None:
    assert advice_on("gemini", outcome) is None
