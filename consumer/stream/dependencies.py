"""Whether brokers and database answer, and the topics are there, asked every few seconds.

Who has nothing to read would not notice that they are away: aiokafka waits for its brokers, and for
topics, without telling anybody who calls it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import structlog

from consumer.stream.health import StreamHealth

CHECK_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 10.0

Ping = Callable[[], Awaitable[None]]


class NotWellError(Exception):
    """What answered says what is wrong; the message is told on `/readyz`."""


_log = structlog.get_logger(__name__)


@asynccontextmanager
async def watching(pings: Mapping[str, Ping], health: StreamHealth) -> AsyncIterator[None]:
    """Ask each again and again while the block runs; who does not answer is told in `health`."""
    task = asyncio.create_task(_watch(pings, health))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))


async def _watch(pings: Mapping[str, Ping], health: StreamHealth) -> None:
    away: set[str] = set()
    while True:
        for name, ping in pings.items():
            error = await _fault(ping)
            if error is None:
                health.up(name)
                if name in away:
                    away.remove(name)
                    _log.info("dependency_is_back", what=name)
            else:
                is_told = isinstance(error, NotWellError)
                health.down(name, str(error) if is_told else "does not answer")
                if name not in away:
                    away.add(name)
                    _log.warning("dependency_is_away", what=name, error=repr(error))
        await asyncio.sleep(CHECK_SECONDS)


async def _fault(ping: Ping) -> Exception | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await ping()
    except Exception as error:  # noqa: BLE001  # whatever ails it, it does not answer
        return error
    return None
