"""Disconnecting a consumer, also where its brokers are away."""

import asyncio

from aiokafka import AIOKafkaConsumer


async def stop_consumer(consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer; cancelled, it waits for what aiokafka has begun to end.

    aiokafka cancels a fetch that waits for a broker to come back and lets that cancellation out of
    `AIOKafkaConsumer.stop`, before the connections are closed: whoever called it would end, without
    a word, as if it had been cancelled itself.

    Raises:
        KafkaError: it could not be stopped in order.
    """
    stopping = asyncio.create_task(consumer.stop())
    try:
        await asyncio.wait((stopping,))
    finally:
        if not stopping.done():
            stopping.cancel()
            await asyncio.wait((stopping,))
        if stopping.cancelled():
            await consumer._client.close()  # noqa: SLF001  # aiokafka's own `stop` is over for good
    if not stopping.cancelled():
        stopping.result()
