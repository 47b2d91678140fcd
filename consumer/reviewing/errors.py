"""The errors of the calls.

DebriefError
└── ReviewingError
    └── ReviewCallsFailed   no provider gave an arc read or a scoring: retry the run later
"""

from collections.abc import Mapping

from consumer.errors import DebriefError
from consumer.reviewing.outcome import OutcomeKind

OUTAGE_KINDS = frozenset(
    {
        OutcomeKind.TRANSIENT,
        OutcomeKind.TIMEOUT,
        OutcomeKind.RATE_LIMITED,
        OutcomeKind.QUOTA,
        OutcomeKind.PERMANENT,
    }
)


class ReviewingError(DebriefError):
    """The root of this package's errors."""


class ReviewCallsFailed(ReviewingError):  # noqa: N818 - what happened, as the stream names it
    """A call without which there is no review failed at every provider; retry the run later.

    `failures` maps each failed call to how each provider's last attempt ended, in order.
    """

    retryable = True

    def __init__(self, failures: Mapping[str, tuple[OutcomeKind, ...]]) -> None:
        told = ", ".join(f"{call} ({' then '.join(k)})" for call, k in sorted(failures.items()))
        super().__init__(f"no provider answered: {told}")
        self.failures = dict(failures)

    @property
    def is_outage(self) -> bool:
        """Tell whether the providers were away, so that no answer was even wrong."""
        return all(kind in OUTAGE_KINDS for kinds in self.failures.values() for kind in kinds)
