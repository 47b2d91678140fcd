"""Leaky bucket: how much of a rate is left, in code that reads no clock and cannot wait.

The generic cell rate as a meter (ITU-T I.371): what is used fills the bucket, time drains it. An
amount larger than the bucket passes when the bucket is empty, and those after it wait the longer.
"""

from typing import Final

_MINUTE: Final = 60.0
# So that a wait computed in floats is long enough.
_HAIR: Final = 1e-9


class LeakyBucket:
    """Lets `per_minute` through, of which `burst_seconds`' worth, at least 1, at once.

    Every `now` is in seconds of one steady clock.
    """

    def __init__(self, per_minute: float, *, burst_seconds: float) -> None:
        self._rate = per_minute / _MINUTE
        self._size = max(1.0, self._rate * burst_seconds)
        self._level = 0.0
        self._drained_at = float("-inf")

    def wait_seconds(self, amount: float, now: float) -> float:
        """Return how long until so much may be used, 0 for now."""
        self._drain(now)
        over = self._level + min(amount, self._size) - self._size
        return over / self._rate if over > _HAIR else 0.0

    def use(self, amount: float, now: float) -> None:
        """Fill in what is used; below zero, what was filled in and not used after all."""
        self._drain(now)
        self._level = max(0.0, self._level + amount)

    def _drain(self, now: float) -> None:
        if now > self._drained_at:
            self._level = max(0.0, self._level - (now - self._drained_at) * self._rate)
            self._drained_at = now
