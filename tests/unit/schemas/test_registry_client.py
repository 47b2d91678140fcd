"""What the registry's answers mean, from a registry that speaks the wire and can be spoiled."""

import io
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import fastavro
import httpx2
import pytest

from schemas.errors import (
    InvalidEventError,
    RegistryRefusedError,
    RegistryUnavailableError,
    UndecodableError,
)
from schemas.registry import avro_text
from schemas.registry_client import MAX_SCHEMAS, SchemaRegistry, is_registry_address
from schemas.wire import decode, encode

ERASURE = {
    "event_id": "6f1cf8b6-4f0b-4b54-9c37-6d9a3c7d4a11",
    "occurred_at": 1_772_000_000_000,
    "user_id": "ada",
}


class Registry:
    """Subjects and schemas by id, answered as Confluent's registry answers."""

    def __init__(self) -> None:
        self.schemas: dict[int, dict[str, Any]] = {}
        self.subjects: dict[str, list[int]] = {}
        self.spoilt: httpx2.Response | Exception | None = None
        self.asked: list[str] = []
        self.authorization: str | None = None

    def add(self, schema: str, **more: Any) -> int:
        self.schemas[len(self.schemas) + 1] = {"schema": schema, **more}
        return len(self.schemas)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        self.asked.append(f"{request.method} {path}")
        self.authorization = request.headers.get("authorization")
        if isinstance(self.spoilt, Exception):
            raise self.spoilt
        if self.spoilt is not None:
            return self.spoilt
        if request.method == "GET":
            return self._told(path)
        return self._posted(path, json.loads(request.content)["schema"])

    def _told(self, path: str) -> httpx2.Response:
        if not path.startswith("/schemas/ids/"):
            return httpx2.Response(200, json=list(self.subjects))
        found = self.schemas.get(int(path.rpartition("/")[2]))
        return httpx2.Response(200, json=found) if found else _absent(40403)

    def _posted(self, path: str, text: str) -> httpx2.Response:
        subject = path.split("/")[2]
        if path.endswith("/versions"):
            schema_id = self.add(text)
            self.subjects.setdefault(subject, []).append(schema_id)
            return httpx2.Response(200, json={"id": schema_id})
        for schema_id in self.subjects.get(subject, ()):
            if self.schemas[schema_id]["schema"] == text:
                return httpx2.Response(200, json={"id": schema_id, "version": 1})
        return _absent(40403 if subject in self.subjects else 40401)


def _absent(code: int) -> httpx2.Response:
    return httpx2.Response(404, json={"error_code": code, "message": "not found"})


def framed(schema_id: int, schema: Mapping[str, Any], value: Any) -> bytes:
    out = io.BytesIO(b"\x00" + schema_id.to_bytes(4, "big"))
    out.seek(5)
    fastavro.schemaless_writer(out, fastavro.parse_schema(dict(schema)), value)
    return out.getvalue()


@pytest.fixture
def server() -> Registry:
    return Registry()


@pytest.fixture
async def registry(server: Registry) -> AsyncIterator[SchemaRegistry]:
    transport = httpx2.MockTransport(server)
    async with SchemaRegistry("http://registry:8081", transport=transport) as made:
        yield made


async def test_a_framed_value_is_read_by_its_writers_schema(
    server: Registry, registry: SchemaRegistry
) -> None:
    schema = json.loads(avro_text("user_erased"))
    schema["fields"].append({"name": "of_a_newer_platform", "type": "string"})
    value = framed(server.add(json.dumps(schema)), schema, {**ERASURE, "of_a_newer_platform": "x"})

    event = decode("user_erased", value, resolver=await registry.resolver_for([value]))

    assert event.user_id == "ada"


async def test_each_schema_of_a_batch_is_asked_for_once(
    server: Registry, registry: SchemaRegistry
) -> None:
    schema = json.loads(avro_text("user_erased"))
    ids = [server.add(avro_text("user_erased")) for _ in range(2)]
    values = [framed(schema_id, schema, ERASURE) for schema_id in ids * 3]

    await registry.resolver_for([*values, None, b"{}", b"\x00\x01", b"\xc3\x01"])
    await registry.resolver_for(values)

    assert sorted(server.asked) == ["GET /schemas/ids/1", "GET /schemas/ids/2"]


async def test_more_schemas_than_are_kept_are_all_there_for_their_batch(
    server: Registry, registry: SchemaRegistry
) -> None:
    ids = [server.add(avro_text("user_erased")) for _ in range(MAX_SCHEMAS + 1)]
    known = await registry.resolver_for(b"\x00" + schema_id.to_bytes(4, "big") for schema_id in ids)

    assert all(known.parsed_schema(schema_id) for schema_id in ids)
    assert len(registry._schemas) == MAX_SCHEMAS


async def test_an_unknown_id_is_the_records_fault_and_may_be_registered_later(
    server: Registry, registry: SchemaRegistry
) -> None:
    value = framed(1, json.loads(avro_text("user_erased")), ERASURE)
    known = await registry.resolver_for([value])
    with pytest.raises(UndecodableError, match="id 1 cannot be had: the registry knows none"):
        decode("user_erased", value, resolver=known)

    server.add(avro_text("user_erased"))

    assert decode("user_erased", value, resolver=await registry.resolver_for([value]))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"schema": "{}", "schemaType": "JSON"}, "it is no Avro schema"),
        ({"schema": '"x"', "references": [{"name": "x"}]}, "it refers to other schemas"),
        ({"schema": "{"}, "no valid Avro schema"),
        ({"schema": '{"type": "record"}'}, "no valid Avro schema"),
        ({"schema": '"NoSuchType"'}, "no valid Avro schema"),
        ({}, "no valid Avro schema"),
    ],
)
async def test_a_schema_that_cannot_be_used_is_the_records_fault(
    server: Registry, registry: SchemaRegistry, answer: dict[str, Any], reason: str
) -> None:
    server.schemas[9] = answer or {"nothing": True}
    known = await registry.resolver_for([b"\x00\x00\x00\x00\x09"])
    with pytest.raises(UndecodableError, match=reason):
        known.parsed_schema(9)


async def test_another_events_schema_does_not_fit(
    server: Registry, registry: SchemaRegistry
) -> None:
    schema = json.loads(avro_text("user_erased"))
    value = framed(server.add(avro_text("user_erased")), schema, ERASURE)
    with pytest.raises(InvalidEventError):
        decode("conversation_message", value, resolver=await registry.resolver_for([value]))


@pytest.mark.parametrize(
    "spoilt",
    [
        httpx2.ConnectError("no"),
        httpx2.ReadTimeout("slow"),
        httpx2.Response(500, json={"error_code": 50001}),
        httpx2.Response(401, json={"error_code": 40101}),
        httpx2.Response(404, json={"detail": "no such page"}),
        httpx2.Response(404, text="<html>"),
        httpx2.Response(200, text="<html>"),
        httpx2.Response(302, headers={"location": "http://elsewhere/"}),
    ],
)
async def test_whatever_is_no_registrys_answer_is_waited_for(
    server: Registry, registry: SchemaRegistry, spoilt: httpx2.Response | Exception
) -> None:
    server.spoilt = spoilt
    with pytest.raises(RegistryUnavailableError, match="http://registry:8081"):
        await registry.resolver_for([b"\x00\x00\x00\x00\x01"])


async def test_an_output_schema_is_registered_once_and_then_looked_up(
    server: Registry, registry: SchemaRegistry
) -> None:
    first = await registry.id_of("review_ready", topic="pre.review.ready")
    again = await registry.id_of("review_ready", topic="pre.review.ready")

    assert first == again
    assert server.subjects == {"pre.review.ready-value": [first]}
    assert server.asked.count("POST /subjects/pre.review.ready-value/versions") == 1


async def test_a_schema_that_the_registry_refuses_is_told_with_what_to_do(
    server: Registry, registry: SchemaRegistry
) -> None:
    server.spoilt = httpx2.Response(409, json={"error_code": 409, "message": "incompatible"})
    with pytest.raises(RegistryRefusedError, match="compatibility"):
        await registry.id_of("review_ready", topic="review.ready")


async def test_credentials_of_the_address_are_sent_and_never_told(server: Registry) -> None:
    transport = httpx2.MockTransport(server)
    url = "http://us%40er:p%3Ass@registry:8081/base/"
    async with SchemaRegistry(url, transport=transport) as registry:
        await registry.ping()
        server.spoilt = httpx2.Response(403, json={"error_code": 403})
        with pytest.raises(RegistryUnavailableError, match="credentials") as caught:
            await registry.ping()

    assert server.authorization == httpx2.BasicAuth("us@er", "p:ss")._auth_header
    assert server.asked[0] == "GET /base/subjects"
    assert registry.address == "http://registry:8081/base"
    assert "p%3Ass" not in str(caught.value)


def test_what_is_written_for_a_registry_names_its_schemas_id() -> None:
    erased = decode(
        "user_erased", json.dumps({**ERASURE, "occurred_at": "2026-02-25T06:13:20Z"}).encode()
    )
    assert encode("user_erased", erased, schema_id=258)[:5] == b"\x00\x00\x00\x01\x02"


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("http://registry:8081", True),
        ("https://user:secret@registry/path", True),
        ("registry:8081", False),
        ("ftp://registry", False),
        ("http://", False),
        ("http://registry:port", False),
    ],
)
def test_an_address_is_told_from_what_is_none(url: str, *, good: bool) -> None:
    assert is_registry_address(url) is good
