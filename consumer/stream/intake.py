"""When to take nothing more in, and when to go on. Pure."""


class Intake:
    """Two marks, so that intake does not flutter: it stops at `high` and goes on below `low`."""

    def __init__(self, *, high: int, low: int) -> None:
        if not 0 < low <= high:
            raise ValueError(f"want 0 < low <= high, got low {low}, high {high}")
        self._high = high
        self._low = low
        self.stopped = False

    def look(self, held: int) -> bool:
        """Take note of how much is held; return whether that stopped or restarted the intake."""
        before = self.stopped
        self.stopped = held >= (self._low if before else self._high)
        return self.stopped != before

    def room(self, held: int) -> int:
        """Return how much more may be taken at once, 1 at least: Kafka's poll wants a number."""
        return max(self._high - held, 1)
