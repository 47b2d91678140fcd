"""Bytes to events: three framings, one set of bounds, and an error for everything else."""

import contextlib
import io
import json
from collections.abc import Callable
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import InvalidEventError, SchemaError, TooLargeError, UndecodableError
from schemas.events import ConversationMessage
from schemas.progress import ReviewProgress
from schemas.registry import INPUT_MODELS, EventName, InputName, avro_schema, json_schema
from schemas.review import ReviewReady
from schemas.wire import MAX_VALUE_BYTES, decode, decode_progress, decode_review, encode

Changed = Callable[..., dict[str, Any]]
NAMES = sorted(INPUT_MODELS)


class Registry:
    """A registry that knows one schema, under the id 7."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema

    def parsed_schema(self, schema_id: int) -> Any:
        if schema_id != 7:
            raise UndecodableError(f"the registry knows no schema {schema_id}")
        return self._schema


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def as_avro(event: EventName, value: dict[str, Any]) -> bytes:
    """Write a value as a stranger would, unchecked by any model of ours."""
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, avro_schema(event).parsed, value)
    return b"\xc3\x01" + avro_schema(event).fingerprint + buffer.getvalue()


def refusal(event: InputName, value: bytes | None, **kwargs: Any) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        decode(event, value, **kwargs)
    return caught.value


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


@pytest.mark.parametrize(
    ("event", "field", "value"),
    [
        ("conversation_message", "sequence", "3"),
        ("conversation_message", "sequence", True),
        ("conversation_message", "sequence", 1.0),
        ("conversation_message", "sequence", 2**63),
        ("conversation_message", "sequence", 10**4_000),
        ("conversation_message", "sender", "bot"),
        ("conversation_message", "text", None),
        ("conversation_message", "text", "a\x00b"),
        ("conversation_message", "sent_at", 1_700_000_000),
        ("conversation_message", "sent_at", "1700000000"),
        ("conversation_message", "run_id", "x" * 129),
        ("conversation_message", "run_id", 5),
        ("conversation_message", "event_id", "not-a-uuid"),
        ("objective_rolled_up", "score", "0.5"),
        ("objective_rolled_up", "score", 1.01),
        ("objective_rolled_up", "hint_before_first_attempt", 1),
        ("objective_rolled_up", "dimension_ids", "d1"),
        ("objective_rolled_up", "completed_at", "2026-03-14T07:59:59Z"),
        ("artefact_submitted", "revision", 0),
        ("artefact_submitted", "self_rating", -0.1),
        ("scenario_completed", "stages", []),
        ("scenario_completed", "language", "not a language"),
        ("scenario_completed", "completed_at", "2026-03-14T07:59:59Z"),
    ],
)
def test_a_field_that_does_not_fit_is_named(
    event: InputName, field: str, value: Any, changed: Changed
) -> None:
    error = refusal(event, as_json(changed(event, **{field: value})))

    assert error.kind == "invalid"
    assert field in str(error)


@pytest.mark.parametrize(
    ("event", "field", "value"),
    [
        ("conversation_message", "sequence", 2**63 - 1),
        ("objective_rolled_up", "score", 1),
        ("objective_rolled_up", "feedback", None),
        ("objective_rolled_up", "hints", 0),
        ("artefact_submitted", "text", ""),
        ("scenario_completed", "personas", []),
    ],
)
def test_a_field_at_its_edge_fits(
    event: InputName, field: str, value: Any, changed: Changed
) -> None:
    read = decode(event, as_json(changed(event, **{field: value})))

    assert decode(event, encode(event, read)) == read


@pytest.mark.parametrize(
    ("event", "field", "value", "kind"),
    [
        ("conversation_message", "sender", "bot", "invalid"),
        ("conversation_message", "text", "a\x00b", "invalid"),
        ("conversation_message", "text", "é" * 40_000, "too_large"),
        ("conversation_message", "run_id", "", "invalid"),
        ("conversation_message", "event_id", "not-a-uuid", "undecodable"),
        ("objective_rolled_up", "score", float("nan"), "invalid"),
        ("objective_rolled_up", "score", 1.01, "invalid"),
        ("objective_rolled_up", "active_seconds", float("inf"), "invalid"),
        ("artefact_submitted", "revision", 2**40, "invalid"),
        ("scenario_completed", "stages", [], "invalid"),
    ],
)
def test_avro_is_held_to_the_bounds_of_json(
    event: InputName, field: str, value: Any, kind: str, changed: Changed
) -> None:
    sound = decode(event, as_json(changed(event)))
    buffer = io.BytesIO(encode(event, sound)[10:])
    fields: Any = fastavro.schemaless_reader(buffer, avro_schema(event).parsed, None)

    assert refusal(event, as_avro(event, {**fields, field: value})).kind == kind


@pytest.mark.parametrize(
    ("points", "total", "sound"), [((50, 50), 100, True), ((50, 49), 100, False)]
)
def test_caps_must_hold_the_total(
    points: tuple[int, int], total: int, sound: bool, changed: Changed
) -> None:
    plan = {
        "expected_total": total,
        "dimensions": [
            {"dimension_id": f"d{i}", "title": "T", "max_xp": cap} for i, cap in enumerate(points)
        ],
    }
    value = as_json(changed("scenario_completed", xp=plan))

    if sound:
        assert decode("scenario_completed", value)
    else:
        assert "sum to 99" in str(refusal("scenario_completed", value))


@pytest.mark.parametrize("text", ["x" * 65_537, "é" * 32_769, "x" * 200_000])
def test_a_text_over_64_kib_is_too_large(text: str, changed: Changed) -> None:
    error = refusal("artefact_submitted", as_json(changed("artefact_submitted", text=text)))

    assert isinstance(error, TooLargeError)
    assert (error.kind, str(error).split(":")[0]) == ("too_large", "text")


def test_a_text_of_64_kib_fits(changed: Changed) -> None:
    value = as_json(changed("artefact_submitted", text="é" * 32_768))

    assert decode("artefact_submitted", value)


def test_a_value_over_the_limit_is_not_even_parsed() -> None:
    assert refusal("user_erased", b"{" * (MAX_VALUE_BYTES + 1)).kind == "too_large"


def test_a_refusal_is_one_line_and_repeats_no_text(changed: Changed) -> None:
    secret = "my\nsecret diary"
    issue = {"kind": secret * 30, "note": secret * 9_000, "attempt": secret}
    values = (
        changed("objective_rolled_up", issues=[issue], title=secret * 40, score=secret),
        changed("conversation_message", sender=secret, event_id=secret, sent_at=secret),
        changed("scenario_completed", language=secret, stages=[{"stage_id": secret}]),
        changed("user_erased", user_id={secret: secret}),
    )
    events: tuple[InputName, ...] = (
        "objective_rolled_up",
        "conversation_message",
        "scenario_completed",
        "user_erased",
    )
    for event, value in zip(events, values, strict=True):
        message = str(refusal(event, as_json(value)))

        assert "secret" not in message
        assert "\n" not in message


def test_a_repeated_id_is_named_on_one_line(changed: Changed) -> None:
    stages = [{"stage_id": "a\nb", "title": "T"}] * 2

    message = str(
        refusal("scenario_completed", as_json(changed("scenario_completed", stages=stages)))
    )

    assert r"'a\nb' stands more than once" in message


def test_a_refusal_names_five_fields_at_most() -> None:
    message = str(refusal("conversation_message", b"{}"))

    assert message.count("Field required") == 5
    assert message.endswith("and 6 more")


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


def reads_or_refuses(event: InputName, value: bytes) -> None:
    """Decode; whatever is raised that is no SchemaError fails the test that calls this."""
    registry = Registry(avro_schema(event).parsed)
    with contextlib.suppress(SchemaError):
        assert type(decode(event, value, resolver=registry)) is INPUT_MODELS[event]


@settings(deadline=None)
@given(event=st.sampled_from(NAMES), value=st.binary(max_size=400))
def test_any_bytes_are_an_event_or_a_refusal(event: InputName, value: bytes) -> None:
    for frame in (b"", b"{", b"\x00\x00\x00\x00\x07", b"\xc3\x01" + avro_schema(event).fingerprint):
        reads_or_refuses(event, frame + value)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-00:01", "user"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@settings(deadline=None)
@given(data=st.data(), event=st.sampled_from(NAMES))
def test_any_json_object_is_an_event_or_a_refusal(data: st.DataObject, event: InputName) -> None:
    fields = st.sampled_from(sorted(json_schema(event)["properties"]))
    value = data.draw(st.dictionaries(fields, JSON_VALUES, max_size=5))

    reads_or_refuses(event, json.dumps(value).encode())


@settings(deadline=None)
@given(data=st.data())
def test_a_sound_event_with_one_odd_field_is_an_event_or_a_refusal(data: st.DataObject) -> None:
    sound = {
        "event_id": "638316f4-ac90-5f68-bae1-c18b04d8c6c4",
        "occurred_at": "2026-03-14T09:00:00Z",
        "run_id": "r",
        "user_id": "u",
        "message_id": "m",
        "persona_id": "p",
        "stage_id": "s",
        "sequence": 1,
        "sender": "user",
        "sent_at": "2026-03-14T09:00:00Z",
        "text": "Hello",
    }
    field = data.draw(st.sampled_from(sorted(sound)))
    value = json.dumps({**sound, field: data.draw(JSON_VALUES)}).encode()

    reads_or_refuses("conversation_message", value)


@settings(deadline=None)
@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
    sequence=st.integers(-(2**63), 2**63 - 1),
    millis=st.integers(-62_135_596_800_000, 253_402_300_799_999),
)
def test_every_sound_message_survives_avro(text: str, sequence: int, millis: int) -> None:
    message = ConversationMessage.model_validate(
        {
            "event_id": "638316f4-ac90-5f68-bae1-c18b04d8c6c4",
            "occurred_at": millis,
            "run_id": "r",
            "user_id": "u",
            "message_id": "m",
            "persona_id": "p",
            "stage_id": "s",
            "sequence": sequence,
            "sender": "user",
            "sent_at": millis,
            "text": text,
        }
    )

    assert decode("conversation_message", encode("conversation_message", message)) == message
