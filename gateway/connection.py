"""One accepted WebSocket: a reader, a writer and a watcher; whoever ends first ends it.

The reader always runs (an unread frame would keep the server from reading pongs). The writer alone
sends. The watcher sees the end of the token and the hub's wish to be rid of a slow reader, which
the writer cannot see while it waits for that very reader.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway import frames
from gateway.auth import Identity
from gateway.errors import BadFrameError, KeysUnavailableError, TokenRefusedError
from gateway.hub import Frame, Outbox
from gateway.position import decode_position
from gateway.resume import begin
from gateway.services import Services

CLOSE_BAD_FRAME = 4400
CLOSE_TOKEN = 4401
CLOSE_FORBIDDEN = 4403
CLOSE_TRY_LATER = 1013
CLOSE_TIMEOUT_SECONDS = 5.0
# A connection looks at its token's end at least this often: clocks are set, machines sleep.
WATCH_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Close:
    """Why we end a connection."""

    code: int
    reason: str = ""


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
            try:
                frame = frames.parse_client_frame(message.get("text"))
                close = await self._handle(frame, outbox)
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
        outbox.close(close)  # the writer ends the connection once it has said why
        await asyncio.sleep(CLOSE_TIMEOUT_SECONDS)
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
                async with asyncio.timeout(min(remaining, WATCH_SECONDS)):
                    await self._watched.wait()
            except TimeoutError:
                continue
