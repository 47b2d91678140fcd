"""Fault points: named steps at which a test may have the process killed. Off, they cost nothing.

`DEBRIEF_FAULT_POINT=after_gather:3` kills the process (SIGKILL) when it reaches that step for the
third time. Only the fault tests set it; `arm` is called by the command that runs the consumer.
"""

import os
import signal
from enum import StrEnum
from typing import Final

VARIABLE: Final = "DEBRIEF_FAULT_POINT"


class FaultPoint(StrEnum):
    """The boundaries between the steps of a review."""

    AFTER_GATHER = "after_gather"
    AFTER_CALL = "after_call"
    BEFORE_TRANSACTION = "before_transaction"
    INSIDE_TRANSACTION = "inside_transaction"
    AFTER_TRANSACTION = "after_transaction"
    AFTER_COMMIT = "after_commit"


_left: dict[FaultPoint, int] = {}


def arm(specification: str) -> None:
    """Arm one point, given as `name:count`; an empty text arms none.

    Raises:
        ValueError: there is no such point, or the count is no positive number.
    """
    _left.clear()
    if specification:
        name, _, count = specification.partition(":")
        if int(count or 1) < 1:
            raise ValueError(f"{VARIABLE}: want a count of at least 1, got {count!r}")
        _left[FaultPoint(name)] = int(count or 1)


def reach(point: FaultPoint) -> None:
    """Die here where a test wants it."""
    if point in _left:
        _left[point] -= 1
        if _left[point] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
