"""Serving the emulator from this process on a loopback port."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from consumer.emulator.app import create_emulator
from consumer.emulator.faults import FaultPlan
from consumer.emulator.personality import Personality

_POLL_SECONDS = 0.005


class EmulatorStartError(RuntimeError):
    """The emulator's server ended before it answered."""


@asynccontextmanager
async def serve_emulator(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    latency_seconds: float = 0.0,
    plan: FaultPlan | None = None,
    personality: Personality = Personality.CAREFUL,
) -> AsyncIterator[str]:
    """Serve the emulator while the context is open; yields its address, `http://host:port`.

    Port 0 takes a free one. Give Gemini's client the address itself, OpenAI's the address + `/v1`.

    Raises:
        OSError: the port is taken.
        EmulatorStartError: the server did not start.
    """
    listening = socket.create_server((host, port))
    config = uvicorn.Config(
        create_emulator(plan=plan, personality=personality, latency_seconds=latency_seconds),
        log_level="critical",
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        # `_serve` is `serve` without its signal handlers: the process's signals are not ours.
        running = group.create_task(server._serve(sockets=[listening]))  # noqa: SLF001
        try:
            while not server.started:
                if running.done():
                    raise EmulatorStartError("the emulator ended before it answered")
                await asyncio.sleep(_POLL_SECONDS)
            yield f"http://{host}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            server.force_exit = True
            await asyncio.wait({running})
            listening.close()
