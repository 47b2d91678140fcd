from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest

from consumer.reviewing.answer_schema import (
    ANSWERS,
    canonical_schema,
    canonical_text,
    for_gemini,
    for_openai,
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
    jsonschema.Draft202012Validator.check_schema(for_openai(canonical_schema(call)))


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
        for_openai(broken)


def test_a_model_may_not_leave_the_points_out() -> None:
    schema = canonical_schema("scoring")
    entry = schema["properties"]["dimensions"]["items"]["properties"]
    assert entry["raw_xp"] == {"type": "number"}


def test_gemini_is_told_the_order_of_the_properties() -> None:
    schema = for_gemini(canonical_schema("arc"))
    assert schema["propertyOrdering"][:2] == ["headline", "summary"]
    assert "propertyOrdering" in schema["properties"]["patterns"]["items"]


def test_a_copy_may_be_changed_without_changing_the_next() -> None:
    canonical_schema("arc")["properties"].clear()
    assert canonical_schema("arc")["properties"]
    assert canonical_text("arc") == canonical_text("arc")
