"""Everything that goes around a provider, stacked, through the real SDKs on the emulator."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry

from consumer.arc import Arc
from consumer.assembly.faults import find_faults
from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.reviewing.calls.fallback import Answered, FallbackCaller, Unanswered
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.guards.breaker import BreakerLimits
from consumer.reviewing.guards.budgeted import Budgets, MemoryLedger
from consumer.reviewing.guards.bulkhead import ProviderLimits
from consumer.reviewing.guards.call_metrics import CallMetrics
from consumer.reviewing.guards.guarding import GuardOptions, Guards
from consumer.reviewing.guards.prices import Price
from consumer.reviewing.prompting.prompts import Prompt, prompts_of
from consumer.reviewing.prompting.selection import PromptBounds
from consumer.reviewing.providers.gemini.content import GeminiProvider
from consumer.reviewing.providers.openai.responses import OpenAIProvider
from consumer.reviewing.unattended import Unattended
from schemas.review import Signal
from tests.unit.reviewing.virtual_clock import virtually

Providers = tuple[GeminiProvider, OpenAIProvider]
OPEN_SECONDS = 600.0
SLOTS = 3
PRICES = {"g": Price(input=1.0, output=1.0), "o": Price(input=2.0, output=2.0)}


def _now() -> float:
    return asyncio.get_running_loop().time()


class Stack:
    """Both providers with their guards, and a caller on top."""

    def __init__(
        self, providers: Providers, prompt: Prompt, arc: Arc, signals: tuple[Signal, ...]
    ) -> None:
        self._providers = providers
        self._prompt = prompt
        self._arc = arc
        self._signals = signals
        self.registry = CollectorRegistry()
        self.metrics = CallMetrics(self.registry)
        self.unattended = Unattended()
        self.ledger = MemoryLedger()
        self.build()

    def build(self, budgets: Budgets | None = None, *, failures: int = 2) -> None:
        guards = Guards(
            GuardOptions(
                breaker=BreakerLimits(failures=failures, open_seconds=OPEN_SECONDS),
                hedge_share=0.05,
                prices=PRICES,
                budgets=budgets or Budgets(),
            ),
            ledger=self.ledger,
            metrics=self.metrics,
            unattended=self.unattended,
            clock=lambda: datetime(2026, 1, 5, tzinfo=UTC),
        )
        for provider in self._providers:
            guards.add(provider, ProviderLimits(max_concurrent=SLOTS))
        self.guards = guards
        self.caller = FallbackCaller(
            guards.guarded,
            limits=CallLimits(backoff_base_seconds=0.0),
            chance=lambda: 0.0,
            circuits=guards.guarded,
            unattended=self.unattended,
            on_attempt=self.metrics.count_attempt,
        )

    async def ask(self, *, seconds: float = 60) -> Answered | Unanswered:
        return await self.caller.ask(
            self._prompt,
            lambda answer: find_faults(answer, arc=self._arc, signals=self._signals),
            deadline=_now() + seconds,
            run_id="run-1",
        )

    def sample(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
async def stack_on(
    providers_on: Callable[[FaultPlan], Providers], arc: Arc, signals: tuple[Signal, ...]
) -> AsyncIterator[Callable[[FaultPlan], Stack]]:
    built = prompts_of(arc, signals, marker_key=b"k", bounds=PromptBounds())
    prompt = next(p for p in built.prompts if p.call == "scoring")
    made: list[Stack] = []

    def build(plan: FaultPlan) -> Stack:
        made.append(Stack(providers_on(plan), prompt, arc, signals))
        return made[-1]

    yield build
    for stack in made:
        await stack.unattended.close()


StackOn = Callable[[FaultPlan], Stack]
GEMINI = {"provider": "gemini", "model": "g"}


async def test_a_failed_gemini_costs_the_next_reviews_no_request(stack_on: StackOn) -> None:
    plan = FaultPlan((FaultRule(fault=Fault.SERVER_ERROR, provider="gemini"),))
    stack = stack_on(plan)
    answers = [await stack.ask() for _ in range(4)]
    assert all(isinstance(a, Answered) and a.provider == "openai" for a in answers)
    assert [provider for provider, _ in plan.requests] == ["gemini"] * 2 + ["openai"] * 4
    assert stack.sample("debrief_model_circuit_state", **GEMINI) == 3


async def test_where_both_are_down_it_is_said_when_to_come_back(stack_on: StackOn) -> None:
    plan = FaultPlan((FaultRule(fault=Fault.SERVER_ERROR),))
    stack = stack_on(plan)
    first = await stack.ask()
    sent = len(plan.requests)
    second = await stack.ask()
    for answer in (first, second):
        assert isinstance(answer, Unanswered)
        assert answer.reopens_in_seconds == pytest.approx(600, abs=120)
    assert len(plan.requests) == sent == 4


async def test_bad_answers_open_nothing(stack_on: StackOn) -> None:
    plan = FaultPlan((FaultRule(fault=Fault.INVALID_JSON, provider="gemini"),))
    stack = stack_on(plan)
    for _ in range(4):
        await stack.ask()
    assert [p for p, _ in plan.requests].count("gemini") == 8
    assert stack.sample("debrief_model_circuit_state", **GEMINI) == 0


async def test_a_rate_limited_gemini_is_left_alone_for_as_long_as_it_asked(
    stack_on: StackOn,
) -> None:
    plan = FaultPlan((FaultRule(fault=Fault.RATE_LIMITED_LONG, provider="gemini"),))
    stack = stack_on(plan)
    for _ in range(3):
        assert isinstance(await stack.ask(), Answered)
    assert [p for p, _ in plan.requests].count("gemini") == 1
    assert stack.sample("debrief_model_circuit_state", **GEMINI) == 2


async def test_tokens_cost_and_outcomes_are_counted(stack_on: StackOn) -> None:
    stack = stack_on(FaultPlan((FaultRule(fault=Fault.INVALID_JSON, nth=frozenset({1})),)))
    answered = await stack.ask()
    assert isinstance(answered, Answered)
    read, written = answered.usage.input_tokens or 0, answered.usage.output_tokens or 0
    assert stack.sample("debrief_model_tokens_total", **GEMINI, direction="input") == read
    assert stack.sample("debrief_model_tokens_total", **GEMINI, direction="output") == written
    assert stack.sample("debrief_model_cost_total", **GEMINI) == pytest.approx(
        (read + written) / 1e6
    )
    of_call = {**GEMINI, "call": "scoring"}
    assert stack.sample("debrief_model_requests_total", **of_call, outcome="ok") == 2
    assert stack.sample("debrief_call_attempts_total", **of_call, outcome="ok") == 1
    assert stack.sample("debrief_call_attempts_total", **of_call, outcome="invalid_json") == 1
    assert stack.sample("debrief_model_request_seconds_count", **of_call) == 2


async def test_a_budget_stops_before_it_is_passed_and_is_no_fault_of_the_provider(
    stack_on: StackOn,
) -> None:
    plan = FaultPlan()
    stack = stack_on(plan)
    stack.build(Budgets(run_micros=100_000))
    while isinstance(await stack.ask(), Answered):
        pass
    assert stack.ledger._spent["run", "run-1"] <= 100_000
    assert stack.sample("debrief_model_requests_over_budget_total", budget="run") >= 2
    assert stack.sample("debrief_model_circuit_state", **GEMINI) == 0
    cost = sum(
        stack.sample("debrief_model_cost_total", provider=p, model=m)
        for p, m in (("gemini", "g"), ("openai", "o"))
    )
    assert cost * 1e6 <= 100_000


SILENCES = [Fault.HANG, Fault.HANG_IN_BODY, Fault.TRICKLE, Fault.ENDLESS]


@pytest.mark.parametrize("fault", SILENCES, ids=str)
def test_behind_all_guards_too_no_silence_outlasts_the_deadline(
    stack_on: StackOn, fault: Fault
) -> None:
    async def story() -> None:
        stack = stack_on(FaultPlan((FaultRule(fault=fault),)))
        assert isinstance(await stack.ask(seconds=20), Unanswered)
        assert _now() == pytest.approx(20, abs=0.05)
        await stack.unattended.close()

    virtually(story())


@pytest.mark.parametrize("fault", SILENCES, ids=str)
def test_a_silent_gemini_costs_time_until_its_circuit_opens_and_then_none(
    stack_on: StackOn, fault: Fault
) -> None:
    async def story() -> None:
        plan = FaultPlan((FaultRule(fault=fault, provider="gemini"),))
        stack = stack_on(plan)
        for _ in range(2):
            assert isinstance(await stack.ask(seconds=20), Answered)
        opened = _now()
        assert opened == pytest.approx(2 * 12, abs=0.1)
        for _ in range(5):
            assert isinstance(await stack.ask(seconds=20), Answered)
        assert _now() == opened
        # Open for long enough it is probed once, by a copy: nobody waits for the probe either.
        await asyncio.sleep(OPEN_SECONDS)
        for _ in range(5):
            assert isinstance(await stack.ask(seconds=20), Answered)
        assert _now() == opened + OPEN_SECONDS
        await asyncio.sleep(0.1)
        assert [p for p, _ in plan.requests].count("gemini") == 3
        await stack.unattended.close()

    virtually(story())


def test_a_late_answer_is_asked_for_twice_and_one_of_them_is_paid_and_counted(
    stack_on: StackOn,
) -> None:
    async def story() -> None:
        plan = FaultPlan((FaultRule(delay_seconds=100, nth=frozenset({41})),))
        stack = stack_on(plan)
        stack.build(Budgets(run_micros=10**12))
        for _ in range(40):
            await stack.ask()
        started, spent = _now(), stack.ledger._spent["run", "run-1"]
        answered = await stack.ask()
        assert isinstance(answered, Answered)
        # Both are requests; what the one that was cut off cost nobody tells: it is reserved.
        assert (answered.provider, answered.attempts) == ("gemini", 1)
        assert _now() - started < 100
        assert len(plan.requests) == 42
        assert stack.sample("debrief_model_hedges_total", **GEMINI, answered="second") == 1
        await stack.unattended.close()
        of_call = {**GEMINI, "call": "scoring"}
        assert stack.sample("debrief_model_requests_total", **of_call, outcome="cancelled") == 1
        told = (answered.usage.input_tokens or 0) + (answered.usage.output_tokens or 0)
        assert stack.ledger._spent["run", "run-1"] - spent > 2 * told

    virtually(story())


def test_a_cancellation_at_any_moment_leaves_every_slot_free_and_nothing_running(
    stack_on: StackOn,
) -> None:
    async def story() -> None:
        stack = stack_on(FaultPlan())
        stack.build(Budgets(run_micros=10**12))
        turns, cancelled = 0, True
        while cancelled:
            asked = asyncio.create_task(stack.ask())
            for _ in range(turns):
                await asyncio.sleep(0)
            asked.cancel()
            await asyncio.wait({asked})
            await stack.unattended.close()
            turns, cancelled = turns + 1, asked.cancelled()
            assert [one._bulkhead._free for one in stack.guards.guarded] == [SLOTS, SLOTS]
            assert [one.blocked_seconds() for one in stack.guards.guarded] == [None, None]
            assert asyncio.all_tasks() == {asyncio.current_task()}
        assert turns > 5

    virtually(story())
