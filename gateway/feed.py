"""Both topics, read for as long as the gateway runs.

Every gateway reads all partitions: whoever a user's connection happens to be with has the user's
events.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from gateway.position import Position
from gateway.progress_feed import ProgressFeed
from gateway.reading import RETRY_SECONDS
from gateway.review_feed import ReviewFeed

_log = structlog.get_logger()


class Feed:
    """Reads until cancelled; brokers or a database that are away are waited for."""

    def __init__(self, *, reviews: ReviewFeed, progress: ProgressFeed) -> None:
        self._reviews = reviews
        self._progress = progress
        self._alive = False

    @property
    def ready(self) -> bool:
        """Tell whether all that stood in the topic at the start has been read."""
        return self._reviews.ready

    @property
    def alive(self) -> bool:
        """Tell whether the feed is at work: reading, or waiting for what is away."""
        return self._alive

    @property
    def connected(self) -> bool:
        """Tell whether the brokers answered when they were asked last."""
        return self._reviews.connected

    async def wait_until_ready(self) -> None:
        """Return once `ready`."""
        await self._reviews.wait_until_ready()

    def position_of(self, user_id: str) -> Position:
        """Return where the user's events have been read up to; only when `ready`."""
        return self._reviews.position_of(user_id)

    async def holds(self, position: Position) -> bool:
        """Tell whether the topic goes as far as this position."""
        return await self._reviews.holds(position)

    async def run(self) -> None:
        """Read both topics until cancelled."""
        self._alive = True
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_forever("reviews", self._reviews.read))
                tasks.create_task(_forever("progress", self._progress.read))
        finally:
            self._alive = False


async def _forever(what: str, read: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await read()
        except (KafkaError, SQLAlchemyError, OSError) as error:
            _log.warning("feed_interrupted", feed=what, error=type(error).__name__)
        await asyncio.sleep(RETRY_SECONDS)
