"""Records as values: one that was read, and one that is to be written."""

from dataclasses import dataclass

# Kafka knows headers without a value, and those with an empty one.
Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """A record as it was read, byte for byte; `timestamp_ms` is the broker's or the writer's."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp_ms: int

    @property
    def position(self) -> tuple[str, int, int]:
        """Return what names this record: topic, partition, offset."""
        return (self.topic, self.partition, self.offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputRecord:
    """A record to write; `user_id` chooses the partition where it is not None, else the key."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    user_id: str | None = None
