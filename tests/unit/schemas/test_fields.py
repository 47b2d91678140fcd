"""What a field of an event may hold, by the bounds that all models share."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.fields import (
    MAX_FIGURE,
    MAX_INT,
    MAX_SECONDS,
    MAX_TEXT_BYTES,
    Brief,
    Count,
    EventId,
    Finite,
    Id,
    Name,
    Positive,
    Ratio,
    RawXp,
    Seconds,
    Sequence,
    Text,
    Utc,
)

TIME: TypeAdapter[datetime] = TypeAdapter(Utc)


def refuses(kind: Any, value: Any) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(("kind", "most"), [(Id, 128), (Name, 300), (Brief, 2_000)])
def test_short_text_is_bounded_in_characters(kind: Any, most: int) -> None:
    assert not refuses(kind, "é" * most)
    assert refuses(kind, "é" * (most + 1))


@pytest.mark.parametrize("kind", [Id, Name])
def test_an_id_or_name_is_never_empty(kind: Any) -> None:
    assert refuses(kind, "")


def test_long_text_is_bounded_in_bytes() -> None:
    assert not refuses(Text, "é" * (MAX_TEXT_BYTES // 2))
    assert refuses(Text, "é" * (MAX_TEXT_BYTES // 2) + "x")


@pytest.mark.parametrize("kind", [Id, Name, Brief, Text])
@pytest.mark.parametrize("text", ["\x00", "a\x00", "\n\x00\n"])
def test_no_text_holds_nul(kind: Any, text: str) -> None:
    assert refuses(kind, text)


@pytest.mark.parametrize("kind", [Id, Name, Brief, Text])
def test_no_text_holds_half_of_a_surrogate_pair(kind: Any) -> None:
    assert refuses(kind, "\ud83d")


@pytest.mark.parametrize(
    ("kind", "inside", "outside"),
    [
        (Ratio, (0, 1), (-0.001, 1.001)),
        (Count, (0, MAX_INT), (-1, MAX_INT + 1)),
        (Positive, (1, MAX_INT), (0, MAX_INT + 1)),
        (Seconds, (0, MAX_SECONDS), (-1, MAX_SECONDS + 1)),
        (Sequence, (-(2**63), 2**63 - 1), (-(2**63) - 1, 2**63)),
        (Finite, (-MAX_FIGURE, MAX_FIGURE), (-2 * MAX_FIGURE, 2 * MAX_FIGURE)),
        (RawXp, (-1e12, 1e12), (-1.1e12, 1.1e12)),
    ],
)
def test_numbers_have_both_bounds(
    kind: Any, inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    assert [refuses(kind, value) for value in (*inside, *outside)] == [False, False, True, True]


@pytest.mark.parametrize("kind", [Ratio, Seconds, Finite, RawXp])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_figure_is_nan_or_infinite(kind: Any, value: float) -> None:
    assert refuses(kind, value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T09:00:00Z", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("2026-03-01t09:00:00.5z", datetime(2026, 3, 1, 9, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-03-01T09:00:00.123456789+05:30", datetime(2026, 3, 1, 3, 30, 0, 123_456, UTC)),
        ("2026-03-01T00:30:00-00:00", datetime(2026, 3, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_rfc_3339_is_read_and_held_in_utc(text: str, moment: datetime) -> None:
    read = TIME.validate_json(f'"{text}"')

    assert (read, read.tzinfo) == (moment, UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01",
        "2026-03-01T09:00:00",
        "2026-03-01 09:00:00Z",
        "2026-03-01T09:00Z",
        "2026-03-01T09:00:00,5Z",
        "2026-03-01T09:00:00+0100",
        "20260301T090000Z",
        "1700000000",
        "2026-02-30T09:00:00Z",
        "2026-03-01T24:00:01Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "٢٠٢٦-03-01T09:00:00Z",
        "",
    ],
)
def test_other_forms_of_time_are_refused(text: str) -> None:
    assert refuses(Utc, text)


@pytest.mark.parametrize("number", ["1700000000", "1700000000.5", "true", "null"])
def test_a_time_in_json_is_text(number: str) -> None:
    with pytest.raises(ValidationError, match="RFC 3339"):
        TIME.validate_json(number)


def test_a_bare_long_from_avro_is_milliseconds() -> None:
    # 5 000 is five seconds here; pydantic's own reading of a number that small is seconds.
    assert TIME.validate_python(5_000) == datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize("millis", [2**63 - 1, -(2**63), 10**40])
def test_a_long_outside_the_calendar_is_refused(millis: int) -> None:
    assert refuses(Utc, millis)


def test_a_moment_must_carry_an_offset() -> None:
    local = datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=2)))

    assert TIME.validate_python(local).hour == 7
    assert refuses(Utc, local.replace(tzinfo=None))


@pytest.mark.parametrize(
    "text",
    [
        "638316f4ac905f68bae1c18b04d8c6c4",
        "{638316f4-ac90-5f68-bae1-c18b04d8c6c4}",
        "urn:uuid:638316f4-ac90-5f68-bae1-c18b04d8c6c4",
        "638316f4-ac90-5f68-bae1-c18b04d8c6c",
    ],
)
def test_a_uuid_has_its_usual_form(text: str) -> None:
    assert refuses(EventId, text)
    assert not refuses(EventId, "638316F4-ac90-5f68-bae1-c18b04d8c6c4")


def test_what_a_model_says_can_be_the_whole_of_the_largest_total() -> None:
    assert TypeAdapter(RawXp).validate_python(MAX_INT) == MAX_INT
