"""Advice: what an operator has to do where a service refuses this deployment."""

from collections.abc import Mapping
from typing import Final

from consumer.reviewing.outcome import Misconfiguration, Outcome, OutcomeKind

_TO_DO: Final[Mapping[str, str]] = {
    Misconfiguration.KEY_REFUSED: "the service refuses the key: check {NAME}_API_KEY, then restart",
    Misconfiguration.NOT_ALLOWED: (
        "the account may not use this: check its billing, its region and what {NAME}_API_KEY "
        "is restricted to"
    ),
    Misconfiguration.NOT_FOUND: (
        "there is no such model or address: check DEBRIEF_{NAME}_MODEL and "
        "DEBRIEF_{NAME}_BASE_URL, then restart"
    ),
}


def advice_on(provider: str, outcome: Outcome) -> str | None:
    """Return what to do about an outcome, None where no operator can do anything."""
    if outcome.kind is not OutcomeKind.PERMANENT or outcome.detail not in _TO_DO:
        return None
    return _TO_DO[outcome.detail].format(NAME=provider.upper())
