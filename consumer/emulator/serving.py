"""Serving the emulator from this process on a loopback port."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

from consumer.emulator.app import create_emulator
from consumer.emulator.faults import FaultPlan
from consumer.emulator.personality import Personality

_POLL_SECONDS = 0.005
_LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)


class EmulatorStartError(RuntimeError):
    """The emulator's server ended before it answered."""


class _Connections:
    """The open connections by the client's address, so that one can be reset."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], asyncio.Transport] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """Return uvicorn's protocol, made to remember its connection here."""
        connections = self._open

        class Remembered(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                # asyncio leaves it to the kernel to hold small writes back on sockets that were
                # made elsewhere: the body would wait 40 ms for the headers' acknowledgement.
                transport.get_extra_info("socket").setsockopt(
                    socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
                )
                if self.client is not None:
                    connections[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client is not None:
                    connections.pop(self.client, None)
                super().connection_lost(exc)

        return Remembered

    def reset(self, request: Request) -> None:
        """Send the request's client a TCP reset."""
        assert request.client is not None  # noqa: S101 - it came over a socket
        transport = self._open[request.client.host, request.client.port]
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL
        )
        transport.abort()


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
    connections = _Connections()
    config = uvicorn.Config(
        create_emulator(
            plan=plan,
            personality=personality,
            latency_seconds=latency_seconds,
            reset=connections.reset,
        ),
        http=connections.protocol(),
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
