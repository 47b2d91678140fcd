"""Ingestion: batches of upstream records into the store, each record judged on its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consumer.context.records import ContextRecord
from consumer.context.store import Store
from producer.records import SourceRecord
from schemas.errors import ErrorKind, SchemaError
from schemas.events import ArtefactSubmitted, ConversationMessage, ObjectiveRolledUp
from schemas.registry import InputName
from schemas.topics import Topics
from schemas.wire import SchemaResolver, decode


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRecord:
    """A record that is no event of its topic, and what its dead letter says."""

    record: SourceRecord
    kind: ErrorKind
    message: str


class Ingest:
    """Turns records of the three context topics into rows.

    `resolver` finds the writers' schemas of Confluent-framed values; None refuses such framing.
    """

    def __init__(
        self, store: Store, topics: Topics, *, resolver: SchemaResolver | None = None
    ) -> None:
        self._store = store
        self._resolver = resolver
        self._names: Mapping[str, InputName] = {
            topics.objective_rolled_up: "objective_rolled_up",
            topics.conversation_message: "conversation_message",
            topics.artefact_submitted: "artefact_submitted",
        }

    async def handle(self, records: Sequence[SourceRecord]) -> tuple[RejectedRecord, ...]:
        """Keep what is sound in one transaction, and return the rest for the dead letters.

        Raises:
            StoreUnavailableError: nothing was kept; the same batch may be given again.
        """
        kept, rejected = [], []
        for record in records:
            try:
                event = decode(self._names[record.topic], record.value, resolver=self._resolver)
            except SchemaError as error:
                rejected.append(RejectedRecord(record=record, kind=error.kind, message=str(error)))
                continue
            if isinstance(event, ObjectiveRolledUp | ConversationMessage | ArtefactSubmitted):
                kept.append(ContextRecord(event=event, record=record))
        await self._store.add(kept)
        return tuple(rejected)
