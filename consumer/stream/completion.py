"""What a handler hands back: the records to publish, which the stream itself makes safe."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from consumer.publication import Publication
from producer.records import OutputRecord, SourceRecord


@dataclass(frozen=True, slots=True)
class Completion:
    """A piece of work is done: `records` and its offset become visible in one transaction.

    Where there is a `publication`, the store learns of it around that transaction; where it may not
    be published any more, the records are left out. `after`, where there is one, is awaited once
    all is safe; it may be lost in a crash and must not fail. `on_refused` is awaited instead of it
    where a topic does not take the records for their size and there is no record to set aside.
    """

    records: tuple[OutputRecord, ...] = ()
    publication: Publication | None = None
    after: Callable[[], Awaitable[None]] | None = None
    on_refused: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit:
    """A run to be reviewed again, though no record asks for it."""

    run_id: str
    partition: int
    reason: Literal["redo", "late_context"]


class Handler(Protocol):
    """Whoever does the work of a record or a revisit, or raises a `StreamError`."""

    async def handle(self, record: SourceRecord) -> Completion:
        """Take a record as far as it goes now."""

    async def revisit(self, revisit: Revisit) -> Completion:
        """Review a run again."""

    def forget(self, record: SourceRecord) -> None:
        """Drop what is remembered of a record: it is done with, or another process has it."""
