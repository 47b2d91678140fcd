"""Guarding: how everything that goes around a provider is stacked.

    guarded     circuit, slots, rates; a refused call goes on at once
    hedged      ends in time; a second request where the first is late
    budgeted    reserves what a request can cost (only where a budget is set)
    metered     counts what was sent
    traced      makes a span of it
    (adapter)   speaks to the service

Hedges and probes are requests like any other to all that stands below them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from consumer.reviewing.guards.breaker import Breaker, BreakerLimits, CircuitState
from consumer.reviewing.guards.budgeted import BudgetedProvider, Budgets
from consumer.reviewing.guards.bulkhead import Bulkhead, ProviderLimits
from consumer.reviewing.guards.call_metrics import CallMetrics, MeteredProvider
from consumer.reviewing.guards.guarded import GuardedProvider, SpareCapacity
from consumer.reviewing.guards.hedged import HedgedProvider
from consumer.reviewing.guards.hedging import HedgeAllowance, Latencies
from consumer.reviewing.guards.prices import Prices
from consumer.reviewing.guards.traced import TracedProvider
from consumer.reviewing.ports import Ledger, Provider
from consumer.reviewing.unattended import Unattended
from consumer.tracing import NoTracing, Tracing


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardOptions:
    """What an operator may set about every provider; `hedge_share` 0 sends no hedge."""

    breaker: BreakerLimits
    hedge_share: float
    prices: Prices
    budgets: Budgets


class Guards:
    """Guards providers that stand in for one another: each knows when it is the only one left."""

    def __init__(
        self,
        options: GuardOptions,
        *,
        ledger: Ledger,
        metrics: CallMetrics,
        unattended: Unattended,
        clock: Callable[[], datetime],
        tracing: Tracing | None = None,
    ) -> None:
        self._options = options
        self._ledger = ledger
        self._metrics = metrics
        self._unattended = unattended
        self._clock = clock
        self._tracing = tracing or NoTracing()
        self._guarded: list[GuardedProvider] = []

    @property
    def guarded(self) -> Sequence[GuardedProvider]:
        """Return the guarded providers in the order in which they were added."""
        return tuple(self._guarded)

    def add(self, adapter: Provider, limits: ProviderLimits) -> None:
        """Guard one more provider; a budget needs its model's price."""
        which = (adapter.name, adapter.model)
        metrics, latencies = self._metrics, Latencies()
        breaker, bulkhead = Breaker(self._options.breaker), Bulkhead(limits)
        share = self._options.hedge_share
        hedged = HedgedProvider(
            self._paid(adapter),
            latencies=latencies,
            allowance=HedgeAllowance(share) if share > 0 else None,
            spare=SpareCapacity(breaker, bulkhead),
            unattended=self._unattended,
            on_hedge=lambda answered: metrics.hedges.labels(*which, answered).inc(),
        )
        index = len(self._guarded)
        guarded = GuardedProvider(
            hedged,
            breaker=breaker,
            bulkhead=bulkhead,
            latencies=latencies,
            unattended=self._unattended,
            others_blocked_seconds=lambda: self._others_blocked_seconds(index),
            on_state=partial(metrics.circuit, *which),
        )
        metrics.circuit(*which, CircuitState.CLOSED)
        self._guarded.append(guarded)

    def _paid(self, adapter: Provider) -> Provider:
        price = self._options.prices.get(adapter.model)
        traced = TracedProvider(adapter, tracing=self._tracing)
        metered = MeteredProvider(traced, metrics=self._metrics, price=price)
        if price is None or self._options.budgets == Budgets():
            return metered
        return BudgetedProvider(
            metered,
            price=price,
            budgets=self._options.budgets,
            ledger=self._ledger,
            clock=self._clock,
            on_refused=lambda budget: self._metrics.over_budget.labels(budget).inc(),
        )

    def _others_blocked_seconds(self, index: int) -> float | None:
        others = [one for at, one in enumerate(self._guarded) if at != index]
        waits = [one.blocked_seconds() for one in others]
        known = [wait for wait in waits if wait is not None]
        return min(known, default=math.inf) if len(known) == len(waits) else None
