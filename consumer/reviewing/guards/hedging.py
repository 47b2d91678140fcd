"""Hedging: when a second request is worth sending, in code that cannot wait.

"The Tail at Scale" (Dean and Barroso, CACM 2013): where a call takes longer than most do, ask once
more and take whichever answers first. The allowance keeps the extra requests to a small share, so
that a slow provider is never asked twice as much just when it is slow.
"""

from collections import defaultdict, deque
from typing import Final

_WINDOW: Final = 200
_MINIMUM: Final = 20
TAIL: Final = 0.95
TYPICAL: Final = 0.5


class Latencies:
    """The last answers' times of one provider, in seconds, apart for each kind of call."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_WINDOW))

    def add(self, call: str, seconds: float) -> None:
        """Keep how long an answer took.

        A request that was given up because another answered counts with what it had taken: left
        out, the slow ones would vanish and the quantile would sink with every hedge.
        """
        self._seconds[call].append(seconds)

    def quantile(self, call: str, share: float) -> float | None:
        """Return the nearest-rank quantile, None while too few are known."""
        seen = sorted(self._seconds[call])
        if len(seen) < _MINIMUM:
            return None
        return seen[min(int(share * len(seen)), len(seen) - 1)]


def hedge_after_seconds(latencies: Latencies, call: str, *, seconds_left: float) -> float | None:
    """Return when to send a second request, None where it could hardly answer in time."""
    tail, typical = latencies.quantile(call, TAIL), latencies.quantile(call, TYPICAL)
    if tail is None or typical is None or tail + typical > seconds_left:
        return None
    return tail


class HedgeAllowance:
    """A token bucket: each request earns `share` of a hedge, and at most `burst` are saved up."""

    def __init__(self, share: float, *, burst: float = 10.0) -> None:
        self._share = share
        self._burst = burst
        self._saved = 0.0

    def earn(self) -> None:
        """Count a request that would have been sent anyway."""
        self._saved = min(self._burst, self._saved + self._share)

    def take(self) -> bool:
        """Spend one hedge, where one is there."""
        # Twenty times 0.05 is a hair below 1 in binary.
        if self._saved < 1.0 - 1e-9:
            return False
        self._saved = max(0.0, self._saved - 1.0)
        return True

    def give_back(self) -> None:
        """Put back a hedge that was not sent after all."""
        self._saved = min(self._burst, self._saved + 1.0)
