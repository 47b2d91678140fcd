"""Every adapter on a client without a network."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from consumer.reviewing.outcome import Outcome
from consumer.reviewing.ports import CompletionRequest, Provider

Handler = Callable[[httpx2.Request], httpx2.Response]
Ask = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def ask_by(
    client_for: Callable[[Handler], httpx2.AsyncClient], request_: CompletionRequest
) -> Callable[[Callable[..., Provider]], Ask]:
    """Give a way to ask an adapter once, its service being a handler."""

    def by(build: Callable[..., Provider]) -> Ask:
        async def ask(handler: Handler, **options: Any) -> Outcome:
            provider = build(
                api_key="k",
                model="m",
                base_url="http://service.test/v1",
                http_client=client_for(handler),
                **options,
            )
            return await provider.complete(request_, timeout_seconds=2.5)

        return ask

    return by
