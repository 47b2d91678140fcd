"""Stopping a consumer whose brokers are away, as aiokafka behaves then."""

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError

from producer.disconnecting import stop_consumer


class Connections:
    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True


class Consumer:
    """A consumer; `fetch` is what its background task does when it is stopped."""

    def __init__(self, fetch: asyncio.Task[None]) -> None:
        self._fetch = fetch
        self._client = Connections()

    async def stop(self) -> None:
        self._fetch.cancel()
        await self._fetch
        await self._client.close()


async def _waits_for_a_broker() -> None:
    await asyncio.Event().wait()


async def _ends_when_cancelled_twice() -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.Event().wait()


async def _made(fetch: asyncio.Task[None]) -> Consumer:
    await asyncio.sleep(0)
    return Consumer(fetch)


async def test_a_fetch_that_waits_for_a_broker_does_not_end_who_stops() -> None:
    consumer = await _made(asyncio.create_task(_waits_for_a_broker()))

    await stop_consumer(consumer)

    assert consumer._client.closed


async def test_whoever_is_cancelled_meanwhile_ends_and_leaves_nothing_open() -> None:
    fetch = asyncio.create_task(_ends_when_cancelled_twice())
    consumer = await _made(fetch)
    stopping = asyncio.create_task(stop_consumer(consumer))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    stopping.cancel()

    with pytest.raises(asyncio.CancelledError):
        await stopping
    assert fetch.done()
    assert consumer._client.closed


async def test_a_failure_to_stop_is_told() -> None:
    class Broken(Consumer):
        async def stop(self) -> None:
            raise KafkaConnectionError

    with pytest.raises(KafkaConnectionError):
        await stop_consumer(Broken(asyncio.create_task(asyncio.sleep(0))))
