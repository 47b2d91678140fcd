"""Breaker: whether a provider may be asked now, in code that reads no clock and cannot wait.

closed      every call may go
open        none may: too many failed; for a while, longer each time the probe fails
half open   one may, as a probe: its end closes the circuit or opens it again
cooling     none may: the provider asked for less (rate limit, quota); then closed, with no probe

Failures are counted by count and window: so many, and at least half of what ended in the window,
or so many in a row however far apart. A few failures among thousands of answers open nothing; a
provider that is asked once a minute and never answers does.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from consumer.reviewing.outcome import ANSWERS, Outcome, OutcomeKind

# A request that the service finds wrong says nothing about the service.
_BLAMES_REQUEST: Final = frozenset({"http_400", "http_413", "http_414", "http_422"})
_FAILURES: Final = frozenset({OutcomeKind.TRANSIENT, OutcomeKind.TIMEOUT, OutcomeKind.PERMANENT})
_COOLING: Final = frozenset({OutcomeKind.RATE_LIMITED, OutcomeKind.QUOTA})
_MAX_COUNTED: Final = 2000
# How soon to look again where a probe is under way and its end is not known.
_PROBE_LOOK_SECONDS: Final = 1.0


class CircuitState(StrEnum):
    """What a circuit lets through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    COOLING = "cooling"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLimits:
    """When a circuit opens and for how long.

    `failures` within `window_seconds` open it where they are at least `share` of what ended then.
    It stays open for `open_seconds`, twice as long after each failed probe, `open_cap_seconds` at
    most. A rate limit that says no time cools for `cool_down_seconds`, a quota for
    `quota_seconds`, twice as long each time in a row, `cool_down_cap_seconds` at most.
    """

    failures: int = 5
    window_seconds: float = 30.0
    share: float = 0.5
    open_seconds: float = 15.0
    open_cap_seconds: float = 240.0
    cool_down_seconds: float = 1.0
    quota_seconds: float = 60.0
    cool_down_cap_seconds: float = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Leave to ask once. `epoch` tells calls that began before the circuit last changed."""

    epoch: int
    is_probe: bool = False


class Breaker:
    """One provider's circuit. Every method takes `now`, in seconds of any steady clock.

    Each permit ends in exactly one `record` or `drop`.
    """

    def __init__(self, limits: BreakerLimits) -> None:
        self._limits = limits
        self._ended: deque[tuple[float, bool]] = deque(maxlen=_MAX_COUNTED)
        self._in_a_row = 0
        self._epoch = 0
        self._open_until: float | None = None
        self._failed_probes = 0
        self._probing = False
        self._cooling_until = float("-inf")
        self._strikes = 0

    def permit(self, now: float) -> Permit | None:
        """Return leave to ask, None where nobody may now."""
        state = self.state(now)
        if state is CircuitState.CLOSED:
            return Permit(epoch=self._epoch)
        if state is CircuitState.HALF_OPEN and not self._probing:
            self._probing = True
            return Permit(epoch=self._epoch, is_probe=True)
        return None

    def record(self, permit: Permit, outcome: Outcome, now: float, *, fair: bool = True) -> None:
        """Count how a permitted call ended.

        `fair` False says that it had less time than answers usually take, so that a timeout is
        not the provider's failure.
        """
        if outcome.kind in _COOLING:
            self._cool(outcome, now)
        if permit.epoch != self._epoch:
            return  # it began before the circuit opened or closed: that is decided already
        unfair = outcome.kind is OutcomeKind.TIMEOUT and not fair
        failed = outcome.kind in _FAILURES and not unfair and not blames_request(outcome)
        if permit.is_probe:
            self._end_probe(outcome, now, failed=failed)
        elif failed:
            self._fail(now)
        elif outcome.kind in ANSWERS:
            self._in_a_row = self._strikes = 0
            self._ended.append((now, False))

    def drop(self, permit: Permit) -> None:
        """Give a permit back unused, or of a call that was cancelled."""
        if permit.is_probe and permit.epoch == self._epoch:
            self._probing = False

    def state(self, now: float) -> CircuitState:
        """Return what the circuit lets through now."""
        if self._open_until is not None and now < self._open_until:
            return CircuitState.OPEN
        if now < self._cooling_until:
            return CircuitState.COOLING
        return CircuitState.CLOSED if self._open_until is None else CircuitState.HALF_OPEN

    def is_probing(self, now: float) -> bool:
        """Tell whether a probe is under way."""
        return self._probing and self.state(now) is CircuitState.HALF_OPEN

    def blocked_seconds(self, now: float) -> float | None:
        """Return how long nobody may ask, None where somebody may now."""
        state = self.state(now)
        if state is CircuitState.OPEN or state is CircuitState.COOLING:
            return max(self._open_until or now, self._cooling_until, now) - now
        return _PROBE_LOOK_SECONDS if self.is_probing(now) else None

    def _cool(self, outcome: Outcome, now: float) -> None:
        limits = self._limits
        asked = outcome.retry_after_seconds
        if asked is None:
            if now < self._cooling_until:
                return  # one of those that were under way when it began
            quota = outcome.kind is OutcomeKind.QUOTA
            asked = (limits.quota_seconds if quota else limits.cool_down_seconds) * (
                2.0 ** min(self._strikes, 30)
            )
            self._strikes += 1
        until = now + min(asked, limits.cool_down_cap_seconds)
        self._cooling_until = max(self._cooling_until, until)

    def _fail(self, now: float) -> None:
        limits = self._limits
        self._in_a_row += 1
        self._ended.append((now, True))
        while self._ended and self._ended[0][0] <= now - limits.window_seconds:
            self._ended.popleft()
        failures = sum(failed for _, failed in self._ended)
        too_many = failures >= limits.failures and failures >= limits.share * len(self._ended)
        if too_many or self._in_a_row >= limits.failures:
            self._open(now)

    def _end_probe(self, outcome: Outcome, now: float, *, failed: bool) -> None:
        self._probing = False
        if failed:
            self._failed_probes += 1
            self._open(now)
        elif outcome.kind in ANSWERS or outcome.kind in _COOLING:
            self._open_until = None
            self._failed_probes = self._in_a_row = 0
            self._epoch += 1

    def _open(self, now: float) -> None:
        limits = self._limits
        seconds = limits.open_seconds * 2.0 ** min(self._failed_probes, 30)
        most = max(limits.open_cap_seconds, limits.open_seconds)
        self._open_until = now + min(seconds, most)
        self._ended.clear()
        self._in_a_row = 0
        self._probing = False
        self._epoch += 1


def blames_request(outcome: Outcome) -> bool:
    """Tell whether the service found fault with this request, and would with no other."""
    return outcome.kind is OutcomeKind.PERMANENT and outcome.detail in _BLAMES_REQUEST
