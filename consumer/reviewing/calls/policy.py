"""Policy: what follows an attempt that did not end well, in code that cannot wait.

blocked, refused, quota, permanent, timeout,
circuit open, over budget                      the next provider at once
truncated                                      once more with a larger budget
invalid, ungrounded                            one repair, told only its faults
rate limited                                   as long as was asked, where that fits
transient, local saturation                    full jitter, a few times
"""

from dataclasses import dataclass, replace
from typing import Final

from consumer.reviewing.outcome import Outcome, OutcomeKind

REPAIRABLE = frozenset(
    {OutcomeKind.INVALID_JSON, OutcomeKind.INVALID_SCHEMA, OutcomeKind.UNGROUNDED}
)
REPEATABLE = frozenset(
    {OutcomeKind.TRANSIENT, OutcomeKind.LOCAL_SATURATION, OutcomeKind.RATE_LIMITED}
)
ASSEMBLY_SECONDS: Final = 0.25
ASSEMBLY_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """How far one call goes.

    `fallback_reserve` is the share of a call's remaining time that each provider leaves to those
    after it. Token budgets include what a model thinks.
    """

    max_output_tokens: int = 16_384
    larger_output_tokens: int = 49_152
    max_repeats: int = 3
    backoff_base_seconds: float = 0.25
    backoff_cap_seconds: float = 4.0
    fallback_reserve: float = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What was already spent at one provider for one call."""

    repeats: int = 0
    repaired: bool = False
    enlarged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Ask the same provider again, after a wait."""

    wait_seconds: float
    tried: Tried


def next_step(
    outcome: Outcome,
    tried: Tried,
    *,
    limits: CallLimits,
    seconds_left: float,
    chance: float,
    attempt_seconds: float = 0.0,
) -> Again | None:
    """Decide whether to ask the same provider again; None hands the call to the next one.

    `seconds_left` is this provider's time; `attempt_seconds` is what an answer usually takes: what
    can hardly answer in time is not paid for. `chance`, from 0 to 1, is the jitter (full jitter:
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """
    step = _step(outcome, tried, limits, chance)
    if step is None or step.wait_seconds + attempt_seconds >= seconds_left:
        return None
    return step


def calls_deadline(now: float, seconds: float) -> float:
    """Return until when a review's calls may take, leaving a moment to assemble and check it."""
    return now + seconds - min(ASSEMBLY_SECONDS, seconds * ASSEMBLY_SHARE)


def provider_deadline(now: float, deadline: float, *, following: int, reserve: float) -> float:
    """Return until when one provider may take, leaving a share for those that follow."""
    if following == 0:
        return deadline
    return now + max(0.0, deadline - now) * (1 - reserve)


def _step(outcome: Outcome, tried: Tried, limits: CallLimits, chance: float) -> Again | None:
    if outcome.kind in REPAIRABLE and not tried.repaired:
        return Again(wait_seconds=0, tried=replace(tried, repaired=True))
    if outcome.kind is OutcomeKind.TRUNCATED and not tried.enlarged:
        return Again(wait_seconds=0, tried=replace(tried, enlarged=True))
    if outcome.kind in REPEATABLE and tried.repeats < limits.max_repeats:
        wait = min(limits.backoff_cap_seconds, limits.backoff_base_seconds * 2**tried.repeats)
        # What was asked for is a floor; the jitter on top spreads those who were asked the same.
        asked = outcome.retry_after_seconds or 0.0
        return Again(
            wait_seconds=asked + wait * chance, tried=replace(tried, repeats=tried.repeats + 1)
        )
    return None
