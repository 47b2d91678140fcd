"""Where a group stands in its partitions: what it committed, within the log that is there."""

from collections.abc import Collection

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import NotCoordinatorForGroupError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from consumer.stream.offset_metadata import CommittedState, decode
from consumer.stream.offsets import Progress
from producer.admin import administering
from producer.connection import KafkaConnection

_log = structlog.get_logger(__name__)


async def committed_states(
    connection: KafkaConnection,
    group: str,
    partitions: Collection[TopicPartition],
    consumer: AIOKafkaConsumer,
) -> dict[TopicPartition, CommittedState]:
    """Return what the group committed in each partition; nothing stands for the log's start.

    Raises:
        KafkaError: no broker answers, or the one that was asked does not know the group now. To
            begin at the log's start would then be to do everything again.
    """
    starts = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    async with administering(connection) as admin:
        # aiokafka's consumer drops the metadata.
        answer = await admin.list_consumer_group_offsets(group, partitions=list(partitions))
    # A coordinator that is loading, or that moved, refuses for the group as a whole. aiokafka does
    # not look there and gives no partition at all; one without a commit it gives as -1.
    if untold := partitions - answer.keys():
        raise NotCoordinatorForGroupError(
            f"the broker that was asked does not tell what {group} committed in "
            f"{len(untold)} partitions of {len(partitions)}"
        )
    return {
        partition: _bounded(partition, answer[partition], starts[partition], ends[partition])
        for partition in partitions
    }


def _bounded(
    partition: TopicPartition, told: OffsetAndMetadata, log_start: int, log_end: int
) -> CommittedState:
    if told.offset < 0:
        return CommittedState(progress=Progress(log_start), transaction_id=None)
    state = decode(told.offset, told.metadata or "", log_start=log_start, log_end=log_end)
    where = {"topic": partition.topic, "partition": partition.partition}
    if state.progress.position != told.offset:
        _log.warning(
            "committed_offset_out_of_range",
            **where,
            committed=told.offset,
            log_start=log_start,
            log_end=log_end,
        )
    elif state.foreign:
        _log.warning("offset_metadata_ignored", **where, committed=told.offset)
    return state
