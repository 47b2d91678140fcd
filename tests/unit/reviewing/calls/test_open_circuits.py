"""What open circuits leave of the time, and what is told where all of them are open."""

from typing import Any

import pytest

from consumer.reviewing.calls.fallback import Answered, FallbackCaller, Unanswered
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.prompting.prompts import Prompt
from tests.unit.reviewing.calls.scripted import (
    GOOD,
    Hanging,
    Scripted,
    caller_of,
    now,
)
from tests.unit.reviewing.virtual_clock import virtually


class Blocked:
    """A circuit that lets nobody through for so long, or everybody."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds

    def blocked_seconds(self) -> float | None:
        return self.seconds

    def typical_seconds(self, call: str) -> float | None:
        return 5.0


def _with_circuits(*pairs: tuple[Scripted, float | None]) -> FallbackCaller:
    return FallbackCaller(
        [provider for provider, _ in pairs],
        limits=CallLimits(fallback_reserve=0.9),
        chance=lambda: 0.0,
        circuits=[Blocked(seconds) for _, seconds in pairs],
    )


REFUSAL = Outcome(kind=OutcomeKind.CIRCUIT_OPEN, retry_after_seconds=3.0)


def test_no_time_is_kept_back_for_a_provider_that_may_not_be_asked(
    prompt: Prompt, check: Any
) -> None:
    async def story() -> None:
        caller = _with_circuits((Hanging(), None), (Scripted(REFUSAL), 60.0))
        await caller.ask(prompt, check, deadline=now() + 40)
        assert now() == pytest.approx(40)

    virtually(story())


async def test_an_open_circuit_goes_on_at_once_and_is_no_attempt(
    prompt: Prompt, check: Any
) -> None:
    first, second = Scripted(REFUSAL), Scripted(GOOD)
    answered = await caller_of(first, second).ask(prompt, check, deadline=now() + 30)
    assert isinstance(answered, Answered)
    assert (answered.fallback, answered.attempts) == (True, 1)
    assert len(first.requests) == 1


@pytest.mark.parametrize(
    ("blocked", "reopens"), [((3.0, 5.0), 3.0), ((3.0, None), None), ((None, None), None)]
)
async def test_only_where_every_circuit_is_open_somebody_is_told_to_wait(
    prompt: Prompt, check: Any, blocked: tuple[float | None, float | None], reopens: float | None
) -> None:
    refused = Outcome(kind=OutcomeKind.REFUSED)
    pairs = [(Scripted(refused), seconds) for seconds in blocked]
    answered = await _with_circuits(*pairs).ask(prompt, check, deadline=now() + 30)
    assert isinstance(answered, Unanswered)
    assert answered.reopens_in_seconds == reopens


async def test_what_can_hardly_answer_in_time_is_not_asked_again(
    prompt: Prompt, check: Any
) -> None:
    # Answers take five seconds (see `Blocked`), and four are left.
    provider = Scripted(Outcome.ok("no json", Usage()))
    answered = await _with_circuits((provider, None)).ask(prompt, check, deadline=now() + 4)
    assert isinstance(answered, Unanswered)
    assert len(provider.requests) == 1
