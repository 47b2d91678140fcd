"""How large a record each topic takes, asked of the brokers before it is sent.

A producer that counts its records (idempotent or transactional) is of no more use once a broker
has refused one: aiokafka has counted it, the broker has not. So what is too large must not be sent.
"""

from typing import Final

import structlog
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from producer.admin import administering
from producer.connection import KafkaConnection
from producer.errors import RecordTooLargeError
from producer.records import OutputRecord

# The head of a batch, the fixed fields of a record and the lengths before its fields, at most.
_BATCH_BYTES: Final = 61
_RECORD_BYTES: Final = 36
_HEADER_BYTES: Final = 10

_log = structlog.get_logger(__name__)


def record_bytes(record: OutputRecord) -> int:
    """Return how much a record takes alone in a batch, at most (Kafka's record format 2)."""
    headers = sum(
        len(name.encode()) + len(value or b"") + _HEADER_BYTES for name, value in record.headers
    )
    fields = len(record.key or b"") + len(record.value or b"")
    return _BATCH_BYTES + _RECORD_BYTES + fields + headers


class RecordLimits:
    """Remembers `max.message.bytes` of each topic, as first asked."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._limits: dict[str, int | None] = {}

    async def check(self, record: OutputRecord) -> None:
        """Refuse a record that its topic would refuse.

        Raises:
            RecordTooLargeError: it is over the topic's limit; `record` of the error is this one.
        """
        if record.topic not in self._limits:
            self._limits[record.topic] = await self._ask(record.topic)
        limit_bytes = self._limits[record.topic]
        size_bytes = record_bytes(record)
        if limit_bytes is not None and size_bytes > limit_bytes:
            raise RecordTooLargeError(
                f"a record of {size_bytes} bytes is over the {limit_bytes} that {record.topic} "
                "takes (max.message.bytes)",
                record=record,
            )

    async def _ask(self, topic: str) -> int | None:
        asked = [ConfigResource(ConfigResourceType.TOPIC, topic)]
        try:
            async with administering(self._connection) as admin:
                responses = await admin.describe_configs(asked)
            for response in responses:
                for _, _, _, _, entries in response.resources:
                    for entry in entries:
                        if entry[0] == "max.message.bytes":
                            return int(entry[1])
        except (KafkaError, ValueError) as error:
            # Not allowed to ask, say: the broker itself will refuse what is too large.
            _log.info("record_limit_unknown", topic=topic, error=repr(error))
        return None
