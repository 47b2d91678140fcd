"""What a group committed and who is in it, asked until it has a coordinator.

A new cluster has none before it has made the topic of the offsets.
"""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

_PATIENCE_SECONDS = 30.0


async def coordinator(admin: AIOKafkaAdminClient, group: str) -> int:
    """Return the node that coordinates a group, or fail the test."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            try:
                return int(await admin.find_coordinator(group))
            except GroupCoordinatorNotAvailableError:
                await asyncio.sleep(0.1)


async def committed(
    admin: AIOKafkaAdminClient, group: str
) -> dict[TopicPartition, OffsetAndMetadata]:
    """Return where a group stands, and what it wrote beside that."""
    node = await coordinator(admin, group)
    offsets = await admin.list_consumer_group_offsets(group, node)
    return {partition: told for partition, told in offsets.items() if told.offset >= 0}


async def members(admin: AIOKafkaAdminClient, group: str) -> int:
    """Return how many members a group has."""
    (answer,) = await admin.describe_consumer_groups([group], await coordinator(admin, group))
    return len(answer.groups[0][5])
