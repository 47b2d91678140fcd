"""The gateway as one Starlette app: what it is made of, and what runs as long as it does."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Protocol

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from gateway import probes
from gateway.asyncapi import asyncapi_endpoint
from gateway.auth import KeySet, KeySource, SharedSecret, TokenVerifier
from gateway.database import open_engine
from gateway.feed import Feed
from gateway.feed_state import FeedState
from gateway.hub import Hub
from gateway.metrics import Metrics
from gateway.progress_feed import ProgressFeed
from gateway.review_feed import ReviewFeed
from gateway.reviews import get_review, list_reviews
from gateway.security import SecurityHeaders
from gateway.services import Services
from gateway.settings import GatewaySettings
from gateway.sockets import websocket_endpoint
from gateway.sse import events_endpoint
from gateway.store import ReviewStore
from schemas.registry_client import SchemaRegistry
from schemas.topics import Topics

PAGE = Path(__file__).parent / "page"

Lifespan = Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]


class RunningFeed(FeedState, Protocol):
    """A feed that can be run for as long as the app lives."""

    async def run(self) -> None:
        """Read until cancelled."""


def create_app(settings: GatewaySettings) -> Starlette:
    """Return the app; its server opens the database, and reaches for Kafka once it runs."""
    engine = open_engine(settings.database_url.get_secret_value())
    store = ReviewStore(engine)
    hub = Hub()
    metrics = Metrics()
    topics = Topics.with_prefix(settings.topic_prefix)
    registry = _registry(settings)
    feed = Feed(
        reviews=ReviewFeed(
            connection=settings.kafka,
            topics=topics,
            store=store,
            hub=hub,
            metrics=metrics,
            writers=registry,
        ),
        progress=ProgressFeed(
            connection=settings.kafka,
            topic=topics.review_progress,
            hub=hub,
            metrics=metrics,
            writers=registry,
        ),
    )
    services = Services(
        verifier=_verifier(settings),
        hub=hub,
        feed=feed,
        store=store,
        metrics=metrics,
        allowed_origins=settings.gateway_allowed_origins,
        clock=time.time,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        try:
            async with _running(feed):
                yield
        finally:
            await engine.dispose()
            if registry is not None:
                await registry.close()

    return assemble_app(services, lifespan=lifespan)


def assemble_app(services: Services, *, lifespan: Lifespan | None = None) -> Starlette:
    """Return the app over services that are already there."""
    app = Starlette(
        routes=[
            Route("/", _page),
            Route("/reviews", list_reviews),
            Route("/reviews/{run_id:path}", get_review),
            Route("/events", events_endpoint),
            WebSocketRoute("/ws", websocket_endpoint),
            Route("/healthz", probes.healthz),
            Route("/readyz", probes.readyz),
            Route("/metrics", probes.metrics),
            Route("/asyncapi.json", asyncapi_endpoint),
            Mount("/page", StaticFiles(directory=PAGE)),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(
                CORSMiddleware,
                allow_origins=services.allowed_origins,
                allow_headers=["Authorization", "Last-Event-ID"],
            ),
        ],
        lifespan=lifespan,
    )
    app.state.services = services
    return app


async def _page(request: Request) -> Response:  # noqa: ARG001  # the same for everybody
    return FileResponse(PAGE / "index.html")


@contextlib.asynccontextmanager
async def _running(feed: RunningFeed) -> AsyncIterator[None]:
    task = asyncio.create_task(feed.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _registry(settings: GatewaySettings) -> SchemaRegistry | None:
    address = settings.schema_registry_url
    return None if address is None else SchemaRegistry(address.get_secret_value())


def _verifier(settings: GatewaySettings) -> TokenVerifier:
    keys: KeySource
    if settings.jwt_secret is not None:
        keys = SharedSecret(settings.jwt_secret)
    elif settings.jwt_jwks_url is not None:
        keys = KeySet(settings.jwt_jwks_url, clock=time.monotonic)
    else:
        raise ValueError("the settings name neither a secret nor a key set")
    return TokenVerifier(keys, issuer=settings.jwt_issuer, audience=settings.jwt_audience)
