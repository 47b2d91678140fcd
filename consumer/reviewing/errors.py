"""The errors of the calls.

DebriefError
└── ReviewingError
    └── ReviewCallsFailed   a call without which there is no review failed: retry the run later
"""

from collections.abc import Mapping

from consumer.errors import DebriefError
from consumer.reviewing.outcome import OutcomeKind


class ReviewingError(DebriefError):
    """The root of this package's errors."""


class ReviewCallsFailed(ReviewingError):  # noqa: N818 - what happened, as the stream names it
    """A call without which there is no review failed at every provider; retry the run later.

    `failures` maps each failed call to how each provider's last attempt ended, in order.
    `pause_seconds` is given where no review can be written before then: every circuit is open, or
    the day's budget is spent.
    """

    retryable = True

    def __init__(
        self,
        failures: Mapping[str, tuple[OutcomeKind, ...]],
        *,
        pause_seconds: float | None = None,
    ) -> None:
        told = ", ".join(f"{call} ({' then '.join(k)})" for call, k in sorted(failures.items()))
        super().__init__(f"no provider answered: {told}")
        self.failures = dict(failures)
        self.pause_seconds = pause_seconds

    @property
    def is_saturation(self) -> bool:
        """Tell whether our own limits were the only thing in the way: nothing failed."""
        return all(OutcomeKind.LOCAL_SATURATION in kinds for kinds in self.failures.values())
