"""The real app on a real port, with a feed that the test drives, and the machine's own Chromium."""

import asyncio
import contextlib
import json
import shutil
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from gateway import frames
from gateway.app import assemble_app
from gateway.auth import SharedSecret, TokenVerifier
from gateway.database import open_engine
from gateway.hub import Hub
from gateway.metrics import Metrics
from gateway.position import Position
from gateway.server import GatewayServer, address_of, build_server, listening_socket
from gateway.services import Services
from gateway.store import Batch, ReviewStore, StoredReview
from gateway.tokens import mint_token
from schemas.progress import ReviewProgress

SECRET = SecretStr("a made-up secret of more than thirty-two bytes")
TOPIC_ID = UUID(int=7)
REVIEW = Path(__file__).resolve().parent.parent / "data" / "review.json"


@dataclass
class DrivenFeed:
    """One partition, read as far as the test has published."""

    store: ReviewStore
    hub: Hub
    next_offset: int = 0
    ready: bool = True
    alive: bool = True
    connected: bool = True

    async def wait_until_ready(self) -> None:
        """Always so."""

    def position_of(self, user_id: str) -> Position:
        return Position(TOPIC_ID, 0, self.next_offset - 1)

    async def holds(self, position: Position) -> bool:
        return position.offset < self.next_offset

    async def publish(self, fields: dict[str, Any]) -> None:
        review = StoredReview(
            run_id=fields["run_id"],
            user_id=fields["user_id"],
            review_id=fields["review_id"],
            revision=fields["revision"],
            created_at_ms=self.next_offset,
            event_id=f"event-{self.next_offset}",
            partition=0,
            offset=self.next_offset,
            review=json.dumps(fields),
        )
        batch = Batch(
            topic_id=TOPIC_ID, partition=0, changes=(review,), next_offset=self.next_offset + 1
        )
        await self.store.apply(batch)
        self.hub.review(review.user_id, frames.review(TOPIC_ID, review))
        self.next_offset += 1


class LiveGateway:
    """The running gateway as a test sees it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, address: str, feed: DrivenFeed) -> None:
        self._loop = loop
        self._feed = feed
        self.address = address

    def publish(self, fields: dict[str, Any]) -> None:
        self._run(self._feed.publish(fields))

    def step(self, step: ReviewProgress) -> None:
        frame = frames.progress(step)
        self._loop.call_soon_threadsafe(
            lambda: self._feed.hub.progress(step.user_id, frame, over=step.phase == "ready")
        )

    def kick(self, code: int) -> None:
        def close_all() -> None:
            for outbox in self._feed.hub:
                outbox.close(code)

        self._loop.call_soon_threadsafe(close_all)

    def token(self, user_id: str, *, ttl: timedelta = timedelta(hours=1)) -> str:
        return mint_token(user_id, secret=SECRET, issuer="debrief", audience="debrief", ttl=ttl)

    def _run(self, work: Awaitable[None]) -> None:
        async def wait() -> None:
            await work

        asyncio.run_coroutine_threadsafe(wait(), self._loop).result(10)


@pytest.fixture
def review() -> dict[str, Any]:
    fields = json.loads(REVIEW.read_text(encoding="utf-8"))
    assert isinstance(fields, dict)
    return fields


@pytest.fixture
def live_gateway(tmp_path: Path) -> Iterator[LiveGateway]:
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'gateway.sqlite3'}")
    store = ReviewStore(engine)
    feed = DrivenFeed(store, Hub())
    services = Services(
        verifier=TokenVerifier(SharedSecret(SECRET), issuer="debrief", audience="debrief"),
        hub=feed.hub,
        feed=feed,
        store=store,
        metrics=Metrics(),
        allowed_origins=(),
        clock=time.time,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    listener = listening_socket("127.0.0.1", 0)
    server = build_server(assemble_app(services, lifespan=lifespan), drain_seconds=0.2)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_serve, args=(loop, server, listener), daemon=True)
    thread.start()
    _until(lambda: server.started)
    try:
        yield LiveGateway(loop, address_of(listener), feed)
    finally:
        loop.call_soon_threadsafe(server.ask_to_exit)
        thread.join(20)
        loop.close()


@pytest.fixture
def browser() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on the PATH")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def _serve(loop: asyncio.AbstractEventLoop, server: GatewayServer, listener: Any) -> None:
    asyncio.set_event_loop(loop)
    loop.run_until_complete(server._serve([listener]))


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline, "the gateway did not start"
        time.sleep(0.02)
