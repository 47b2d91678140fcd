"""When what came late for a run is to be reviewed. Pure.

Late records come in bursts: a topic catches up, a platform writes its last batch. A revision for
each would cost as many reviews, so a run is left until nothing came for it for a while, but not
for ever: a trickle must not put the revision off without end.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

QUIET_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRun:
    """A reviewed run that something came for: how often so far, and whether it is whole now."""

    run_id: str
    revision: int
    changes: int
    whole: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    revision: int
    changes: int
    changed_at: float
    first_at: float


class LateWatch:
    """Tells which late runs are due; remembers only those it was shown last."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def due(self, runs: Sequence[LateRun], *, now_seconds: float) -> Collection[str]:
        """Return those that are whole, quiet, or late for long; `now_seconds` is monotonic."""
        seen = {run.run_id: self._look(run, now_seconds) for run in runs}
        whole = {run.run_id for run in runs if run.whole}
        self._seen = seen
        return {
            run_id
            for run_id, one in seen.items()
            if run_id in whole
            or now_seconds - one.changed_at >= QUIET_SECONDS
            or now_seconds - one.first_at >= PATIENCE_SECONDS
        }

    def _look(self, run: LateRun, now_seconds: float) -> _Seen:
        before = self._seen.get(run.run_id)
        if before is None or before.revision != run.revision:
            return _Seen(run.revision, run.changes, now_seconds, now_seconds)
        if before.changes != run.changes:
            return _Seen(run.revision, run.changes, now_seconds, before.first_at)
        return before
