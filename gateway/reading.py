"""How the gateway reads any topic: all partitions, in no group, only what is committed."""

import asyncio
from collections.abc import Iterable, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from gateway.metrics import Metrics
from gateway.records import Unreadable
from producer.connection import KafkaConnection
from schemas.errors import RegistryUnavailableError
from schemas.wire import SchemaResolver, WriterSchemas

_log = structlog.get_logger()

POLL_MS = 500
MAX_RECORDS = 500
RETRY_SECONDS = 1.0
METADATA_MAX_AGE_MS = 30_000


def open_consumer(
    connection: KafkaConnection, topic: str, *, auto_offset_reset: str
) -> AIOKafkaConsumer:
    """Return a consumer of all partitions of a topic, also of those added later; not started.

    A group would split the partitions among gateways, and leave its name behind in the brokers.
    """
    return AIOKafkaConsumer(
        topic,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset=auto_offset_reset,
        isolation_level="read_committed",
        metadata_max_age_ms=METADATA_MAX_AGE_MS,
        **connection.client_kwargs(),
    )


async def resolver_for(
    writers: WriterSchemas | None, records: Sequence[ConsumerRecord]
) -> SchemaResolver | None:
    """Return the writers' schemas of these records, however long the registry is away."""
    while writers is not None:
        try:
            return await writers.resolver_for([record.value for record in records])
        except RegistryUnavailableError as error:
            _log.warning("schema_registry_unavailable", error=str(error))
            await asyncio.sleep(RETRY_SECONDS)
    return None


def report_unreadable(records: Iterable[Unreadable], metrics: Metrics) -> None:
    """Count and log records that are not what their topic holds; they are passed over."""
    for record in records:
        metrics.unreadable.inc()
        _log.error(
            "record_unreadable",
            partition=record.partition,
            offset=record.offset,
            kind=record.kind,
        )
