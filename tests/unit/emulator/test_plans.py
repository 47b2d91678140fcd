from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from consumer.emulator.app import create_emulator


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(create_emulator())
    async with httpx2.AsyncClient(transport=transport, base_url="http://e.test") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "interface", "header"),
    [
        ("/v1beta/interactions", "interactions", {"x-goog-api-key": "k1"}),
        ("/v1/responses", "responses", {"authorization": "Bearer k1"}),
    ],
)
async def test_a_plan_is_for_the_requests_of_its_key(
    client: httpx2.AsyncClient,
    body: Any,
    path: str,
    interface: str,
    header: dict[str, str],
) -> None:
    request = body(interface, "arc")
    rules = [{"fault": "unavailable", "call": "arc", "nth": [1]}]
    assert (await client.put("/emulator/plans/k1", json=rules)).status_code == 204

    told = [
        (await client.post(path, json=request, headers=header)).status_code,
        (await client.post(path, json=request, headers=header)).status_code,
        (await client.post(path, json=request)).status_code,
    ]

    assert told == [503, 200, 200]
    provider = "gemini" if interface == "interactions" else "openai"
    requests = (await client.get("/emulator/plans/k1/requests")).json()
    assert requests == [[provider, "arc"], [provider, "arc"]]


async def test_a_rule_that_is_none_is_refused_and_said(client: httpx2.AsyncClient) -> None:
    response = await client.put("/emulator/plans/k1", json=[{"fault": "no such fault"}])
    assert response.status_code == 400
    assert "fault" in response.text


async def test_a_key_without_a_plan_has_no_requests(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/emulator/plans/k2/requests")).status_code == 404
