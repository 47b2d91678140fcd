"""Failed calls: what a review that could not be written tells the stream, decided from values.

every circuit open, or the day's budget spent    pause: no other run would fare better
our own limits in the way                        later, and no failure of this run
anything else                                    another try of this run, counted
"""

from typing import Final

from consumer.reviewing.errors import ReviewCallsFailed
from consumer.stream.errors import ProviderOutage, RetryLater

SATURATION_RETRY_SECONDS: Final = 1.0
# Looked at again when the first circuit lets a probe through, within these bounds.
PAUSE_LEAST_SECONDS: Final = 0.5
PAUSE_MOST_SECONDS: Final = 300.0


def told_to_the_stream(error: ReviewCallsFailed) -> ProviderOutage | RetryLater:
    """Return what to raise in place of `error`."""
    if error.pause_seconds is not None:
        pause = min(max(error.pause_seconds, PAUSE_LEAST_SECONDS), PAUSE_MOST_SECONDS)
        return ProviderOutage(pause, str(error))
    if error.is_saturation:
        return RetryLater(SATURATION_RETRY_SECONDS, str(error), waiting=True)
    return RetryLater(0, str(error))
