"""What makes two events the same, and bytes that come back as they were."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.context.records import (
    CONTEXT_KINDS,
    MODEL_OF,
    milliseconds,
    pack_headers,
    unpack_headers,
)
from schemas.wire import decode, encode
from tests.arcs import artefact, kept, message, objective


def test_each_kind_names_its_entity() -> None:
    records = [kept(one) for one in (objective(1), message(2), artefact(3, revision=4))]
    assert [one.kind for one in records] == list(CONTEXT_KINDS)
    assert [one.entity for one in records] == [("o1", 0), ("m2", 0), ("a3", 4)]
    assert [MODEL_OF[one.kind] for one in records] == [type(one.event) for one in records]


def test_the_digest_is_of_the_content_and_not_of_the_record() -> None:
    assert kept(objective(1), offset=1).digest == kept(objective(1), offset=2).digest
    assert kept(objective(1)).digest != kept(objective(1, hints=1)).digest


def test_the_digest_is_the_same_in_json_and_in_avro() -> None:
    event = objective(1, score=0.1, active_seconds=60, issues=[{"kind": "k", "note": "ż"}])
    as_json = json.loads(event.model_dump_json())
    read: list[Any] = [
        decode("objective_rolled_up", encode("objective_rolled_up", event)),
        decode("objective_rolled_up", json.dumps(as_json).encode()),
        decode("objective_rolled_up", json.dumps(as_json, indent=2, sort_keys=True).encode()),
    ]
    assert {kept(one).digest for one in read} == {kept(event).digest}


@given(st.lists(st.tuples(st.text(), st.none() | st.binary())))
def test_headers_come_back_as_they_were(headers: list[tuple[str, bytes | None]]) -> None:
    packed = pack_headers(tuple(headers))
    assert unpack_headers(packed) == tuple(headers)
    assert packed.isascii()
    assert "\x00" not in packed


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(2026, 3, 2, 9, 0, 31, 800_000, tzinfo=UTC), 1_772_442_031_800),
        (datetime(2026, 3, 2, 9, 0, 31, 800_999, tzinfo=UTC), 1_772_442_031_800),
        (datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC), -1),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 253_402_300_799_999),
    ],
)
def test_milliseconds_are_exact(moment: datetime, expected: int) -> None:
    assert milliseconds(moment) == expected
