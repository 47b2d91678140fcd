"""Which topic is this, really? The id that Kafka gave it when it was made (KIP-516).

A topic that was deleted and made again has the same name and starts at offset 0; positions kept
from the old one would point into the void. aiokafka 0.14 speaks Metadata only up to version 5,
which has no topic ids, so version 12 is spelled out here on its own protocol types.
"""

from typing import Any, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IncompatibleBrokerVersion, KafkaError
from aiokafka.protocol.abstract import AbstractType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)


class _Uuid(AbstractType[UUID]):  # type: ignore[misc]  # aiokafka has no types
    """16 bytes, as the protocol writes a UUID."""

    @classmethod
    def encode(cls, value: UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: Any) -> UUID:
        return UUID(bytes=data.read(16))

    @classmethod
    def repr(cls, value: UUID) -> str:
        return str(value)


class _MetadataResponseV12(Response):  # type: ignore[misc]  # aiokafka has no types
    API_KEY = 3
    API_VERSION = 12
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", CompactString("utf-8")),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _MetadataRequestV12(RequestStruct):  # type: ignore[misc]  # aiokafka has no types
    API_KEY = 3
    API_VERSION = 12
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _MetadataResponseV12
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(
                ("topic_id", _Uuid), ("name", CompactString("utf-8")), ("tags", TaggedFields)
            ),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _TopicIdRequest(Request[_MetadataRequestV12]):  # type: ignore[misc]  # aiokafka has no types
    API_KEY: ClassVar[int] = 3

    def __init__(self, topic: str) -> None:
        self._topic = topic

    def build(self, request_struct_class: type[_MetadataRequestV12]) -> _MetadataRequestV12:
        return request_struct_class([(UUID(int=0), self._topic, {})], False, False, {})


def id_without_broker(topic: str) -> UUID:
    """Return the id that stands in where the broker is too old to give topics one."""
    return uuid5(NAMESPACE_URL, f"urn:debrief:topic:{topic}")


async def topic_id_of(consumer: AIOKafkaConsumer, topic: str) -> UUID | None:
    """Return the topic's id, None where the topic does not exist or cannot be asked for now."""
    client = consumer._client  # noqa: SLF001  # aiokafka has no public way to send a request
    try:
        node_id = client.get_random_node()
        if node_id is None:
            return None
        response = await client.send(node_id, _TopicIdRequest(topic))
    except (IncompatibleBrokerVersion, NotImplementedError):  # what aiokafka says to old brokers
        return id_without_broker(topic)
    except KafkaError:
        return None
    for error_code, name, topic_id, *_ in response.topics:
        if name == topic and error_code == 0:
            return topic_id if topic_id.int else id_without_broker(topic)
    return None
