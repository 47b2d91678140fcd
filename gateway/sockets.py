"""The WebSocket: one reader, one writer and one watcher a connection; whoever ends first ends it.

The reader always runs (an unread frame would keep the server from reading pongs). The writer alone
sends. The watcher sees the end of the token and the hub's wish to be rid of a slow reader, which
the writer cannot see while it waits for that very reader.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
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
from gateway.errors import (
    BadFrameError,
    KeysUnavailableError,
    TokenRefusedError,
    TooManyConnectionsError,
)
from gateway.hub import Frame, Outbox
from gateway.position import decode_position
from gateway.resume import begin
from gateway.services import Services, services_of

CLOSE_BAD_FRAME = 4400
CLOSE_TOKEN = 4401
CLOSE_FORBIDDEN = 4403
CLOSE_TOO_MANY = 4409
CLOSE_TRY_LATER = 1013
CLOSE_TIMEOUT_SECONDS = 5.0
READY_TIMEOUT_SECONDS = 10.0
READY_POLL_SECONDS = 0.1
EVICT_EXTENSION = "debrief.evict"


@dataclass(frozen=True, slots=True)
class Close:
    """Why we end a connection."""

    code: int
    reason: str = ""


async def websocket_endpoint(socket: WebSocket) -> None:
    """Serve one WebSocket from handshake to close."""
    services = services_of(socket)
    refusal = _refused_origin(socket, services)
    if refusal is not None:
        return await _deny(socket, 403, refusal)
    header_token = bearer_of_header(socket.headers)
    browser_token = bearer_of_subprotocols(socket.scope["subprotocols"])
    token = browser_token if header_token is None else header_token
    if token is None:
        services.metrics.refused.labels("token").inc()
        return await _deny(socket, 401, "a bearer token is needed")
    try:
        identity = await services.verifier.verify(token)
    except KeysUnavailableError:
        return await _deny(socket, 503, "tokens cannot be checked right now")
    except TokenRefusedError as error:
        services.metrics.refused.labels("token").inc()
        if header_token is not None:
            return await _deny(socket, 401, str(error))
        # A browser's script is not told the status of a refused handshake, but is told the code.
        await _accept(socket)
        return await _say_and_close(socket, "token", str(error), CLOSE_TOKEN)
    if not await _wait_until_ready(services):
        return await _deny(socket, 503, "the gateway is still catching up")
    await _accept(socket)
    await _serve(socket, identity, services)
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


class Connection:
    """One accepted WebSocket."""

    def __init__(self, socket: WebSocket, identity: Identity, services: Services) -> None:
        self._socket = socket
        self._identity = identity
        self._services = services
        self._woken = asyncio.Event()
        self._watched = asyncio.Event()

    def wake(self) -> None:
        """Look at the outbox again."""
        self._woken.set()
        self._watched.set()

    async def run(self, outbox: Outbox) -> Close | None:
        """Serve until somebody ends it; return our close, None where the client has gone."""
        jobs: list[Coroutine[Any, Any, Close | None]] = [
            self._read(outbox),
            self._write(outbox),
            self._watch(outbox),
        ]
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        # In the order of the jobs: where the client has gone there is nothing left to close.
        return next(task for task in tasks if task in done).result()

    async def _read(self, outbox: Outbox) -> Close | None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return None
            text = message.get("text")
            try:
                if text is None:
                    raise BadFrameError("frames are text")
                close = await self._handle(frames.parse_client_frame(text), outbox)
            except BadFrameError as error:
                return await self._refuse(outbox, "bad_frame", str(error), CLOSE_BAD_FRAME)
            if close is not None:
                return close

    async def _handle(self, frame: frames.ClientFrame, outbox: Outbox) -> Close | None:
        match frame:
            case frames.Ping():
                outbox.control(frames.pong(), kind="pong")
            case frames.Ack(position=position):
                if decode_position(position) is None:
                    raise BadFrameError("position: not one of ours")
                self._services.metrics.acknowledged.inc()
            case frames.Refresh(token=token):
                return await self._refresh(token, outbox)
        return None

    async def _refresh(self, token: str, outbox: Outbox) -> Close | None:
        try:
            fresh = await self._services.verifier.verify(token)
        except KeysUnavailableError as error:
            outbox.control(frames.error("unavailable", str(error)), kind="error")
            return None
        except TokenRefusedError as error:
            return await self._refuse(outbox, "token", str(error), CLOSE_TOKEN)
        if fresh.user_id != self._identity.user_id:
            message = "the token is another user's"
            return await self._refuse(outbox, "forbidden", message, CLOSE_FORBIDDEN)
        self._identity = fresh
        self._watched.set()
        outbox.control(frames.refreshed(fresh.expires_at), kind="refreshed")
        return None

    async def _refuse(self, outbox: Outbox, code: str, message: str, close: int) -> Close:
        """Let the writer tell the client why, then close; do not wait for a reader that stalls."""
        outbox.control(frames.error(code, message), kind="error")
        outbox.close(close)
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                while len(outbox):
                    await asyncio.sleep(0.01)
        except TimeoutError:
            pass
        return Close(close, message[:100])

    async def _write(self, outbox: Outbox) -> Close | None:
        try:
            start = await begin(
                outbox,
                asked=self._socket.query_params.get("position"),
                services=self._services,
            )
            await self._hello(start.position.encode(), start.recovered)
            for frame in start.replay:
                await self._send(frame)
            while True:
                while (waiting := outbox.take()) is not None:
                    await self._send(waiting)
                if outbox.closing is not None:
                    return Close(outbox.closing)
                self._woken.clear()
                await self._woken.wait()
        except SQLAlchemyError:
            return Close(CLOSE_TRY_LATER, "the store is away")
        except (WebSocketDisconnect, RuntimeError, OSError):
            return None  # sending to a socket that has just gone

    async def _hello(self, position: str, recovered: bool | None) -> None:
        if recovered is not None:
            self._services.metrics.resumed.labels(str(recovered).lower()).inc()
        expires_at = self._identity.expires_at
        await self._send(
            frames.hello(position=position, recovered=recovered, expires_at=expires_at)
        )

    async def _send(self, frame: Frame) -> None:
        await self._socket.send_text(frame.text)
        self._services.metrics.sent.inc()

    async def _watch(self, outbox: Outbox) -> Close | None:
        while True:
            if outbox.evicted is not None:
                return Close(outbox.evicted, "too slow")
            remaining = self._identity.expires_at - self._services.clock()
            if remaining <= 0:
                return Close(CLOSE_TOKEN, "the token has expired")
            self._watched.clear()
            try:
                async with asyncio.timeout(min(remaining, 3600)):
                    await self._watched.wait()
            except TimeoutError:
                continue


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
            while not services.feed.ready:
                await asyncio.sleep(READY_POLL_SECONDS)
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
