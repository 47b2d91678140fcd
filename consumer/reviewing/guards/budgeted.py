"""Budgeted: a provider that is not asked where its answer could pass a budget.

Each request reserves what it can cost at most, is asked, and gives back what it did not cost. So
all that is spent and all that is under way together stay below the budget, in every process that
shares the ledger. What a request that was cut off has cost nobody tells: it keeps its reservation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import structlog

from consumer.errors import DebriefError
from consumer.reviewing.guards.prices import Price, most_micros, spent_micros
from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest, Ledger, Provider, Purse

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """What may be spent on one run and in one day (UTC), in millionths; None is no limit."""

    run_micros: int | None = None
    day_micros: int | None = None

    def purses(self, run_id: str, now: datetime) -> tuple[Purse, ...]:
        """Return the purses that a request of a run is paid from, the shared one first."""
        purses = []
        if self.day_micros is not None:
            day = now.date().isoformat()
            purses.append(Purse(kind="day", name=day, limit_micros=self.day_micros))
        if self.run_micros is not None:
            purses.append(Purse(kind="run", name=run_id, limit_micros=self.run_micros))
        return tuple(purses)


class BudgetedProvider:
    """A `Provider`. `clock` gives the time in UTC; `on_refused` is told which budget refused.

    Raises what the ledger raises where it is away: what cannot be counted is not spent.
    """

    def __init__(
        self,
        inner: Provider,
        *,
        price: Price,
        budgets: Budgets,
        ledger: Ledger,
        clock: Callable[[], datetime],
        on_refused: Callable[[str], None],
    ) -> None:
        self.name = inner.name
        self.model = inner.model
        self._inner = inner
        self._price = price
        self._budgets = budgets
        self._ledger = ledger
        self._clock = clock
        self._on_refused = on_refused

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask once, where the budgets allow it."""
        now = self._clock()
        purses = self._budgets.purses(request.run_id, now)
        reserved = most_micros(request, self._price)
        empty = await self._ledger.reserve(purses, micros=reserved)
        if empty is not None:
            self._on_refused(empty.kind)
            return refusal(empty.kind, now)
        outcome = await self._inner.complete(request, timeout_seconds=timeout_seconds)
        spent = spent_micros(outcome, self._price, at_most=reserved)
        if spent != reserved:
            await self._give_back(purses, reserved - spent)
        return outcome

    async def _give_back(self, purses: tuple[Purse, ...], micros: int) -> None:
        try:
            await self._ledger.give_back(purses, micros=micros)
        except DebriefError as error:
            # The answer is there and paid for; the budget only has less left than it could.
            _log.warning("budget.keeps_a_reservation", micros=micros, error=str(error))


def refusal(kind: str, now: datetime) -> Outcome:
    """Say that a budget is spent; that of a day is there again at midnight, that of a run never."""
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=now.tzinfo)
    return Outcome(
        kind=OutcomeKind.OVER_BUDGET,
        retry_after_seconds=(midnight - now).total_seconds() if kind == "day" else None,
        detail=f"{kind}_budget",
    )


class MemoryLedger:
    """A `Ledger` of one process, for reviews that are made without a store."""

    def __init__(self) -> None:
        self._spent: dict[tuple[str, str], int] = {}

    async def reserve(self, purses: Sequence[Purse], *, micros: int) -> Purse | None:
        """Take from each purse, or from none."""
        for purse in purses:
            if self._spent.get((purse.kind, purse.name), 0) + micros > purse.limit_micros:
                return purse
        await self.give_back(purses, micros=-micros)
        return None

    async def give_back(self, purses: Sequence[Purse], *, micros: int) -> None:
        """Return what was not spent."""
        for purse in purses:
            key = (purse.kind, purse.name)
            self._spent[key] = self._spent.get(key, 0) - micros
