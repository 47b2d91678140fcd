"""The gateway on a real Kafka: what it shows, where it goes on, and what it never shows again."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiokafka
import pytest
import websockets

from gateway.server import running_gateway
from gateway.settings import GatewaySettings
from producer.partitioning import partition_of

pytestmark = pytest.mark.kafka

USER = "learner-1"
HOME = partition_of(USER, 3)


@asynccontextmanager
async def ready_gateway(settings: GatewaySettings) -> AsyncIterator[str]:
    async with running_gateway(settings) as address:
        async with asyncio.timeout(30):
            while (await get(address, "/readyz"))[0] != 200:  # noqa: ASYNC110  # another process
                await asyncio.sleep(0.05)
        yield address


async def get(address: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
    def fetch() -> tuple[int, Any]:
        request = urllib.request.Request(address + path, headers=headers or {})  # noqa: S310  # our own address
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  # the same
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, None

    return await asyncio.to_thread(fetch)


def connect(address: str, headers: dict[str, str], query: str = "") -> websockets.connect:
    return websockets.connect(
        address.replace("http", "ws", 1) + "/ws" + query, additional_headers=headers
    )


async def frame(socket: Any, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            found = json.loads(await socket.recv())
            if found["type"] == kind:
                assert isinstance(found, dict)
                return found


async def test_a_review_is_pushed_listed_and_resumed_from_after_a_restart(
    settings: GatewaySettings, topic: Any, review: dict[str, Any], bearer: Any
) -> None:
    await topic.publish(review, run_id="before", partition=HOME)
    async with ready_gateway(settings) as address:
        async with connect(address, bearer(USER)) as socket:
            assert (await frame(socket, "hello"))["recovered"] is None
            await topic.publish(review, run_id="live", partition=HOME)
            pushed = await frame(socket, "review")
        assert pushed["review"] == {**review, "run_id": "live"}
        status, page = await get(address, "/reviews", bearer(USER))
        assert (status, len(page["reviews"])) == (200, 2)
        assert (await get(address, "/reviews/live", bearer("somebody-else")))[0] == 404

    await topic.publish(review, run_id="missed", partition=HOME)
    async with ready_gateway(settings) as address:
        query = f"?position={pushed['position']}"
        async with connect(address, bearer(USER), query) as socket:
            assert (await frame(socket, "hello"))["recovered"] is True
            missed = await frame(socket, "review")
    assert (missed["review"]["run_id"], missed["replayed"]) == ("missed", True)


async def test_a_tombstone_takes_the_review_away(
    settings: GatewaySettings, topic: Any, review: dict[str, Any], bearer: Any
) -> None:
    await topic.publish(review, run_id="gone", partition=HOME)
    await topic.publish(None, run_id="gone", partition=HOME)
    await topic.publish(review, run_id="kept", partition=HOME)
    async with ready_gateway(settings) as address:
        _, page = await get(address, "/reviews", bearer(USER))
    assert [found["run_id"] for found in page["reviews"]] == ["kept"]


async def test_what_is_no_review_is_passed_over(
    settings: GatewaySettings, topic: Any, review: dict[str, Any], bearer: Any
) -> None:
    await topic.producer.send_and_wait(topic.name, value=b"\x00rubbish", key=b"r", partition=HOME)
    await topic.publish(review, run_id="after", partition=HOME)
    async with ready_gateway(settings) as address:
        _, page = await get(address, "/reviews", bearer(USER))
    assert [found["run_id"] for found in page["reviews"]] == ["after"]


async def test_it_is_ready_though_a_transaction_hangs_and_shows_nothing_uncommitted(
    settings: GatewaySettings, topic: Any, review: dict[str, Any], bearer: Any
) -> None:
    await topic.publish(review, run_id="committed", partition=HOME)
    hanging = aiokafka.AIOKafkaProducer(
        bootstrap_servers=topic.bootstrap, transactional_id=topic.prefix + "hanging"
    )
    await hanging.start()
    try:
        await hanging.begin_transaction()
        await hanging.send_and_wait(topic.name, value=b"x", key=b"uncommitted", partition=HOME)
        async with ready_gateway(settings) as address:
            _, page = await get(address, "/reviews", bearer(USER))
        assert [found["run_id"] for found in page["reviews"]] == ["committed"]
    finally:
        await hanging.abort_transaction()
        await hanging.stop()


async def test_a_topic_made_anew_is_read_from_its_beginning_and_no_old_position_is_recovered(
    settings: GatewaySettings, topic: Any, review: dict[str, Any], bearer: Any
) -> None:
    async with ready_gateway(settings) as address, connect(address, bearer(USER)) as socket:
        await frame(socket, "hello")
        await topic.publish(review, run_id="old", partition=HOME)
        old = (await frame(socket, "review"))["position"]
    await topic.recreate()
    await topic.publish(review, run_id="new-1", partition=HOME)
    await topic.publish(review, run_id="new-2", partition=HOME)
    async with ready_gateway(settings) as address:
        async with connect(address, bearer(USER), f"?position={old}") as socket:
            assert (await frame(socket, "hello"))["recovered"] is False
        _, page = await get(address, "/reviews", bearer(USER))
    assert {"new-1", "new-2"} <= {found["run_id"] for found in page["reviews"]}


async def test_two_gateways_on_one_database_both_push_what_either_has_stored(
    settings: GatewaySettings, topic: Any, review: dict[str, Any], bearer: Any
) -> None:
    async with (
        ready_gateway(settings) as one,
        ready_gateway(settings) as two,
        connect(one, bearer(USER)) as first,
        connect(two, bearer(USER)) as second,
    ):
        hello = await frame(first, "hello")
        assert (await frame(second, "hello"))["position"] == hello["position"]
        await topic.publish(review, run_id="shared", partition=HOME)
        frames = [await frame(first, "review"), await frame(second, "review")]
    assert frames[0] == frames[1]
