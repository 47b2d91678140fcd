"""Who is asked after whom, and what comes back of it."""

import threading
from typing import Any

import pytest

from consumer.emulator.faults import Fault, FaultRule
from consumer.reviewing.answer_schema import Answer
from consumer.reviewing.calls.fallback import Answered, FallbackCaller, Unanswered
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.prompting.prompts import Prompt
from tests.unit.reviewing.calls.scripted import (
    BOTH,
    GOOD,
    ROW,
    UNGROUNDED,
    Scripted,
    caller_of,
    now,
    plan_of,
    providers_asked,
)
from tests.unit.reviewing.drafting import CallerOn

GEMINI_ONLY = ["gemini"]


async def test_a_good_answer_takes_one_request(
    caller_on: CallerOn, prompt: Prompt, check: Any
) -> None:
    plan = plan_of()
    answered = await caller_on(plan).ask(prompt, check, deadline=now() + 30)
    assert isinstance(answered, Answered)
    assert (answered.provider, answered.model, answered.fallback) == (
        "gemini",
        "emulator-of-g",
        False,
    )
    assert answered.attempts == 1
    assert answered.usage.input_tokens
    assert providers_asked(plan) == GEMINI_ONLY


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (Fault.BAD_REQUEST, BOTH),
        (Fault.UNAUTHORIZED, BOTH),
        (Fault.FORBIDDEN, BOTH),
        (Fault.NOT_FOUND, BOTH),
        (Fault.QUOTA, BOTH),
        (Fault.SAFETY, BOTH),
        (Fault.RECITATION, BOTH),
        (Fault.PROMPT_BLOCKED, BOTH),
        (Fault.REFUSAL, BOTH),
        (Fault.RATE_LIMITED_LONG, BOTH),
        (Fault.MAX_TOKENS, ["gemini", "gemini", "openai"]),
        (Fault.INVALID_JSON, ["gemini", "gemini", "openai"]),
        (Fault.EMPTY_TEXT, ["gemini", "gemini", "openai"]),
        (Fault.WRONG_SHAPE, ["gemini", "gemini", "openai"]),
        (Fault.WRONG_TYPES, ["gemini", "gemini", "openai"]),
        (Fault.XP_OUT_OF_RANGE, ["gemini", "gemini", "openai"]),
        (Fault.GIANT_BODY, ["gemini", "gemini", "openai"]),
        (Fault.INVENTED_NUMBERS, ["gemini", "gemini", "openai"]),
        (Fault.INVENTED_QUOTES, ["gemini", "gemini", "openai"]),
        (Fault.SERVER_ERROR, ["gemini"] * 4 + ["openai"]),
        (Fault.BAD_GATEWAY_PAGE, ["gemini"] * 4 + ["openai"]),
        (Fault.RATE_LIMITED, ["gemini"] * 4 + ["openai"]),
        (Fault.RATE_LIMITED_BARE, ["gemini"] * 4 + ["openai"]),
        (Fault.EMPTY_BODY, ["gemini"] * 4 + ["openai"]),
        (Fault.HTML_PAGE, ["gemini"] * 4 + ["openai"]),
        (Fault.CUT_JSON, ["gemini"] * 4 + ["openai"]),
        (Fault.NO_OUTPUT, ["gemini"] * 4 + ["openai"]),
    ],
)
async def test_a_lasting_fault_of_the_first_is_answered_by_the_second(
    caller_on: CallerOn, prompt: Prompt, check: Any, fault: Fault, asked: list[str]
) -> None:
    plan = plan_of(FaultRule(fault=fault, provider="gemini"))
    answered = await caller_on(plan).ask(prompt, check, deadline=now() + 60)
    assert isinstance(answered, Answered)
    assert (answered.provider, answered.fallback, answered.attempts) == ("openai", True, 1)
    assert providers_asked(plan) == asked


@pytest.mark.parametrize(("length", "beside"), [(10, False), (50_000, True)])
async def test_a_long_answer_is_judged_beside_the_loop(
    prompt: Prompt, length: int, beside: bool
) -> None:
    threads: set[int] = set()

    def check(_: Answer) -> tuple[str, ...]:
        threads.add(threading.get_ident())
        return ()

    row = ROW % ("d1", "")
    provider = Scripted(Outcome.ok(f'{{"dimensions": [{row}]}}{" " * length}', Usage()))
    assert isinstance(await caller_of(provider).ask(prompt, check, deadline=now() + 30), Answered)
    assert (threading.get_ident() not in threads) is beside


async def test_where_no_answer_stands_the_one_with_the_fewest_faults_ships(
    prompt: Prompt, check: Any
) -> None:
    worse = Outcome.ok('{"dimensions": []}', Usage())
    first, second = Scripted(worse, UNGROUNDED), Scripted(worse, worse)
    answered = await caller_of(first, second).ask(prompt, check, deadline=now() + 30)
    assert isinstance(answered, Answered)
    assert (answered.fallback, answered.attempts) == (False, 2)
    assert len(check(answered.answer)) == 1


async def test_where_nobody_answers_each_ones_end_is_told(prompt: Prompt, check: Any) -> None:
    first = Scripted(Outcome(kind=OutcomeKind.BLOCKED))
    second = Scripted(Outcome(kind=OutcomeKind.QUOTA))
    answered = await caller_of(first, second).ask(prompt, check, deadline=now() + 30)
    assert isinstance(answered, Unanswered)
    assert answered.kinds == (OutcomeKind.BLOCKED, OutcomeKind.QUOTA)


async def test_the_waits_are_jittered_and_asked_for(
    caller_on: CallerOn, prompt: Prompt, check: Any, waits: list[float]
) -> None:
    plan = plan_of(FaultRule(fault=Fault.SERVER_ERROR, nth=frozenset({1, 2})))
    await caller_on(plan).ask(prompt, check, deadline=now() + 30)
    assert waits == [0.125, 0.25]


async def test_each_attempt_is_told_as_it_was_judged(prompt: Prompt, check: Any) -> None:
    told: list[OutcomeKind] = []
    caller = FallbackCaller(
        [Scripted(Outcome.ok("no json", Usage()), GOOD)],
        limits=CallLimits(),
        chance=lambda: 0.0,
        on_attempt=lambda attempt: told.append(attempt.kind),
    )
    await caller.ask(prompt, check, deadline=now() + 30)
    assert told == [OutcomeKind.INVALID_JSON, OutcomeKind.OK]


async def test_the_run_is_told_to_the_budget(prompt: Prompt, check: Any) -> None:
    provider = Scripted(GOOD)
    await caller_of(provider).ask(prompt, check, deadline=now() + 30, run_id="run-7")
    assert provider.requests[0].run_id == "run-7"
