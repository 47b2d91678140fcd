"""A gateway without Kafka: a feed that hands over what a test gives it, and a real SQLite store."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gateway import frames
from gateway.app import assemble_app
from gateway.auth import SharedSecret, TokenVerifier
from gateway.database import migrate, open_engine
from gateway.hub import Hub, Limits
from gateway.metrics import Metrics
from gateway.position import Position
from gateway.services import Services
from gateway.store import Batch, ReviewStore, StoredReview
from gateway.tokens import mint_token

SECRET = SecretStr("a made-up secret of more than thirty-two bytes")
TOPIC_ID = UUID(int=7)
NOW = datetime(2026, 3, 14, tzinfo=UTC)


@dataclass
class FakeFeed:
    """One partition, read as far as the test says."""

    store: ReviewStore
    hub: Hub
    next_offset: int = 0
    end: int | None = None
    ready: bool = True
    alive: bool = True
    connected: bool = True

    async def wait_until_ready(self) -> None:
        """Always so."""

    def position_of(self, user_id: str) -> Position:
        return Position(TOPIC_ID, 0, self.next_offset - 1)

    async def holds(self, position: Position) -> bool:
        return position.offset < (self.next_offset if self.end is None else self.end)

    async def publish(self, review: StoredReview) -> None:
        batch = Batch(
            topic_id=TOPIC_ID, partition=0, changes=(review,), next_offset=review.offset + 1
        )
        await self.store.apply(batch)
        self.hub.review(review.user_id, frames.review(TOPIC_ID, review))
        self.next_offset = review.offset + 1


@dataclass
class Gateway:
    """The app, the client that runs it, and what a test needs to drive both."""

    app: Starlette
    client: TestClient
    services: Services
    feed: FakeFeed
    secret: SecretStr = SECRET
    now: Callable[[], float] = field(default=time.time)

    def token(self, user_id: str = "ada", *, ttl: timedelta = timedelta(hours=1)) -> str:
        return mint_token(
            user_id, secret=self.secret, issuer="debrief", audience="debrief", ttl=ttl
        )

    def bearer(self, user_id: str = "ada") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(user_id)}"}

    def publish(self, review: StoredReview) -> None:
        assert self.client.portal is not None
        self.client.portal.call(self.feed.publish, review)

    def on_loop(self, do: Callable[[], object]) -> None:
        async def run() -> None:
            do()

        assert self.client.portal is not None
        self.client.portal.call(run)


def stored_review(
    run_id: str = "run-1", user_id: str = "ada", *, offset: int = 0, revision: int = 1
) -> StoredReview:
    return StoredReview(
        run_id=run_id,
        user_id=user_id,
        review_id=str(UUID(int=1)),
        revision=revision,
        created_at_ms=int(NOW.timestamp() * 1000) + offset,
        event_id=f"event-{offset}",
        partition=0,
        offset=offset,
        review=json.dumps({"run_id": run_id, "revision": revision}),
    )


@pytest.fixture
def make_review() -> Callable[..., StoredReview]:
    return stored_review


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'gateway.sqlite3'}")
    store = ReviewStore(engine)
    hub = Hub(Limits(connections_per_user=3, frames=8))
    feed = FakeFeed(store, hub)
    services = Services(
        verifier=TokenVerifier(SharedSecret(SECRET), issuer="debrief", audience="debrief"),
        hub=hub,
        feed=feed,
        store=store,
        metrics=Metrics(),
        allowed_origins=("https://learn.example",),
        clock=time.time,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await migrate(engine)
        yield
        await engine.dispose()
        await asyncio.sleep(0)

    app = assemble_app(services, lifespan=lifespan)
    with TestClient(app) as client:
        yield Gateway(app, client, services, feed)
