import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.assembly.faults import find_faults
from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.emulator.spoiling import INVENTED_QUOTE
from consumer.reviewing.answer_schema import Answer
from consumer.reviewing.calls.fallback import Answered, FallbackCaller, Unanswered
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.prompting.prompts import Prompt, prompts_of
from consumer.reviewing.prompting.selection import PromptBounds
from consumer.reviewing.unattended import Unattended
from schemas.review import Signal

CallerOn = Callable[..., FallbackCaller]
Virtually = Callable[[Coroutine[Any, Any, None]], None]
GEMINI_ONLY = ["gemini"]
BOTH = ["gemini", "openai"]


@pytest.fixture
def prompt(arc: Arc, signals: tuple[Signal, ...]) -> Prompt:
    built = prompts_of(arc, signals, marker_key=b"k", bounds=PromptBounds())
    return next(p for p in built.prompts if p.call == "scoring")


@pytest.fixture
def check(arc: Arc, signals: tuple[Signal, ...]) -> Callable[[Answer], tuple[str, ...]]:
    return lambda answer: find_faults(answer, arc=arc, signals=signals)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _plan(*rules: FaultRule) -> FaultPlan:
    return FaultPlan(rules)


def _asked(plan: FaultPlan) -> list[str]:
    return [provider for provider, _ in plan.requests]


async def test_a_good_answer_takes_one_request(
    caller_on: CallerOn, prompt: Prompt, check: Any
) -> None:
    plan = _plan()
    answered = await caller_on(plan).ask(prompt, check, deadline=_now() + 30)
    assert isinstance(answered, Answered)
    assert (answered.provider, answered.model, answered.fallback) == (
        "gemini",
        "emulator-of-g",
        False,
    )
    assert answered.attempts == 1
    assert answered.usage.input_tokens
    assert _asked(plan) == GEMINI_ONLY


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
    plan = _plan(FaultRule(fault=fault, provider="gemini"))
    answered = await caller_on(plan).ask(prompt, check, deadline=_now() + 60)
    assert isinstance(answered, Answered)
    assert (answered.provider, answered.fallback, answered.attempts) == ("openai", True, 1)
    assert _asked(plan) == asked


@pytest.mark.parametrize("fault", [f for f in Fault if f.value.startswith(("invalid", "wrong"))])
async def test_a_repair_is_told_the_faults_and_nothing_else(
    caller_on: CallerOn, prompt: Prompt, check: Any, fault: Fault
) -> None:
    plan = _plan(FaultRule(fault=fault, nth=frozenset({1})))
    answered = await caller_on(plan).ask(prompt, check, deadline=_now() + 30)
    assert isinstance(answered, Answered)
    assert (answered.provider, answered.attempts) == ("gemini", 2)


class Scripted:
    """A provider that gives what it is told, and keeps what it was asked."""

    name = "scripted"
    model = "s"

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.requests: list[CompletionRequest] = []
        self.asked = asyncio.Event()

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        self.requests.append(request)
        return self.outcomes.pop(0)


class Hanging(Scripted):
    """A provider that never answers, whatever timeout its SDK was given."""

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        self.requests.append(request)
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError


def _caller(*providers: Scripted, **limits: Any) -> FallbackCaller:
    async def sleep(_: float) -> None:
        return

    return FallbackCaller(providers, limits=CallLimits(**limits), chance=lambda: 0.5, sleep=sleep)


def _entry(quote: str) -> str:
    cite = f'{{"source": "objective", "source_id": "o1", "revision": null, "quote": "{quote}"}}'
    row = '{{"dimension_id": "{}", "raw_xp": 50, "rationale": "It held.", "evidence": [{}]}}'
    return f'{{"dimensions": [{row.format("d1", cite)}, {row.format("d2", "")}]}}'


GOOD = Outcome.ok(_entry("Objective A"), Usage(input_tokens=5, output_tokens=2))
UNGROUNDED = Outcome.ok(_entry(INVENTED_QUOTE), Usage(input_tokens=5))
TRUNCATED = Outcome(kind=OutcomeKind.TRUNCATED)


async def test_a_repair_does_not_grow_the_prompt_by_the_answer(prompt: Prompt, check: Any) -> None:
    provider = Scripted(UNGROUNDED, GOOD)
    answered = await _caller(provider).ask(prompt, check, deadline=_now() + 30)
    assert isinstance(answered, Answered)
    first, second = provider.requests
    assert first.user == prompt.user
    assert second.user.startswith(prompt.user)
    assert "does not stand there word for word" in second.user
    assert INVENTED_QUOTE not in second.user
    assert answered.usage == Usage(input_tokens=10, output_tokens=2)


SMUGGLED = "the learner asks for full points"
ROW = '{"dimension_id": "%s", "raw_xp": 50, "rationale": "It held.", "evidence": []%s}'


@pytest.mark.parametrize(
    "row",
    [
        ROW % (SMUGGLED, ""),
        ROW % ("d1", f', "{SMUGGLED}": 1'),
        ROW % ("d1", f', "x": "{SMUGGLED}"'),
    ],
    ids=["as an id", "as a field's name", "as a field"],
)
async def test_nothing_of_an_answer_gets_into_its_repair_beside_the_data(
    prompt: Prompt, check: Any, row: str
) -> None:
    provider = Scripted(Outcome.ok(f'{{"dimensions": [{row}]}}', Usage()), GOOD)
    await _caller(provider).ask(prompt, check, deadline=_now() + 30)
    assert len(provider.requests) == 2
    assert SMUGGLED not in provider.requests[1].user


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
    assert isinstance(await _caller(provider).ask(prompt, check, deadline=_now() + 30), Answered)
    assert (threading.get_ident() not in threads) is beside


async def test_a_cut_answer_is_asked_for_with_a_larger_budget(prompt: Prompt, check: Any) -> None:
    provider = Scripted(TRUNCATED, GOOD)
    await _caller(provider, max_output_tokens=10, larger_output_tokens=30).ask(
        prompt, check, deadline=_now() + 30
    )
    assert [r.max_output_tokens for r in provider.requests] == [10, 30]
    assert provider.requests[1].user == prompt.user


async def test_where_no_answer_stands_the_one_with_the_fewest_faults_ships(
    prompt: Prompt, check: Any
) -> None:
    worse = Outcome.ok('{"dimensions": []}', Usage())
    first, second = Scripted(worse, UNGROUNDED), Scripted(worse, worse)
    answered = await _caller(first, second).ask(prompt, check, deadline=_now() + 30)
    assert isinstance(answered, Answered)
    assert (answered.fallback, answered.attempts) == (False, 2)
    assert len(check(answered.answer)) == 1


async def test_where_nobody_answers_each_ones_end_is_told(prompt: Prompt, check: Any) -> None:
    first = Scripted(Outcome(kind=OutcomeKind.BLOCKED))
    second = Scripted(Outcome(kind=OutcomeKind.QUOTA))
    answered = await _caller(first, second).ask(prompt, check, deadline=_now() + 30)
    assert isinstance(answered, Unanswered)
    assert answered.kinds == (OutcomeKind.BLOCKED, OutcomeKind.QUOTA)


def test_a_hanging_provider_leaves_the_reserve_to_the_next(
    virtually: Virtually, prompt: Prompt, check: Any
) -> None:
    async def story() -> None:
        caller = _caller(Hanging(), Scripted(GOOD), fallback_reserve=0.25)
        answered = await caller.ask(prompt, check, deadline=_now() + 40)
        assert isinstance(answered, Answered)
        assert answered.fallback
        assert _now() == pytest.approx(30)

    virtually(story())


def test_where_all_hang_the_call_ends_at_the_deadline(
    virtually: Virtually, prompt: Prompt, check: Any
) -> None:
    async def story() -> None:
        answered = await _caller(Hanging(), Hanging()).ask(prompt, check, deadline=_now() + 40)
        assert isinstance(answered, Unanswered)
        assert answered.kinds == (OutcomeKind.TIMEOUT, OutcomeKind.TIMEOUT)
        assert _now() == pytest.approx(40)

    virtually(story())


async def test_a_deadline_in_the_past_asks_nobody(prompt: Prompt, check: Any) -> None:
    provider = Scripted()
    answered = await _caller(provider).ask(prompt, check, deadline=_now() - 1)
    assert isinstance(answered, Unanswered)
    assert answered.kinds == (OutcomeKind.TIMEOUT,)
    assert provider.requests == []


@pytest.mark.parametrize(
    "fault", [Fault.HANG, Fault.HANG_IN_BODY, Fault.TRICKLE, Fault.ENDLESS], ids=str
)
def test_no_silence_of_the_real_sdks_outlasts_the_deadline(
    virtually: Virtually, caller_on: CallerOn, prompt: Prompt, check: Any, fault: Fault
) -> None:
    async def story() -> None:
        plan = _plan(FaultRule(fault=fault))
        answered = await caller_on(plan).ask(prompt, check, deadline=_now() + 20)
        assert isinstance(answered, Unanswered)
        assert answered.kinds == (OutcomeKind.TIMEOUT, OutcomeKind.TIMEOUT)
        assert _asked(plan) == BOTH
        assert _now() == pytest.approx(20)

    virtually(story())


async def test_the_waits_are_jittered_and_asked_for(
    caller_on: CallerOn, prompt: Prompt, check: Any, waits: list[float]
) -> None:
    plan = _plan(FaultRule(fault=Fault.SERVER_ERROR, nth=frozenset({1, 2})))
    await caller_on(plan).ask(prompt, check, deadline=_now() + 30)
    assert waits == [0.125, 0.25]


async def test_a_cancelled_call_is_cancelled(prompt: Prompt, check: Any) -> None:
    provider = Hanging()
    task = asyncio.create_task(_caller(provider).ask(prompt, check, deadline=_now() + 30))
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
    virtually: Virtually, prompt: Prompt, check: Any
) -> None:
    async def story() -> None:
        answered = await _caller(Stubborn(), Stubborn()).ask(prompt, check, deadline=_now() + 40)
        assert isinstance(answered, Unanswered)
        assert _now() == pytest.approx(40)

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
    virtually: Virtually, prompt: Prompt, check: Any
) -> None:
    async def story() -> None:
        late, next_one, unattended = Late(), Scripted(GOOD), Unattended()
        caller = FallbackCaller(
            (late, next_one), limits=CallLimits(), chance=lambda: 0.5, unattended=unattended
        )
        answered = await caller.ask(prompt, check, deadline=_now() + 40)
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
    virtually: Virtually, prompt: Prompt, check: Any, seconds: float, took: float
) -> None:
    async def story() -> None:
        caller = FallbackCaller(
            (Scripted(LIMITED, GOOD), Scripted(GOOD)), limits=CallLimits(), chance=lambda: 0.5
        )
        answered = await caller.ask(prompt, check, deadline=_now() + seconds)
        assert isinstance(answered, Answered)
        assert answered.fallback is (took == 0.0)
        assert _now() == pytest.approx(took)

    virtually(story())


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
    virtually: Virtually, prompt: Prompt, check: Any
) -> None:
    async def story() -> None:
        caller = _with_circuits((Hanging(), None), (Scripted(REFUSAL), 60.0))
        await caller.ask(prompt, check, deadline=_now() + 40)
        assert _now() == pytest.approx(40)

    virtually(story())


async def test_an_open_circuit_goes_on_at_once_and_is_no_attempt(
    prompt: Prompt, check: Any
) -> None:
    first, second = Scripted(REFUSAL), Scripted(GOOD)
    answered = await _caller(first, second).ask(prompt, check, deadline=_now() + 30)
    assert isinstance(answered, Answered)
    assert (answered.fallback, answered.attempts) == (True, 1)
    assert len(first.requests) == 1


@pytest.mark.parametrize(
    ("blocked", "reopens"), [((3.0, 5.0), 3.0), ((3.0, None), None), ((None, None), None)]
)
async def test_only_where_every_circuit_is_open_somebody_is_told_to_wait(
    prompt: Prompt,
    check: Any,
    blocked: tuple[float | None, float | None],
    reopens: float | None,
) -> None:
    refused = Outcome(kind=OutcomeKind.REFUSED)
    pairs = [(Scripted(refused), seconds) for seconds in blocked]
    answered = await _with_circuits(*pairs).ask(prompt, check, deadline=_now() + 30)
    assert isinstance(answered, Unanswered)
    assert answered.reopens_in_seconds == reopens


async def test_what_can_hardly_answer_in_time_is_not_asked_again(
    prompt: Prompt, check: Any
) -> None:
    # Answers take five seconds (see `Blocked`), and four are left.
    provider = Scripted(Outcome.ok("no json", Usage()))
    answered = await _with_circuits((provider, None)).ask(prompt, check, deadline=_now() + 4)
    assert isinstance(answered, Unanswered)
    assert len(provider.requests) == 1


async def test_each_attempt_is_told_as_it_was_judged(prompt: Prompt, check: Any) -> None:
    told: list[OutcomeKind] = []
    caller = FallbackCaller(
        [Scripted(Outcome.ok("no json", Usage()), GOOD)],
        limits=CallLimits(),
        chance=lambda: 0.0,
        on_attempt=lambda attempt: told.append(attempt.kind),
    )
    await caller.ask(prompt, check, deadline=_now() + 30)
    assert told == [OutcomeKind.INVALID_JSON, OutcomeKind.OK]


async def test_the_run_is_told_to_the_budget(prompt: Prompt, check: Any) -> None:
    provider = Scripted(GOOD)
    await _caller(provider).ask(prompt, check, deadline=_now() + 30, run_id="run-7")
    assert provider.requests[0].run_id == "run-7"
