from typing import Any

import pytest
from google.genai import _api_client

from consumer.reviewing.providers.gemini.client import gemini_client
from tests.unit.reviewing.providers import wire


async def test_the_sdk_uses_our_connections_also_where_aiohttp_could_be_had(
    monkeypatch: pytest.MonkeyPatch, client_for: Any
) -> None:
    monkeypatch.setattr(_api_client, "has_aiohttp", True)
    service = wire.Replying(body=wire.gemini("{}"))
    client = gemini_client(
        api_key="k", base_url="http://service.test", http_client=client_for(service)
    )
    await client.aio.models.generate_content(model="m", contents="hm")
    assert len(service.requests) == 1
