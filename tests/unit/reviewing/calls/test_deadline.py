"""Nothing that a provider or its SDK does moves the end of a call."""

import asyncio
from typing import Any

import pytest

from consumer.emulator.faults import Fault, FaultRule
from consumer.reviewing.calls.fallback import Answered, FallbackCaller, Unanswered
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.prompting.prompts import Prompt
from consumer.reviewing.unattended import Unattended
from tests.unit.reviewing.calls.scripted import (
    BOTH,
    GOOD,
    Hanging,
    Scripted,
    caller_of,
    now,
    plan_of,
    providers_asked,
)
from tests.unit.reviewing.drafting import CallerOn
from tests.unit.reviewing.virtual_clock import virtually


def test_a_hanging_provider_leaves_the_reserve_to_the_next(prompt: Prompt, check: Any) -> None:
    async def story() -> None:
        caller = caller_of(Hanging(), Scripted(GOOD), fallback_reserve=0.25)
        answered = await caller.ask(prompt, check, deadline=now() + 40)
        assert isinstance(answered, Answered)
        assert answered.fallback
        assert now() == pytest.approx(30)

    virtually(story())


def test_where_all_hang_the_call_ends_at_the_deadline(prompt: Prompt, check: Any) -> None:
    async def story() -> None:
        answered = await caller_of(Hanging(), Hanging()).ask(prompt, check, deadline=now() + 40)
        assert isinstance(answered, Unanswered)
        assert answered.kinds == (OutcomeKind.TIMEOUT, OutcomeKind.TIMEOUT)
        assert now() == pytest.approx(40)

    virtually(story())


async def test_a_deadline_in_the_past_asks_nobody(prompt: Prompt, check: Any) -> None:
    provider = Scripted()
    answered = await caller_of(provider).ask(prompt, check, deadline=now() - 1)
    assert isinstance(answered, Unanswered)
    assert answered.kinds == (OutcomeKind.TIMEOUT,)
    assert provider.requests == []


@pytest.mark.parametrize(
    "fault", [Fault.HANG, Fault.HANG_IN_BODY, Fault.TRICKLE, Fault.ENDLESS], ids=str
)
def test_no_silence_of_the_real_sdks_outlasts_the_deadline(
    caller_on: CallerOn, prompt: Prompt, check: Any, fault: Fault
) -> None:
    async def story() -> None:
        plan = plan_of(FaultRule(fault=fault))
        answered = await caller_on(plan).ask(prompt, check, deadline=now() + 20)
        assert isinstance(answered, Unanswered)
        assert answered.kinds == (OutcomeKind.TIMEOUT, OutcomeKind.TIMEOUT)
        assert providers_asked(plan) == BOTH
        assert now() == pytest.approx(20)

    virtually(story())


async def test_a_cancelled_call_is_cancelled(prompt: Prompt, check: Any) -> None:
    provider = Hanging()
    task = asyncio.create_task(caller_of(provider).ask(prompt, check, deadline=now() + 30))
    await provider.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class Stubborn(Hanging):
    """A provider whose SDK takes its time to be cancelled."""

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        try:
            return await super().complete(request, timeout_seconds=timeout_seconds)
        finally:
            await asyncio.sleep(300)


def test_an_sdk_that_is_slow_to_cancel_does_not_move_the_deadline(
    prompt: Prompt, check: Any
) -> None:
    async def story() -> None:
        answered = await caller_of(Stubborn(), Stubborn()).ask(prompt, check, deadline=now() + 40)
        assert isinstance(answered, Unanswered)
        assert now() == pytest.approx(40)

    virtually(story())


class Late(Hanging):
    """A provider whose SDK takes a cancellation for a pause, and answers all the same."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = asyncio.Event()

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        try:
            return await super().complete(request, timeout_seconds=timeout_seconds)
        except asyncio.CancelledError:
            await asyncio.sleep(3)
            self.answered.set()
            return GOOD


def test_an_answer_that_comes_after_its_call_was_left_changes_nothing(
    prompt: Prompt, check: Any
) -> None:
    async def story() -> None:
        late, next_one, unattended = Late(), Scripted(GOOD), Unattended()
        caller = FallbackCaller(
            (late, next_one), limits=CallLimits(), chance=lambda: 0.5, unattended=unattended
        )
        answered = await caller.ask(prompt, check, deadline=now() + 40)
        assert isinstance(answered, Answered)
        assert (answered.fallback, len(unattended)) == (True, 1)
        await late.answered.wait()
        await asyncio.sleep(0)
        assert (answered.attempts, len(unattended), len(next_one.requests)) == (1, 0, 1)

    virtually(story())


LIMITED = Outcome(kind=OutcomeKind.RATE_LIMITED, retry_after_seconds=7)


@pytest.mark.parametrize(
    ("seconds", "took"), [(20.0, 7.125), (10.0, 0.0)], ids=["fits", "does not fit"]
)
def test_what_a_provider_asked_to_wait_is_waited_only_where_it_fits(
    prompt: Prompt, check: Any, seconds: float, took: float
) -> None:
    async def story() -> None:
        caller = FallbackCaller(
            (Scripted(LIMITED, GOOD), Scripted(GOOD)), limits=CallLimits(), chance=lambda: 0.5
        )
        answered = await caller.ask(prompt, check, deadline=now() + seconds)
        assert isinstance(answered, Answered)
        assert answered.fallback is (took == 0.0)
        assert now() == pytest.approx(took)

    virtually(story())
