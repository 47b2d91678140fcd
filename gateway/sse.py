"""The same stream by Server-Sent Events, for where a WebSocket does not get through."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from gateway import frames
from gateway.auth import Identity
from gateway.errors import TooManyConnectionsError
from gateway.hub import Frame, Outbox
from gateway.position import Position
from gateway.requests import authenticated
from gateway.resume import Start, begin
from gateway.services import Services, services_of

HEARTBEAT = ": still here\n\n"
RETRY_MS = 3_000


@authenticated
async def events_endpoint(request: Request, identity: Identity) -> Response:
    """Stream the user's events; `Last-Event-ID` resumes as `?position=` does on the socket."""
    services = services_of(request)
    if not services.feed.ready:
        return JSONResponse({"error": "the gateway is still catching up"}, 503)
    woken = asyncio.Event()
    try:
        outbox = services.hub.join(identity.user_id, wake=woken.set)
    except TooManyConnectionsError as error:
        return JSONResponse({"error": str(error)}, 429)
    try:
        asked = request.headers.get("last-event-id")
        start = await begin(outbox, asked=asked or None, services=services)
    except BaseException:
        services.hub.leave(outbox)
        raise
    stream = _stream(outbox, start=start, identity=identity, services=services, woken=woken)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(
    outbox: Outbox,
    *,
    start: Start,
    identity: Identity,
    services: Services,
    woken: asyncio.Event,
) -> AsyncIterator[str]:
    gauge = services.metrics.connections.labels("events")
    gauge.inc()
    topic_id = start.position.topic_id
    try:
        hello = frames.hello(
            position=start.position.encode(),
            recovered=start.recovered,
            expires_at=identity.expires_at,
        )
        yield f"retry: {RETRY_MS}\n" + _event("hello", hello, position=start.position)
        for frame in start.replay:
            place = Position(topic_id, frame.partition, frame.offset)
            yield _event("review", frame, position=place)
        while services.clock() < identity.expires_at and outbox.evicted is None:
            while (waiting := outbox.take()) is not None:
                if waiting.offset >= 0:
                    place = Position(topic_id, waiting.partition, waiting.offset)
                    yield _event("review", waiting, position=place)
                else:
                    yield _event(_kind(waiting), waiting, position=None)
            if outbox.closing is not None:
                return
            woken.clear()
            with contextlib.suppress(TimeoutError):
                remaining = max(0.0, identity.expires_at - services.clock())
                async with asyncio.timeout(min(frames.HEARTBEAT_SECONDS, remaining)):
                    await woken.wait()
                continue
            yield HEARTBEAT
    finally:
        services.hub.leave(outbox)
        gauge.dec()


def _kind(frame: Frame) -> str:
    return "progress" if frame.run_id else "reconnect"


def _event(kind: str, frame: Frame, *, position: Position | None) -> str:
    # JSON text holds no line break, so one data line is enough.
    identity = f"id: {position.encode()}\n" if position is not None else ""
    return f"event: {kind}\n{identity}data: {frame.text}\n\n"
