"""What operators and orchestrators ask: alive, ready, figures."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.services import services_of


async def healthz(request: Request) -> Response:
    """Say that the process runs and still reads the topic."""
    alive = services_of(request).feed.alive
    return JSONResponse(
        {"status": "ok" if alive else "the feed has stopped"}, 200 if alive else 500
    )


async def readyz(request: Request) -> Response:
    """Say whether what stood in the topic at the start has been read, and brokers answer."""
    feed = services_of(request).feed
    if not (feed.alive and feed.ready):
        return JSONResponse({"status": "catching up"}, 503)
    if not feed.connected:
        return JSONResponse({"status": "the brokers do not answer"}, 503)
    return JSONResponse({"status": "ready"})


async def metrics(request: Request) -> Response:
    """Return the figures for Prometheus."""
    text = services_of(request).metrics.text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
