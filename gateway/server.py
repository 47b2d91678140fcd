"""The gateway on uvicorn: one process, until SIGTERM.

What uvicorn does not do by itself: a stalled reader is cut off (its `close` would wait for that
very reader), and going away is spread over the drain time, so that a thousand clients do not
knock on the next gateway at once.
"""

import asyncio
import contextlib
import gc
import random
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
import uvicorn
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request as HandshakeRequest

from gateway import frames
from gateway.app import create_app
from gateway.database import brief
from gateway.errors import StartError
from gateway.hub import Hub
from gateway.services import Services
from gateway.settings import GatewaySettings
from gateway.sockets import EVICT_EXTENSION

_log = structlog.get_logger()

MAX_FRAME_BYTES = 16 * 1024
SEND_BUFFER_BYTES = 64 * 1024
USER_TIMEOUT_MS = 30_000
EVICTION_GRACE_SECONDS = 5.0
RECONNECT_SPREAD_MS = 5_000
BACKLOG = 2_048
CLOSE_RESTART = 1012
# The defaults make the collector walk every connection's objects a few times a second.
GC_THRESHOLDS = (50_000, 20, 1_000)
MIN_SECRET_BYTES = 32


class EvictingProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket with a way out for readers that have stopped reading."""

    def handle_connect(self, event: HandshakeRequest) -> None:
        """Offer the app the way out, in the scope's extensions."""
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            scope["extensions"][EVICT_EXTENSION] = self.evict

    async def send(self, message: ASGISendEvent) -> None:
        """Send; a refusal ends the handshake as well as an acceptance does.

        uvicorn logs every refused handshake as an error of ours: anybody could fill the log.
        """
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True

    def evict(self, code: int, reason: str) -> None:
        """Write the close behind what is buffered, and cut the line soon whether read or not."""
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
        self.loop.call_later(EVICTION_GRACE_SECONDS, self.transport.abort)


class GatewayServer(uvicorn.Server):
    """A uvicorn server that opens its store before it takes anybody in, and says goodbye."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        hub: Hub,
        open_store: Callable[[], Awaitable[None]],
        drain_seconds: float,
    ) -> None:
        super().__init__(config)
        self._hub = hub
        self._open_store = open_store
        self._drain_seconds = drain_seconds

    def ask_to_exit(self) -> None:
        """Begin to go away; asked twice, go at once."""
        self.force_exit = self.should_exit
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; raises StartError where it cannot, for which uvicorn would exit with 3."""
        try:
            await self._open_store()
        except (SQLAlchemyError, OSError) as error:
            message = f"the database cannot be used: {brief(error)}; check DEBRIEF_DATABASE_URL"
            raise StartError(message) from error
        try:
            await super().startup(sockets)
        except SystemExit as error:
            raise StartError("the gateway could not start; the log says why") from error

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, send those there away over the drain time, then stop."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        await self._drain()
        await super().shutdown(sockets)

    async def _drain(self) -> None:
        outboxes = list(self._hub)
        if not outboxes:
            return
        _log.info("gateway_draining", connections=len(outboxes))
        # Half of the time for the goodbyes, the other half for slow readers to take them.
        pause = min(self._drain_seconds / 2 / len(outboxes), 0.01)
        for outbox in outboxes:
            after_ms = random.randrange(RECONNECT_SPREAD_MS)  # noqa: S311  # spreads load only
            outbox.control(frames.reconnect(after_ms), kind="reconnect")
            outbox.close(CLOSE_RESTART)
            await asyncio.sleep(pause)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._drain_seconds / 2):
                while len(self._hub):  # noqa: ASYNC110  # the hub is pure and knows no event
                    await asyncio.sleep(0.05)


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a bound socket whose connections hold little for a reader that has stopped."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    # asyncio sees to it only on sockets that it made: a second small frame would wait 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StartError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    listener.setblocking(False)
    return listener


def build_server(app: Starlette, *, drain_seconds: float) -> GatewayServer:
    """Return the server for an app; give it its sockets with `serve(sockets=[…])`."""
    services = app.state.services
    if not isinstance(services, Services):
        raise TypeError("the app was not made by create_app")
    config = uvicorn.Config(
        app,
        ws=EvictingProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=frames.HEARTBEAT_SECONDS,
        ws_ping_timeout=frames.HEARTBEAT_SECONDS,
        # Deflate trebles the memory of a connection and doubles the fan-out's latency.
        ws_per_message_deflate=False,
        h11_max_incomplete_event_size=32 * 1024,
        # Addresses carry positions and run ids; the figures in /metrics say what a log would.
        access_log=False,
        log_config=None,
        # Whoever puts a token into an address in spite of all must not find it in a log either.
        log_level="warning",
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=5,
    )
    return GatewayServer(
        config, hub=services.hub, open_store=services.store.open, drain_seconds=drain_seconds
    )


@contextlib.asynccontextmanager
async def running_gateway(settings: GatewaySettings) -> AsyncIterator[str]:
    """Run the gateway inside another program's loop; give its address (http://host:port).

    Signals are left alone: leaving the block stops it.
    """
    listener = listening_socket(settings.gateway_host, settings.gateway_port)
    server = build_server(create_app(settings), drain_seconds=settings.drain_seconds)
    task = asyncio.create_task(server._serve([listener]))  # noqa: SLF001  # serve() takes signals
    try:
        while not server.started:
            if task.done():
                task.result()
                raise StartError("the gateway could not start; the log says why")
            await asyncio.sleep(0.01)
        yield address_of(listener)
    finally:
        server.should_exit = True
        await task


async def serve(settings: GatewaySettings) -> None:
    """Run the gateway until SIGTERM or SIGINT.

    Raises:
        StartError: the address is taken, or the database cannot be reached.
    """
    gc.set_threshold(*GC_THRESHOLDS)
    if settings.jwt_secret is not None:
        size_bytes = len(settings.jwt_secret.get_secret_value().encode())
        if size_bytes < MIN_SECRET_BYTES:
            _log.warning("jwt_secret_short", size_bytes=size_bytes, advised_bytes=MIN_SECRET_BYTES)
    listener = listening_socket(settings.gateway_host, settings.gateway_port)
    server = build_server(create_app(settings), drain_seconds=settings.drain_seconds)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.ask_to_exit)
    _log.info("gateway_starting", address=address_of(listener))
    # Not `serve()`: it raises the signal again when all is done, and a wanted end is no failure.
    await server._serve([listener])  # noqa: SLF001  # see above
    if not server.started:
        raise StartError("the gateway could not start; the log says why")


def address_of(listener: socket.socket) -> str:
    """Return the http address of a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
