"""The consumer's own small HTTP server: /metrics, /healthz, /readyz."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn

from consumer.errors import DebriefError
from consumer.stream.health import StreamHealth, health_app

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "0.0.0.0"  # noqa: S104  # a metrics port is there to be scraped from another machine


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the process's signals alone."""

    @contextmanager
    def capture_signals(self) -> "Iterator[None]":
        """Capture none."""
        yield


@asynccontextmanager
async def serving_metrics(health: StreamHealth, *, port: int) -> AsyncIterator[None]:
    """Serve the consumer's health while the block runs.

    Raises:
        DebriefError: the port is taken.
    """
    # Bound here and not by uvicorn, whose failure would only be seen when the block ends.
    listener = _listening(port)
    # Probes and scrapes come every few seconds; a line for each would drown what matters.
    config = uvicorn.Config(health_app(health), log_config=None, access_log=False)
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise DebriefError(
            f"DEBRIEF_METRICS_PORT: port {port} cannot be listened on: {error.strerror}"
        ) from error
