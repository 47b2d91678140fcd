"""What every endpoint of the gateway works with, put together once in `gateway.app`."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from gateway.auth import TokenVerifier
from gateway.feed_state import FeedState
from gateway.hub import Hub
from gateway.metrics import Metrics
from gateway.store import ReviewStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of one gateway; `clock` gives seconds since the epoch."""

    verifier: TokenVerifier
    hub: Hub
    feed: FeedState
    store: ReviewStore
    metrics: Metrics
    allowed_origins: tuple[str, ...]
    clock: Callable[[], float]


def services_of(connection: HTTPConnection) -> Services:
    """Return the services of the app that this request is to."""
    services = connection.app.state.services
    if not isinstance(services, Services):
        raise TypeError("the app was not made by create_app")
    return services
