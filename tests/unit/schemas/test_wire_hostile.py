"""Whatever bytes come: an event or a refusal, and every sound message as it was."""

import contextlib
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import SchemaError
from schemas.events import ConversationMessage
from schemas.registry import INPUT_MODELS, InputName, avro_schema, json_schema
from schemas.wire import decode, encode
from tests.unit.schemas.reading import Registry

NAMES = sorted(INPUT_MODELS)


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
