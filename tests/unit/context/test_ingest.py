"""Each record of a batch is judged on its own; what is no event goes back with its reason."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from consumer.context.errors import StoreUnavailableError
from consumer.context.ingest import Ingest
from consumer.context.records import ContextRecord
from consumer.context.store import Store
from producer.records import SourceRecord
from schemas.registry import avro_schema
from schemas.topics import Topics
from schemas.wire import SINGLE_OBJECT_MARK, encode

Make = Callable[..., Any]
TOPICS = Topics.with_prefix("test.")


class KeepingStore(Store):
    """Keeps in a list what is added, or is away."""

    def __init__(self, *, away: bool = False) -> None:
        self.added: list[ContextRecord] = []
        self.batches = 0
        self._away = away

    async def add(self, records: Sequence[ContextRecord]) -> None:
        if self._away:
            raise StoreUnavailableError("away")
        self.batches += 1
        self.added += records


def _record(topic: str, value: bytes | None, offset: int = 0) -> SourceRecord:
    return SourceRecord(
        topic=topic, partition=1, offset=offset, key=b"k", value=value, headers=(), timestamp_ms=5
    )


async def test_records_of_the_three_topics_are_kept_in_one_batch(
    objective: Make, message: Make, artefact: Make
) -> None:
    events = [objective(1), message(2), artefact(3)]
    records = [
        _record(TOPICS.objective_rolled_up, encode("objective_rolled_up", events[0])),
        _record(TOPICS.conversation_message, events[1].model_dump_json().encode()),
        _record(TOPICS.artefact_submitted, encode("artefact_submitted", events[2])),
    ]
    store = KeepingStore()
    assert await Ingest(store, TOPICS).handle(records) == ()
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
    value: bytes | None, kind: str, message: Make
) -> None:
    good = _record(TOPICS.conversation_message, message(1).model_dump_json().encode(), 1)
    bad = _record(TOPICS.conversation_message, value, 2)
    store = KeepingStore()
    (rejected,) = await Ingest(store, TOPICS).handle([bad, good])
    assert (rejected.record, rejected.kind) == (bad, kind)
    assert rejected.message
    assert [one.record for one in store.added] == [good]


async def test_an_event_of_another_topic_goes_back(message: Make) -> None:
    astray = _record(TOPICS.objective_rolled_up, encode("conversation_message", message(1)))
    store = KeepingStore()
    (rejected,) = await Ingest(store, TOPICS).handle([astray])
    assert rejected.kind == "invalid"
    assert store.added == []


async def test_a_reason_never_holds_learner_text(message: Make) -> None:
    text = message(1, text="a secret").model_dump_json().replace('"sequence":1', '"sequence":"x"')
    (rejected,) = await Ingest(KeepingStore(), TOPICS).handle(
        [_record(TOPICS.conversation_message, text.encode())]
    )
    assert "sequence" in rejected.message
    assert "secret" not in rejected.message


class OneSchema:
    """A registry that knows one schema."""

    def parsed_schema(self, schema_id: int) -> Any:
        assert schema_id == 7
        return avro_schema("conversation_message").parsed


async def test_confluent_framing_is_read_where_a_registry_is_there(message: Make) -> None:
    body = encode("conversation_message", message(1))[len(SINGLE_OBJECT_MARK) + 8 :]
    record = _record(TOPICS.conversation_message, b"\x00\x00\x00\x00\x07" + body)
    store = KeepingStore()
    assert await Ingest(store, TOPICS, resolver=OneSchema()).handle([record]) == ()
    assert [one.event for one in store.added] == [message(1)]


async def test_a_store_that_is_away_is_told_so_that_the_batch_comes_again(message: Make) -> None:
    record = _record(TOPICS.conversation_message, message(1).model_dump_json().encode())
    with pytest.raises(StoreUnavailableError):
        await Ingest(KeepingStore(away=True), TOPICS).handle([record])
