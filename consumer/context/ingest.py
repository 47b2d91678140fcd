"""Ingestion: batches of upstream records into the store, each record judged on its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consumer.context.erasing import Erasing
from consumer.context.errors import RowRefusedError, StoreError
from consumer.context.records import ContextRecord
from consumer.context.store import Store
from producer.records import SourceRecord
from schemas.cloudevents import TRACEPARENT, header
from schemas.errors import ErrorKind, SchemaError
from schemas.events import ArtefactSubmitted, ConversationMessage, ObjectiveRolledUp, UserErased
from schemas.registry import InputName
from schemas.topics import Topics
from schemas.wire import SchemaResolver, WriterSchemas, decode


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRecord:
    """A record that is no event of its topic, or that the store will never take; and why."""

    record: SourceRecord
    kind: ErrorKind
    message: str


@dataclass(frozen=True, slots=True)
class _Erasure:
    event: UserErased
    record: SourceRecord


class Ingest:
    """Turns records of the three context topics into rows, and does what `user.erased` asks.

    `writers` has the writers' schemas of Confluent-framed values; None refuses such framing.
    """

    def __init__(
        self,
        store: Store,
        topics: Topics,
        *,
        erasing: Erasing,
        writers: WriterSchemas | None = None,
    ) -> None:
        self._store = store
        self._erasing = erasing
        self._writers = writers
        self._names: Mapping[str, InputName] = {
            topics.objective_rolled_up: "objective_rolled_up",
            topics.conversation_message: "conversation_message",
            topics.artefact_submitted: "artefact_submitted",
            topics.user_erased: "user_erased",
        }

    async def handle(self, records: Sequence[SourceRecord]) -> tuple[RejectedRecord, ...]:
        """Keep what is sound, erase whom it asks for, and return the rest for the dead letters.

        Raises:
            StoreError, SendFailedError, RegistryUnavailableError: something is away or wrong as a
                whole, not one record; the same batch may be given again.
        """
        resolver = None
        if self._writers is not None:
            resolver = await self._writers.resolver_for(record.value for record in records)
        kept: list[ContextRecord] = []
        erasures: list[_Erasure] = []
        rejected: list[RejectedRecord] = []
        for record in records:
            judged = self._judge(record, resolver)
            if isinstance(judged, RejectedRecord):
                rejected.append(judged)
            elif isinstance(judged, _Erasure):
                erasures.append(judged)
            else:
                kept.append(judged)
        rejected += await self._keep(kept)
        for erasure in erasures:
            traceparent = header(erasure.record.headers, TRACEPARENT)
            await self._erasing.erase(erasure.event, traceparent=traceparent)
        return tuple(rejected)

    def _judge(
        self, record: SourceRecord, resolver: SchemaResolver | None
    ) -> ContextRecord | _Erasure | RejectedRecord:
        try:
            event = decode(self._names[record.topic], record.value, resolver=resolver)
        except SchemaError as error:
            return RejectedRecord(record=record, kind=error.kind, message=str(error))
        except Exception as error:  # noqa: BLE001  # a fault of our own must not hold those behind it
            reason = f"it cannot be read: {type(error).__name__}"
            return RejectedRecord(record=record, kind="failed", message=reason)
        if isinstance(event, ObjectiveRolledUp | ConversationMessage | ArtefactSubmitted):
            return ContextRecord(event=event, record=record)
        if isinstance(event, UserErased):
            return _Erasure(event, record)
        return RejectedRecord(record=record, kind="invalid", message="this is no context record")

    async def _keep(self, records: Sequence[ContextRecord]) -> list[RejectedRecord]:
        """Add the records; where the store refuses some for what they are, find and return those.

        Halving finds one among 500 in 18 transactions, and what is kept twice changes nothing.
        """
        reason = await self._refusal(records)
        if reason is None:
            return []
        if len(records) == 1:
            # An unknown fault may have been the connection's: a store that answers is asked again.
            await self._store.ping()
            reason = await self._refusal(records)
            fault = RejectedRecord(record=records[0].record, kind="failed", message=reason or "")
            return [] if reason is None else [fault]
        middle = len(records) // 2
        return [*await self._keep(records[:middle]), *await self._keep(records[middle:])]

    async def _refusal(self, records: Sequence[ContextRecord]) -> str | None:
        """Add the records; return why they are not taken, None where they are."""
        try:
            await self._store.add(records)
        except RowRefusedError as error:
            return str(error)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001  # the same; its text may repeat the learner's
            return f"the store does not take it: {type(error).__name__}"
        return None
