"""What connections and probes ask of the feed, whoever feeds it."""

from typing import Protocol

from gateway.position import Position


class FeedState(Protocol):
    """What connections ask of the feed."""

    @property
    def ready(self) -> bool:
        """Tell whether all that stood in the topic at the start has been read."""

    @property
    def alive(self) -> bool:
        """Tell whether the feed is at work: reading, or waiting for what is away."""

    @property
    def connected(self) -> bool:
        """Tell whether the brokers answered when they were asked last."""

    async def wait_until_ready(self) -> None:
        """Return once it is."""

    def position_of(self, user_id: str) -> Position:
        """Return where the user's events have been read up to."""

    async def holds(self, position: Position) -> bool:
        """Tell whether the topic goes as far as this position."""
