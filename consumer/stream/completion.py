"""What a handler hands back: the records to publish, which the stream itself makes safe."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from producer.records import OutputRecord, SourceRecord


@dataclass(frozen=True, slots=True)
class Completion:
    """A record's work is done; `records` are acknowledged before its offset may move.

    `after`, where there is one, is awaited between the two; it must bear being called again.
    """

    records: tuple[OutputRecord, ...] = ()
    after: Callable[[], Awaitable[None]] | None = None


Handler = Callable[[SourceRecord], Awaitable[Completion]]
