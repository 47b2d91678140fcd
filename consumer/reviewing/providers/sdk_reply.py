"""SDK reply: what every adapter does with its SDK, whichever it is.

An SDK raises what it likes, returns another type than it promises and checks no field of what it
returns; all of that is one failed attempt, or a figure that is not known.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage

# Far beyond any model's window: a count above it, or below zero, is a mistake of the service, and
# would be money where a budget is kept.
MOST_TOKENS: Final = 100_000_000

R = TypeVar("R")


async def outcome_of(
    asked: Awaitable[object],
    kind: type[R],
    *,
    read: Callable[[R], Outcome],
    failure: Callable[[Exception], Outcome],
) -> Outcome:
    """Wait for one call of an SDK and return how it ended.

    `kind` is the type of a true reply: an HTML page or an empty 200 may come back as a str, a JSON
    list as a list. `failure` translates whatever was raised.
    """
    try:
        reply = await asked
    except Exception as error:  # noqa: BLE001 - a foreign SDK, foreign bodies: one failed attempt
        return failure(error)
    if not isinstance(reply, kind):
        return Outcome(kind=OutcomeKind.TRANSIENT, detail="not_a_reply")
    return read(reply)


def usage_of(counts: object, *, read: str, written: Sequence[str]) -> Usage:
    """Return the tokens that `counts` has in its field `read`, and in all of `written` together."""
    known = [n for n in (_count(counts, name) for name in written) if n is not None]
    return Usage(input_tokens=_count(counts, read), output_tokens=sum(known) if known else None)


def _count(counts: object, name: str) -> int | None:
    count = getattr(counts, name, None)
    if not isinstance(count, int) or isinstance(count, bool):
        return None
    return count if 0 <= count <= MOST_TOKENS else None
