"""A stranger with nothing but the schema file and an Avro library reads and writes our records."""

import io
import json
import struct
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import fastavro
import pytest
from fastavro.schema import load_schema

from schemas.json_form import to_json
from schemas.registry import EVENT_NAMES, EventName, avro_schema, by_fingerprint
from schemas.review import ReviewReady
from schemas.wire import decode, encode

REPOSITORY = Path(__file__).resolve().parents[3]
EMPTY_64 = 0xC15D213AA4D7A795


def crc_64_avro(data: bytes) -> int:
    """Return the fingerprint as the Avro specification's own pseudo-code makes it."""
    fingerprint = EMPTY_64
    for byte in data:
        index = (fingerprint ^ byte) & 0xFF
        for _ in range(8):
            index = (index >> 1) ^ (EMPTY_64 & -(index & 1))
        fingerprint = (fingerprint >> 8) ^ index
    return fingerprint


def canonical(node: Any, namespace: str = "") -> str:
    """Return the parsing canonical form of the few kinds of type that our schemas use."""
    if isinstance(node, str):
        return json.dumps(node)
    if isinstance(node, list):
        return "[" + ",".join(canonical(item, namespace) for item in node) + "]"
    if node["type"] == "array":
        return f'{{"type":"array","items":{canonical(node["items"], namespace)}}}'
    if node["type"] == "record":
        space = node.get("namespace", namespace)
        fields = ",".join(
            f'{{"name":"{f["name"]}","type":{canonical(f["type"], space)}}}' for f in node["fields"]
        )
        return f'{{"name":"{space}.{node["name"]}","type":"record","fields":[{fields}]}}'
    return json.dumps(node["type"])


def in_json(value: UUID | datetime) -> str:
    if isinstance(value, UUID):
        return str(value)
    return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"


@pytest.fixture
def review() -> ReviewReady:
    text = (REPOSITORY / "tests" / "data" / "review.json").read_text(encoding="utf-8")
    return ReviewReady.model_validate_json(text)


def test_the_fingerprint_of_the_specifications_example() -> None:
    # "null" and "int" as the test cases of Avro's own repository (share/test/data) have them.
    assert crc_64_avro(b'"null"') == 7195948357588979594
    assert crc_64_avro(b'"int"') == 8247732601305521295


@pytest.mark.parametrize("event", EVENT_NAMES)
def test_the_header_is_the_specifications_bytes(event: EventName) -> None:
    text = (REPOSITORY / "schemas" / f"{event}.v1.avsc").read_text(encoding="utf-8")
    fingerprint = crc_64_avro(canonical(json.loads(text)).encode())

    assert avro_schema(event, 1).fingerprint == struct.pack("<Q", fingerprint)


def test_no_two_schemas_share_a_fingerprint() -> None:
    assert {schema.event for schema in by_fingerprint().values()} == set(EVENT_NAMES)


def test_a_stranger_reads_a_review(review: ReviewReady) -> None:
    schema = load_schema(str(REPOSITORY / "schemas" / "review_ready.v1.avsc"))
    value = encode("review_ready", review)

    read: Any = fastavro.schemaless_reader(io.BytesIO(value[10:]), schema, None)

    assert value[:2] == b"\xc3\x01"
    assert read["xp"]["expected_total"] == sum(d["xp"] for d in read["xp"]["dimensions"])
    assert json.loads(json.dumps(read, default=in_json)) == to_json(review)


def test_a_stranger_writes_an_event() -> None:
    schema = load_schema(str(REPOSITORY / "schemas" / "user_erased.v1.avsc"))
    body = io.BytesIO()
    event = {
        "event_id": "638316f4-ac90-5f68-bae1-c18b04d8c6c4",
        "occurred_at": 1_773_478_800_125,
        "user_id": "learner-1",
    }
    fastavro.schemaless_writer(body, schema, event)

    read = decode(
        "user_erased", b"\xc3\x01" + avro_schema("user_erased").fingerprint + body.getvalue()
    )

    assert (read.user_id, read.occurred_at.isoformat()) == (
        "learner-1",
        "2026-03-14T09:00:00.125000+00:00",
    )
