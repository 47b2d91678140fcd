"""A client that asks the brokers to do something, connected for as long as a block lasts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient

from producer.connection import KafkaConnection


@asynccontextmanager
async def administering(connection: KafkaConnection) -> AsyncIterator[AIOKafkaAdminClient]:
    """Give an admin client.

    Raises:
        KafkaError: no broker answers.
    """
    admin = AIOKafkaAdminClient(**connection.client_kwargs())
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
