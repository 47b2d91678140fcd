"""Each record of a batch is judged on its own; what is no event goes back with its reason."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import pytest

from consumer.context.erasing import Erasing
from consumer.context.errors import RowRefusedError, StoreError, StoreUnavailableError
from consumer.context.ingest import Ingest
from consumer.context.records import ContextRecord
from consumer.context.store import Store
from producer.records import OutputRecord, SourceRecord
from schemas.errors import RegistryUnavailableError
from schemas.events import UserErased
from schemas.registry import avro_schema
from schemas.registry_client import KnownSchemas
from schemas.topics import Topics
from schemas.wire import SINGLE_OBJECT_MARK, SchemaResolver, WriterSchemas, encode, schema_id_of
from tests.arcs import START, artefact, message, objective

TOPICS = Topics.with_prefix("test.")
NO = RowRefusedError("a number is out of range")


class KeepingStore(Store):
    """Keeps in a list what is added; is away, or refuses some messages for what they are."""

    def __init__(
        self, *, away: bool = False, refuses: frozenset[str] = frozenset(), error: Exception = NO
    ) -> None:
        self.added: list[ContextRecord] = []
        self.batches = 0
        self.pings = 0
        self._away = away
        self._refuses = refuses
        self._error = error

    async def add(self, records: Sequence[ContextRecord]) -> None:
        if self._away:
            raise StoreUnavailableError("away")
        if self._refuses & {record.entity[0] for record in records}:
            raise self._error
        self.batches += 1
        self.added += records

    async def ping(self) -> None:
        self.pings += 1

    async def erase_user(self, user_id: str, *, erased_at_ms: int) -> tuple[str, ...]:
        assert erased_at_ms
        self.added = [one for one in self.added if one.event.user_id != user_id]
        return ("run-1",)


class Sender:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[OutputRecord] = []

    async def send(self, records: Sequence[OutputRecord]) -> None:
        self.sent += records


def _ingest(
    store: Store, *, writers: WriterSchemas | None = None, sender: Sender | None = None
) -> Ingest:
    erasing = Erasing(store, sender or Sender(), TOPICS, now_ms=lambda: 2**53)
    return Ingest(store, TOPICS, erasing=erasing, writers=writers)


def _record(topic: str, value: bytes | None, offset: int = 0) -> SourceRecord:
    return SourceRecord(
        topic=topic, partition=1, offset=offset, key=b"k", value=value, headers=(), timestamp_ms=5
    )


async def test_records_of_the_three_topics_are_kept_in_one_batch() -> None:
    events = [objective(1), message(2), artefact(3)]
    records = [
        _record(TOPICS.objective_rolled_up, encode("objective_rolled_up", events[0])),
        _record(TOPICS.conversation_message, events[1].model_dump_json().encode()),
        _record(TOPICS.artefact_submitted, encode("artefact_submitted", events[2])),
    ]
    store = KeepingStore()
    assert await _ingest(store).handle(records) == ()
    assert [one.event for one in store.added] == events
    assert [one.record for one in store.added] == records
    assert store.batches == 1


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "undecodable"),
        (b"", "undecodable"),
        (b"\x00\x00\x00\x00\x07rest", "undecodable"),
        (b"{}", "invalid"),
        (b'{"event_id": NaN}', "invalid"),
    ],
)
async def test_a_record_that_is_no_event_goes_back_and_the_others_are_kept(
    value: bytes | None, kind: str
) -> None:
    good = _record(TOPICS.conversation_message, message(1).model_dump_json().encode(), 1)
    bad = _record(TOPICS.conversation_message, value, 2)
    store = KeepingStore()
    (rejected,) = await _ingest(store).handle([bad, good])
    assert (rejected.record, rejected.kind) == (bad, kind)
    assert rejected.message
    assert [one.record for one in store.added] == [good]


async def test_an_event_of_another_topic_goes_back() -> None:
    astray = _record(TOPICS.objective_rolled_up, encode("conversation_message", message(1)))
    store = KeepingStore()
    (rejected,) = await _ingest(store).handle([astray])
    assert rejected.kind == "invalid"
    assert store.added == []


async def test_a_reason_never_holds_learner_text() -> None:
    text = message(1, text="a secret").model_dump_json().replace('"sequence":1', '"sequence":"x"')
    (rejected,) = await _ingest(KeepingStore()).handle(
        [_record(TOPICS.conversation_message, text.encode())]
    )
    assert "sequence" in rejected.message
    assert "secret" not in rejected.message


class OneSchema:
    """A registry that knows one schema."""

    def __init__(self, *, away: bool = False) -> None:
        self._away = away

    async def resolver_for(self, values: Iterable[bytes | None]) -> SchemaResolver:
        if self._away:
            raise RegistryUnavailableError("away")
        ids = {schema_id_of(value) for value in values if value is not None}
        assert ids <= {7, None}
        return KnownSchemas({7: avro_schema("conversation_message").parsed})


async def test_confluent_framing_is_read_where_a_registry_is_there() -> None:
    body = encode("conversation_message", message(1))[len(SINGLE_OBJECT_MARK) + 8 :]
    record = _record(TOPICS.conversation_message, b"\x00\x00\x00\x00\x07" + body)
    store = KeepingStore()
    assert await _ingest(store, writers=OneSchema()).handle([record]) == ()
    assert [one.event for one in store.added] == [message(1)]


async def test_a_store_that_is_away_is_told_so_that_the_batch_comes_again() -> None:
    record = _record(TOPICS.conversation_message, message(1).model_dump_json().encode())
    with pytest.raises(StoreUnavailableError):
        await _ingest(KeepingStore(away=True)).handle([record])


def _messages(count: int) -> list[SourceRecord]:
    return [
        _record(TOPICS.conversation_message, message(number).model_dump_json().encode(), number)
        for number in range(count)
    ]


@pytest.mark.parametrize("refused", [{"m0"}, {"m7"}, {"m499"}, {"m3", "m4", "m200"}])
@pytest.mark.parametrize("error", [NO, OverflowError("too large")])
async def test_what_the_store_never_takes_is_found_and_the_others_are_kept(
    refused: set[str], error: Exception
) -> None:
    store = KeepingStore(refuses=frozenset(refused), error=error)
    rejected = await _ingest(store).handle(_messages(500))
    assert {f"m{one.record.offset}" for one in rejected} == refused
    assert {one.kind for one in rejected} == {"failed"}
    assert len(store.added) == 500 - len(refused)
    assert store.batches < 40
    assert store.pings == len(refused)


@pytest.mark.parametrize("error", [StoreError("no such table"), StoreUnavailableError("away")])
async def test_a_fault_of_the_whole_store_is_no_fault_of_a_record(error: Exception) -> None:
    store = KeepingStore(refuses=frozenset({"m1"}), error=error)
    with pytest.raises(type(error)):
        await _ingest(store).handle(_messages(4))


async def test_an_unknown_fault_of_a_store_that_is_away_is_no_fault_of_a_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = KeepingStore(refuses=frozenset({"m1"}), error=RuntimeError("odd"))

    async def away() -> None:
        raise StoreUnavailableError("away")

    monkeypatch.setattr(store, "ping", away)
    with pytest.raises(StoreUnavailableError):
        await _ingest(store).handle(_messages(4))


async def test_a_reason_for_what_is_not_kept_holds_no_text() -> None:
    store = KeepingStore(refuses=frozenset({"m0"}), error=ValueError("hello, said the learner"))
    (rejected,) = await _ingest(store).handle(_messages(1))
    assert "ValueError" in rejected.message
    assert "learner" not in rejected.message


async def test_an_erasure_goes_beside_the_records_of_its_batch() -> None:
    event = UserErased.model_validate(
        {"event_id": UUID(int=1), "occurred_at": START, "user_id": "learner-2"}
    )
    records = _messages(2)
    records.insert(1, _record(TOPICS.user_erased, encode("user_erased", event)))
    store, sender = KeepingStore(), Sender()
    assert await _ingest(store, sender=sender).handle(records) == ()
    assert len(store.added) == 2
    (tombstone,) = sender.sent
    assert (tombstone.topic, tombstone.key, tombstone.value, tombstone.user_id) == (
        TOPICS.review_ready,
        b"run-1",
        None,
        "learner-2",
    )


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "undecodable"),
        (b"{}", "invalid"),
        (b'{"user_id": 1}', "invalid"),
        (b"x", "undecodable"),
    ],
)
async def test_what_asks_for_no_erasure_goes_back(value: bytes | None, kind: str) -> None:
    sender = Sender()
    (rejected,) = await _ingest(KeepingStore(), sender=sender).handle(
        [_record(TOPICS.user_erased, value)]
    )
    assert rejected.kind == kind
    assert sender.sent == []


async def test_a_registry_that_is_away_makes_no_dead_letter() -> None:
    store = KeepingStore()
    record = _record(TOPICS.conversation_message, encode("conversation_message", message(1)))
    with pytest.raises(RegistryUnavailableError):
        await _ingest(store, writers=OneSchema(away=True)).handle([record])
    assert store.added == []
