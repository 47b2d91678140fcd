"""`GET /ws`: who may open a WebSocket, and how one is refused or ended."""

import asyncio
from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway import frames
from gateway.auth import (
    SUBPROTOCOL,
    Identity,
    bearer_of_header,
    bearer_of_subprotocols,
    origin_allowed,
)
from gateway.connection import CLOSE_TIMEOUT_SECONDS, CLOSE_TOKEN, Close, Connection
from gateway.errors import KeysUnavailableError, TokenRefusedError, TooManyConnectionsError
from gateway.services import Services, services_of

CLOSE_TOO_MANY = 4409
READY_TIMEOUT_SECONDS = 10.0
EVICT_EXTENSION = "debrief.evict"


async def websocket_endpoint(socket: WebSocket) -> None:
    """Serve one WebSocket from handshake to close."""
    services = services_of(socket)
    identity = await _admit(socket, services)
    if identity is None:
        return
    if not await _wait_until_ready(services):
        await _deny(socket, 503, "the gateway is still catching up")
        return
    await _accept(socket)
    await _serve(socket, identity, services)


async def _admit(socket: WebSocket, services: Services) -> Identity | None:
    """Return who it is; None where that is refused, and said."""
    refusal = _refused_origin(socket, services)
    if refusal is not None:
        await _deny(socket, 403, refusal)
        return None
    header_token = bearer_of_header(socket.headers)
    browser_token = bearer_of_subprotocols(socket.scope["subprotocols"])
    token = browser_token if header_token is None else header_token
    try:
        return await services.verifier.verify(token or "")
    except KeysUnavailableError:
        await _deny(socket, 503, "tokens cannot be checked right now")
    except TokenRefusedError as error:
        services.metrics.refused.labels("token").inc()
        if header_token is not None or browser_token is None:
            await _deny(socket, 401, str(error))
        else:
            # A browser's script is not told the status of a refusal, but is told a close code.
            await _accept(socket)
            await _say_and_close(socket, "token", str(error), CLOSE_TOKEN)
    return None


async def _serve(socket: WebSocket, identity: Identity, services: Services) -> None:
    connection = Connection(socket, identity, services)
    try:
        outbox = services.hub.join(identity.user_id, wake=connection.wake)
    except TooManyConnectionsError as error:
        await _say_and_close(socket, "too_many_connections", str(error), CLOSE_TOO_MANY)
        return
    gauge = services.metrics.connections.labels("websocket")
    gauge.inc()
    try:
        close = await connection.run(outbox)
    finally:
        services.hub.leave(outbox)
        gauge.dec()
    if close is not None:
        services.metrics.closed.labels(str(close.code)).inc()
        await _end(socket, close, at_once=outbox.evicted is not None)


def _refused_origin(socket: WebSocket, services: Services) -> str | None:
    allowed = origin_allowed(
        origin=socket.headers.get("origin"),
        host=socket.headers.get("host"),
        allowed=services.allowed_origins,
    )
    if allowed:
        return None
    services.metrics.refused.labels("origin").inc()
    return "this origin may not connect"


async def _wait_until_ready(services: Services) -> bool:
    try:
        async with asyncio.timeout(READY_TIMEOUT_SECONDS):
            await services.feed.wait_until_ready()
    except TimeoutError:
        return False
    return True


async def _accept(socket: WebSocket) -> None:
    offered = SUBPROTOCOL in socket.scope["subprotocols"]
    await socket.accept(subprotocol=SUBPROTOCOL if offered else None)


async def _deny(socket: WebSocket, status: int, message: str) -> None:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    await socket.send_denial_response(
        PlainTextResponse(message, status_code=status, headers=headers)
    )


async def _say_and_close(socket: WebSocket, code: str, message: str, close: int) -> None:
    await socket.send_text(frames.error(code, message).text)
    await socket.close(close, reason=message[:100])


async def _end(socket: WebSocket, close: Close, *, at_once: bool) -> None:
    evict: Callable[[int, str], None] | None = (socket.scope.get("extensions") or {}).get(
        EVICT_EXTENSION
    )
    if at_once and evict is not None:
        evict(close.code, close.reason)
        return
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
            await socket.close(close.code, reason=close.reason)
    except TimeoutError:
        if evict is not None:
            evict(close.code, close.reason)
    except (WebSocketDisconnect, RuntimeError, OSError):
        return  # it has gone by itself
