"""Where a group stands in a partition: what it committed, within the log that is there."""

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from consumer.stream.offset_metadata import CommittedState, decode
from consumer.stream.offsets import Progress
from producer.admin import administering
from producer.connection import KafkaConnection

_log = structlog.get_logger(__name__)


async def committed_state(
    connection: KafkaConnection, group: str, partition: TopicPartition, consumer: AIOKafkaConsumer
) -> CommittedState:
    """Return what the group committed, to be read after the predecessor was fenced off.

    Raises:
        KafkaError: no broker answers.
    """
    starts = await consumer.beginning_offsets([partition])
    ends = await consumer.end_offsets([partition])
    async with administering(connection) as admin:
        # aiokafka's consumer drops the metadata.
        answer = await admin.list_consumer_group_offsets(group, partitions=[partition])
    told = answer.get(partition)
    log_start = starts[partition]
    if told is None or told.offset < 0:
        return CommittedState(progress=Progress(log_start), transaction_id=None)
    state = decode(told.offset, told.metadata or "", log_start=log_start, log_end=ends[partition])
    where = {"topic": partition.topic, "partition": partition.partition}
    if state.progress.position != told.offset:
        _log.warning(
            "committed_offset_out_of_range",
            **where,
            committed=told.offset,
            log_start=log_start,
            log_end=ends[partition],
        )
    elif state.foreign:
        _log.warning("offset_metadata_ignored", **where, committed=told.offset)
    return state
