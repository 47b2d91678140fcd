"""Guarded: a provider behind its circuit, its slots and its rates.

A call that may not be asked learns so at once and goes to the next provider. Only where no other
may be asked either it waits, for the end of a probe or of a cool-down that fits its time. A probe
is a copy of a real call, sent beside the one that goes on to the next provider, so that nobody
waits for a provider that may still be down.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace

import structlog

from consumer.reviewing.guards.advice import advice_on
from consumer.reviewing.guards.breaker import Breaker, CircuitState, Permit
from consumer.reviewing.guards.bulkhead import Bulkhead, Lease
from consumer.reviewing.guards.hedging import TAIL, TYPICAL, Latencies
from consumer.reviewing.outcome import ANSWERS, Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest, Provider
from consumer.reviewing.unattended import Unattended

_log = structlog.get_logger(__name__)


class GuardedProvider:
    """A `Provider`, and the `Circuit` of what it guards.

    `inner` must end within its `timeout_seconds`. `others_blocked_seconds` tells when the first of
    the other providers may be asked, None where one may now. `on_state` is told every change of
    the circuit.
    """

    def __init__(
        self,
        inner: Provider,
        *,
        breaker: Breaker,
        bulkhead: Bulkhead,
        latencies: Latencies,
        unattended: Unattended,
        others_blocked_seconds: Callable[[], float | None],
        on_state: Callable[[CircuitState], None],
    ) -> None:
        self.name = inner.name
        self.model = inner.model
        self._inner = inner
        self._breaker = breaker
        self._bulkhead = bulkhead
        self._latencies = latencies
        self._unattended = unattended
        self._others_blocked_seconds = others_blocked_seconds
        self._on_state = on_state
        self._told = CircuitState.CLOSED
        self._advised: str | None = None
        self._changed = asyncio.Event()
        self._queued: set[asyncio.Timeout] = set()

    def blocked_seconds(self) -> float | None:
        """Return how long nobody may ask, None where somebody may now."""
        return self._breaker.blocked_seconds(_now())

    def typical_seconds(self, call: str) -> float | None:
        """Return how long an answer to such a call usually takes, None where that is not known."""
        return self._latencies.quantile(call, TYPICAL)

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask once, if that may be."""
        until = _now() + timeout_seconds
        permit = self._breaker.permit(_now())
        while permit is None and (wait_seconds := self._worth_waiting(until)) is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_seconds):
                    await self._changed.wait()
            permit = self._breaker.permit(_now())
        if permit is None:
            return self._refusal()
        self._tell()
        if permit.is_probe and self._others_blocked_seconds() is None:
            probe = self._ask(permit, request, until)
            self._unattended.keep(asyncio.create_task(probe))
            return self._refusal()
        return await self._ask(permit, request, until)

    def _worth_waiting(self, until: float) -> float | None:
        """Return for how long a call that nobody else takes should wait here, None for not."""
        others, now = self._others_blocked_seconds(), _now()
        if others is None or now >= until:
            return None
        if self._breaker.is_probing(now):
            return until - now
        own = self._breaker.blocked_seconds(now) or 0.0
        cooling = self._breaker.state(now) is CircuitState.COOLING
        return own if cooling and own <= others and now + own < until else None

    async def _ask(self, permit: Permit, request: CompletionRequest, until: float) -> Outcome:
        try:
            lease = await self._enter(request, until)
        except BaseException:
            self._breaker.drop(permit)
            self._tell()
            raise
        if isinstance(lease, Outcome):
            self._breaker.drop(permit)
            self._tell()
            return lease
        outcome: Outcome | None = None
        try:
            outcome = await self._asked(permit, request, until)
        finally:
            if outcome is None:
                self._breaker.drop(permit)
                self._tell()
            # Last, so that whoever gets the slot knows what became of this call.
            lease.close(used_tokens=_used(outcome))
        return outcome

    async def _asked(self, permit: Permit, request: CompletionRequest, until: float) -> Outcome:
        started = _now()
        outcome = await self._inner.complete(request, timeout_seconds=until - started)
        # Less time than answers mostly take is no fair chance: the end of a review's time must
        # not open the circuit of a provider that is well.
        tail = self._latencies.quantile(request.call, TAIL)
        fair = tail is None or _now() - started >= tail
        self._breaker.record(permit, outcome, _now(), fair=fair)
        self._tell()
        self._advise(outcome)
        if outcome.kind is OutcomeKind.RATE_LIMITED and outcome.retry_after_seconds is None:
            # The caller's own next try would meet the cool-down: say how long it is.
            return replace(outcome, retry_after_seconds=self.blocked_seconds())
        return outcome

    async def _enter(self, request: CompletionRequest, until: float) -> Lease | Outcome:
        """Wait for a slot, not past `until` nor past the moment when the circuit opens."""
        try:
            async with asyncio.timeout_at(until) as queued:
                self._queued.add(queued)
                try:
                    return await self._bulkhead.enter(request.likely_tokens, until=until)
                finally:
                    self._queued.discard(queued)
        except TimeoutError:
            if _now() < until:
                return self._refusal()
            return Outcome(kind=OutcomeKind.LOCAL_SATURATION, detail="no_slot_in_time")

    def _refusal(self) -> Outcome:
        return Outcome(
            kind=OutcomeKind.CIRCUIT_OPEN,
            retry_after_seconds=self.blocked_seconds() or 0.0,
            detail=self._breaker.state(_now()).value,
        )

    def _advise(self, outcome: Outcome) -> None:
        """Log what only an operator can mend: once, and again after an answer."""
        advice = advice_on(self.name, outcome)
        if advice is not None and advice != self._advised:
            _log.error(
                "provider_refuses",
                provider=self.name,
                model=self.model,
                why=outcome.detail,
                do=advice,
            )
            self._advised = advice
        elif outcome.kind in ANSWERS:
            self._advised = None

    def _tell(self) -> None:
        """Wake who waits for a probe, send queued calls elsewhere, and report the new state."""
        state = self._breaker.state(_now())
        if not self._breaker.is_probing(_now()):
            self._changed.set()
            self._changed = asyncio.Event()
        if state is self._told:
            return
        self._told = state
        self._on_state(state)
        _log.warning("circuit", provider=self.name, model=self.model, state=state.value)
        if state is not CircuitState.CLOSED:
            for queued in self._queued:
                if not queued.expired():
                    queued.reschedule(_now())


class SpareCapacity:
    """What hedges may use: slots and rates that nobody waits for, while the circuit is closed."""

    def __init__(self, breaker: Breaker, bulkhead: Bulkhead) -> None:
        self._breaker = breaker
        self._bulkhead = bulkhead

    def try_enter(self, request: CompletionRequest) -> Lease | None:
        """Return a lease to close, None where there is nothing to spare."""
        if self._breaker.state(_now()) is not CircuitState.CLOSED:
            return None
        return self._bulkhead.try_enter(request.likely_tokens)


def _used(outcome: Outcome | None) -> int | None:
    if outcome is None:
        return None
    counted = (outcome.usage.input_tokens, outcome.usage.output_tokens)
    known = [count for count in counted if count is not None]
    return sum(known) if known else None


def _now() -> float:
    return asyncio.get_running_loop().time()
