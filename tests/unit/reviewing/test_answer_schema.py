from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest

from consumer.reviewing.answer_schema import (
    ANSWERS,
    Dialect,
    assert_strict,
    canonical_schema,
    schema_in,
)

CALLS = sorted(ANSWERS)


def _nodes(node: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from _nodes(child)


@pytest.mark.parametrize("call", CALLS)
def test_every_object_is_closed_and_wants_every_property(call: str) -> None:
    objects = [n for n in _nodes(canonical_schema(call)) if n.get("type") == "object"]
    assert objects
    for node in objects:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])


@pytest.mark.parametrize("call", CALLS)
def test_nothing_stands_in_it_that_strict_mode_refuses(call: str) -> None:
    words = {"$ref", "$defs", "oneOf", "allOf", "default", "title", "description", "minimum"}
    for node in _nodes(canonical_schema(call)):
        assert not words & set(node) or "properties" not in node
    jsonschema.Draft202012Validator.check_schema(schema_in(Dialect.OPENAI, call))


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("call", CALLS)
def test_every_dialect_means_what_the_canonical_schema_means(call: str, dialect: Dialect) -> None:
    plain = schema_in(dialect, call)
    for node in _nodes(plain):
        if isinstance(node, dict):
            node.pop("propertyOrdering", None)
    assert plain == canonical_schema(call)


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {}}, "required": [], "additionalProperties": False},
        {"type": "array", "items": {"oneOf": []}},
        {"anyOf": [{"type": "string", "default": "x"}]},
    ],
)
def test_a_schema_that_strict_mode_would_refuse_is_refused_here(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="strict mode"):
        assert_strict(broken)


def test_a_model_may_not_leave_the_points_out() -> None:
    schema = canonical_schema("scoring")
    entry = schema["properties"]["dimensions"]["items"]["properties"]
    assert entry["raw_xp"] == {"type": "number"}


def test_gemini_is_told_the_order_of_the_properties() -> None:
    schema = schema_in(Dialect.GEMINI, "arc")
    assert schema["propertyOrdering"][:2] == ["headline", "summary"]
    assert "propertyOrdering" in schema["properties"]["patterns"]["items"]


@pytest.mark.parametrize("dialect", Dialect)
def test_a_copy_may_be_changed_without_changing_the_next(dialect: Dialect) -> None:
    schema_in(dialect, "arc")["properties"].clear()
    assert schema_in(dialect, "arc")["properties"]
