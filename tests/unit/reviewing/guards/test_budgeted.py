import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.errors import DebriefError
from consumer.reviewing.guards.budgeted import BudgetedProvider, Budgets, MemoryLedger
from consumer.reviewing.guards.prices import Price, most_micros
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest, Ledger, Purse

NOW = datetime(2026, 1, 5, 18, tzinfo=UTC)
PRICE = Price(input=1.0, output=10.0)
REQUEST = CompletionRequest(
    call="arc", system="s", user="u" * 98, schema={}, max_output_tokens=1000, run_id="run-1"
)
MOST = most_micros(REQUEST, PRICE)
ANSWER = Outcome.ok("{}", Usage(input_tokens=30, output_tokens=50))
COST = 530


class Provider:
    """A provider that gives what it is told, and counts."""

    name = "gemini"
    model = "g"

    def __init__(self, outcome: Outcome = ANSWER) -> None:
        self.outcome = outcome
        self.asked = 0

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        self.asked += 1
        return self.outcome


class Hanging(Provider):
    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        self.asked += 1
        self.begun.set()
        await asyncio.Event().wait()
        raise AssertionError


class Away(MemoryLedger):
    """A ledger that takes and cannot give back."""

    async def give_back(self, purses: Sequence[Purse], *, micros: int) -> None:
        if micros > 0:
            raise DebriefError("the database is away")
        await super().give_back(purses, micros=micros)


def _budgeted(provider: Provider, ledger: Ledger, **budgets: int) -> BudgetedProvider:
    refused: list[str] = []
    made = BudgetedProvider(
        provider,
        price=PRICE,
        budgets=Budgets(**budgets),
        ledger=ledger,
        clock=lambda: NOW,
        on_refused=refused.append,
    )
    made.refused = refused  # type: ignore[attr-defined]
    return made


async def _ask(provider: Any) -> Outcome:
    outcome = await provider.complete(REQUEST, timeout_seconds=5)
    assert isinstance(outcome, Outcome)
    return outcome


async def test_what_fits_is_asked_and_only_its_cost_is_spent() -> None:
    ledger = MemoryLedger()
    assert await _ask(_budgeted(Provider(), ledger, run_micros=MOST)) is ANSWER
    assert ledger._spent == {("run", "run-1"): COST}


async def test_what_could_pass_the_budget_is_not_asked() -> None:
    provider, ledger = Provider(), MemoryLedger()
    budgeted = _budgeted(provider, ledger, run_micros=MOST + COST - 1)
    assert (await _ask(budgeted)).kind is OutcomeKind.OK
    outcome = await _ask(budgeted)
    assert (outcome.kind, outcome.detail) == (OutcomeKind.OVER_BUDGET, "run_budget")
    assert outcome.retry_after_seconds is None
    assert provider.asked == 1
    assert budgeted.refused == ["run"]  # type: ignore[attr-defined]


async def test_a_spent_day_says_when_the_next_begins() -> None:
    outcome = await _ask(_budgeted(Provider(), MemoryLedger(), day_micros=1))
    assert (outcome.detail, outcome.retry_after_seconds) == ("day_budget", 6 * 3600)


async def test_a_run_that_is_refused_takes_nothing_from_the_day() -> None:
    ledger = MemoryLedger()
    await _ask(_budgeted(Provider(), ledger, day_micros=10 * MOST, run_micros=1))
    assert ledger._spent.get(("day", "2026-01-05"), 0) == 0


async def test_a_refused_request_costs_nothing() -> None:
    ledger = MemoryLedger()
    limited = Provider(Outcome(kind=OutcomeKind.RATE_LIMITED))
    await _ask(_budgeted(limited, ledger, run_micros=MOST))
    assert ledger._spent == {("run", "run-1"): 0}


async def test_a_request_that_was_cut_off_keeps_its_reservation() -> None:
    ledger = MemoryLedger()
    provider = Hanging()
    task = asyncio.create_task(_ask(_budgeted(provider, ledger, run_micros=MOST)))
    await provider.begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ledger._spent == {("run", "run-1"): MOST}


@pytest.mark.parametrize(
    "ended",
    [
        Outcome(kind=OutcomeKind.TIMEOUT, detail="deadline"),
        Outcome(kind=OutcomeKind.TRANSIENT, detail="ReadError"),
    ],
)
async def test_what_may_have_been_answered_and_billed_unheard_is_charged_in_full(
    ended: Outcome,
) -> None:
    ledger, provider = MemoryLedger(), Provider(ended)
    budgeted = _budgeted(provider, ledger, run_micros=2 * MOST - 1)
    assert await _ask(budgeted) is ended
    assert ledger._spent == {("run", "run-1"): MOST}
    # So the next one, which could pass the budget together with it, is not sent.
    assert (await _ask(budgeted)).kind is OutcomeKind.OVER_BUDGET
    assert provider.asked == 1


async def test_an_answer_is_not_lost_where_nothing_can_be_given_back() -> None:
    assert await _ask(_budgeted(Provider(), Away(), run_micros=MOST)) is ANSWER


async def test_of_requests_at_the_same_time_only_those_go_that_fit_together() -> None:
    provider, ledger = Hanging(), MemoryLedger()
    budgeted = _budgeted(provider, ledger, run_micros=3 * MOST + MOST // 2)
    calls = [asyncio.create_task(_ask(budgeted)) for _ in range(10)]
    refused, under_way = await asyncio.wait(calls, timeout=0.01)
    while len(refused) < 7:
        more, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        refused |= more
    assert {call.result().kind for call in refused} == {OutcomeKind.OVER_BUDGET}
    assert (len(refused), provider.asked) == (7, 3)
    for call in under_way:
        call.cancel()
    await asyncio.wait(under_way)


@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 1000), st.booleans()), min_size=1, max_size=60
    )
)
def test_no_order_of_requests_passes_the_budget(requests: list[tuple[int, int, bool]]) -> None:
    limit = 4 * MOST

    async def run() -> None:
        ledger = MemoryLedger()
        for read, written, told in requests:
            usage = Usage(input_tokens=read, output_tokens=written) if told else Usage()
            await _ask(_budgeted(Provider(Outcome.ok("{}", usage)), ledger, run_micros=limit))
            assert ledger._spent.get(("run", "run-1"), 0) <= limit

    asyncio.run(run())
