"""Streaming: bodies that come too slowly, never end, or end too soon."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from consumer.emulator.faults import Fault

Sleep = Callable[[float], Awaitable[None]]

STREAMED: Final = frozenset(
    {
        Fault.HANG_IN_BODY,
        Fault.TRICKLE,
        Fault.ENDLESS,
        Fault.FLOOD,
        Fault.CUT_BODY,
        Fault.RESET_IN_BODY,
    }
)
# How long a hanging reply hangs: past every deadline, but not for ever.
HANG_SECONDS: Final = 600.0
TRICKLE_SECONDS: Final = 0.05
_ENDLESS_PIECE: Final = b" " * 512
_FLOOD_PIECE: Final = b" " * 1024 * 1024


async def pieces_of(
    fault: Fault, body: bytes, *, sleep: Sleep = asyncio.sleep, reset: Callable[[], None]
) -> AsyncIterator[bytes]:
    """Yield a body in the manner of `fault`; `reset` breaks the connection off."""
    if fault is Fault.TRICKLE:
        for start in range(len(body)):
            yield body[start : start + 1]
            await sleep(TRICKLE_SECONDS)
        return
    yield body[: len(body) // 2]
    if fault is Fault.HANG_IN_BODY:
        await sleep(HANG_SECONDS)
    elif fault is Fault.RESET_IN_BODY:
        await sleep(TRICKLE_SECONDS)  # what was sent must be read before the end is seen
        reset()
    # White space may stand between a JSON text's tokens for ever.
    while fault in (Fault.ENDLESS, Fault.FLOOD):
        yield _ENDLESS_PIECE if fault is Fault.ENDLESS else _FLOOD_PIECE
        await sleep(TRICKLE_SECONDS if fault is Fault.ENDLESS else 0)
