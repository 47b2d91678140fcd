"""How often and how long a failing record is tried, and how many may fail a minute. Pure."""

from collections import deque
from dataclasses import dataclass
from typing import Final

BACKOFF_FIRST_SECONDS: Final = 0.5
BACKOFF_LIMIT_SECONDS: Final = 60.0
_MINUTE_SECONDS: Final = 60.0


@dataclass(frozen=True)
class RetryLimits:
    """A record is given up after so many counted failures, or so long after the first."""

    max_attempts: int
    max_age_seconds: float

    def exhausted(self, *, attempts: int, age_seconds: float) -> bool:
        """Tell whether a record that failed `attempts` times is to be given up."""
        return attempts >= self.max_attempts or age_seconds >= self.max_age_seconds


def backoff_seconds(attempts: int) -> float:
    """Return the pause after the `attempts`-th failure (from 1): doubling, up to a minute."""
    doublings = min(attempts - 1, 16)
    return min(BACKOFF_FIRST_SECONDS * 2.0**doublings, BACKOFF_LIMIT_SECONDS)


class DeadLetterCeiling:
    """Allows so many dead letters in any 60 seconds."""

    def __init__(self, limit_per_minute: int) -> None:
        self.limit_per_minute = limit_per_minute
        self._times: deque[float] = deque()

    def allow(self, now_seconds: float) -> bool:
        """Count one more dead letter at this monotonic time; False when it is one too many."""
        while self._times and self._times[0] <= now_seconds - _MINUTE_SECONDS:
            self._times.popleft()
        if len(self._times) >= self.limit_per_minute:
            return False
        self._times.append(now_seconds)
        return True
