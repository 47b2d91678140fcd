"""What a record's JSON may not be."""

import pytest

from schemas.errors import InvalidEventError, UndecodableError
from schemas.strict_json import parse_json


def test_sound_json_is_read() -> None:
    assert parse_json('{"a": [1, 2.5, null, "é\\ud83d\\ude00"]}'.encode()) == {
        "a": [1, 2.5, None, "é😀"]
    }


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a": 1', "does not parse"),
        (b'{"a": 1} {}', "Extra data"),
        (b'{"a":' + b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "too long"),
    ],
)
def test_what_is_no_json_is_undecodable(value: bytes, reason: str) -> None:
    with pytest.raises(UndecodableError, match=reason):
        parse_json(value)


@pytest.mark.parametrize("value", [b'{"a": 1, "a": 1}', b'{"b": [{"a": 1, "c": 2, "a": null}]}'])
def test_a_field_named_twice_is_refused_by_name(value: bytes) -> None:
    with pytest.raises(InvalidEventError, match="names a twice"):
        parse_json(value)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_json_has_no_number_for_is_refused(number: str) -> None:
    with pytest.raises(InvalidEventError, match=number):
        parse_json(f'{{"a": {number}}}'.encode())


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (b'{"a": {"b": ["x", "\\ud800"]}}', r"a\.b\.1"),
        (b'{"a": {"\\udc00": 1}}', "a"),
        (b'{"\\udc00": 1}', "a field's name"),
    ],
)
def test_half_a_surrogate_pair_is_refused_with_its_path(value: bytes, where: str) -> None:
    with pytest.raises(InvalidEventError, match=rf"^{where}: the text holds half"):
        parse_json(value)


def test_a_strange_name_is_not_repeated() -> None:
    name = "my secret diary " * 10

    with pytest.raises(InvalidEventError) as caught:
        parse_json(f'{{"{name}": 1, "{name}": 1}}'.encode())

    assert "secret" not in str(caught.value)
