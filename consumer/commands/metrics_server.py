"""The consumer's own small HTTP server: /metrics, /healthz, /readyz."""

import asyncio
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
    # Probes and scrapes come every few seconds; a line for each would drown what matters.
    config = uvicorn.Config(
        health_app(health), host=HOST, port=port, log_config=None, access_log=False
    )
    server = _Server(config)
    task = asyncio.create_task(_serve(server, port))
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def _serve(server: uvicorn.Server, port: int) -> None:
    try:
        await server.serve()
    except SystemExit as error:  # uvicorn's way of saying that it could not bind
        raise DebriefError(f"DEBRIEF_METRICS_PORT: port {port} cannot be listened on") from error
