"""Bytes to events: three framings, what may be absent, and what is no framing at all."""

import io

import fastavro
import pytest

from schemas.errors import InvalidEventError
from schemas.progress import ReviewProgress
from schemas.registry import INPUT_MODELS, InputName, avro_schema, json_schema
from schemas.review import ReviewReady
from schemas.wire import decode, decode_progress, decode_review, encode
from tests.unit.schemas.reading import Changed, Registry, as_json, refusal


def test_json_and_avro_give_the_same_event(event: InputName, changed: Changed) -> None:
    read = decode(event, as_json(changed(event)))

    assert decode(event, encode(event, read)) == read
    assert type(read) is INPUT_MODELS[event]


def test_confluent_framing_is_read_by_the_registry(event: InputName, changed: Changed) -> None:
    read = decode(event, as_json(changed(event)))
    framed = encode(event, read, schema_id=7)

    assert framed[:5] == b"\x00\x00\x00\x00\x07"
    assert decode(event, framed, resolver=Registry(avro_schema(event).parsed)) == read


def test_confluent_framing_without_a_registry_says_what_to_set() -> None:
    error = refusal("user_erased", b"\x00\x00\x00\x00\x07body")

    assert error.kind == "undecodable"
    assert "DEBRIEF_SCHEMA_REGISTRY_URL" in str(error)


@pytest.mark.parametrize("value", [b"\x00", b"\x00\x00\x00\x00", b"\x00\x00\x00\x00\x08x"])
def test_confluent_framing_that_leads_nowhere_is_undecodable(value: bytes) -> None:
    registry = Registry(avro_schema("user_erased").parsed)

    assert refusal("user_erased", value, resolver=registry).kind == "undecodable"


def test_a_writer_without_logical_types_means_the_same(changed: Changed) -> None:
    plain = {
        "type": "record",
        "name": "UserErased",
        "namespace": "debrief",
        "fields": [
            {"name": "event_id", "type": "string"},
            {"name": "occurred_at", "type": "long"},
            {"name": "user_id", "type": "string"},
        ],
    }
    body = io.BytesIO()
    fastavro.schemaless_writer(body, plain, {**changed("user_erased"), "occurred_at": 5_000})

    read = decode(
        "user_erased", b"\x00\x00\x00\x00\x07" + body.getvalue(), resolver=Registry(plain)
    )

    assert read.occurred_at.isoformat() == "1970-01-01T00:00:05+00:00"


def test_an_unknown_field_is_ignored(event: InputName, changed: Changed) -> None:
    known = decode(event, as_json(changed(event)))

    assert decode(event, as_json(changed(event, novelty={"a": ["\x00", 1e300]}))) == known


def test_every_optional_field_may_be_absent(event: InputName, changed: Changed) -> None:
    required = set(json_schema(event)["required"])
    value = {name: item for name, item in changed(event).items() if name in required}

    assert decode(event, as_json(value)).event_id


def test_every_required_field_is_missed_by_name(event: InputName, changed: Changed) -> None:
    for name in json_schema(event)["required"]:
        value = changed(event)
        del value[name]

        error = refusal(event, as_json(value))

        assert (error.kind, str(error)) == ("invalid", f"{name}: Field required")


@pytest.mark.parametrize("value", [None, b"", b"x", b"[]", b" {}", b"\xef\xbb\xbf{}", b"\xc3"])
def test_no_known_framing_is_undecodable(value: bytes | None) -> None:
    assert refusal("user_erased", value).kind == "undecodable"


def test_another_events_schema_is_named(changed: Changed) -> None:
    erased = encode("user_erased", decode("user_erased", as_json(changed("user_erased"))))

    assert "this is a user_erased" in str(refusal("scenario_completed", erased))


def test_a_body_cut_short_or_too_long_is_undecodable(event: InputName, changed: Changed) -> None:
    whole = encode(event, decode(event, as_json(changed(event))))

    for value in (whole[:-1], whole[:12], whole + b"\x00"):
        assert refusal(event, value).kind == "undecodable"


def test_a_review_survives_the_wire(review: ReviewReady) -> None:
    assert decode_review(encode("review_ready", review)) == review


def test_progress_survives_the_wire(changed: Changed) -> None:
    progress = ReviewProgress.model_validate(
        {
            "run_id": "run-1",
            "user_id": "learner-1",
            "at": "2026-03-14T09:00:00.125Z",
            "phase": "reviewing",
            "done": 1,
            "total": 5,
            "detail": "2 of 5 calls",
        }
    )

    assert decode_progress(encode("review_progress", progress)) == progress


def test_a_review_is_not_read_as_progress(review: ReviewReady) -> None:
    with pytest.raises(InvalidEventError, match="this is a review_ready"):
        decode_progress(encode("review_ready", review))
