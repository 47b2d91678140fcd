"""What a handler hands back: the records to publish, which the stream itself makes safe."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from producer.records import OutputRecord, SourceRecord


@dataclass(frozen=True, slots=True)
class Completion:
    """A record's work is done; `records` are acknowledged before its offset may move."""

    records: tuple[OutputRecord, ...] = ()


Handler = Callable[[SourceRecord], Awaitable[Completion]]
