"""One set of bounds for every framing, and refusals that name the field and repeat no text."""

import io
from typing import Any

import fastavro
import pytest

from schemas.errors import TooLargeError
from schemas.registry import EventName, InputName, avro_schema
from schemas.wire import MAX_VALUE_BYTES, decode, encode
from tests.unit.schemas.reading import Changed, as_json, refusal


def as_avro(event: EventName, value: dict[str, Any]) -> bytes:
    """Write a value as a stranger would, unchecked by any model of ours."""
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, avro_schema(event).parsed, value)
    return b"\xc3\x01" + avro_schema(event).fingerprint + buffer.getvalue()


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
