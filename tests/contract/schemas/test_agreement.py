"""The models, the Avro schemas and the JSON Schemas say the same, field by field."""

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from schemas.registry import (
    EVENT_NAMES,
    INPUT_MODELS,
    OUTPUT_MODELS,
    EventName,
    avro_schema,
    json_schema,
    versions_of,
)

MODELS: dict[EventName, type[BaseModel]] = dict([*INPUT_MODELS.items(), *OUTPUT_MODELS.items()])
UUID = {"type": "string", "logicalType": "uuid"}
MILLIS = {"type": "long", "logicalType": "timestamp-millis"}
PRIMITIVES = {"string": "string", "integer": "long", "number": "double", "boolean": "boolean"}
FORMATS = {"uuid": UUID, "date-time": MILLIS}


def resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the node that a `$ref` leads to, or the node itself."""
    if "$ref" not in node:
        return node
    target: Mapping[str, Any] = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return target


def shape_of_json(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """Return the Avro type that a JSON Schema node stands for, records as (name, fields)."""
    node = resolved(node, schema)
    if "anyOf" in node:
        some, none = node["anyOf"]
        assert none == {"type": "null"}
        return ["null", shape_of_json(some, schema)]
    if node["type"] == "array":
        return {"array": shape_of_json(node["items"], schema)}
    if node["type"] == "object":
        required = node.get("required", [])
        return [
            (name, shape_of_json(item, schema), name in required, item.get("default"))
            for name, item in node["properties"].items()
        ]
    return FORMATS.get(node.get("format", ""), PRIMITIVES[node["type"]])


def shape_of_avro(node: Any, named: dict[str, Any]) -> Any:
    """Return the same shape of an Avro type."""
    if isinstance(node, list):
        none, some = node
        assert none == "null"
        return ["null", shape_of_avro(some, named)]
    if isinstance(node, str):
        return named.get(node, node)
    if node["type"] == "array":
        return {"array": shape_of_avro(node["items"], named)}
    if node["type"] == "record":
        shape = [
            (
                field["name"],
                shape_of_avro(field["type"], named),
                "default" not in field,
                field.get("default"),
            )
            for field in node["fields"]
        ]
        named[node["name"]] = shape
        return shape
    return {key: node[key] for key in ("type", "logicalType")}


def newest(event: EventName) -> Mapping[str, Any]:
    return json_schema(event)


def objects(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield schema["title"], schema
    yield from schema.get("$defs", {}).items()


def leaves(node: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give every node of a schema that says a type."""
    if isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield path, node
        for key, item in node.items():
            yield from leaves(item, f"{path}/{key}")
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from leaves(item, f"{path}/{index}")


def without_titles(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: without_titles(item)
            for key, item in node.items()
            if not (key == "title" and isinstance(item, str)) and not key.startswith("$")
        } | {key: without_titles(node[key]) for key in ("$ref", "$defs") if key in node}
    return [without_titles(item) for item in node] if isinstance(node, list) else node


@pytest.mark.parametrize("event", EVENT_NAMES)
def test_avro_and_json_schema_have_the_same_fields(event: EventName) -> None:
    schema = newest(event)
    said = shape_of_json(schema, schema)

    assert shape_of_avro(avro_schema(event).parsed, {}) == said


@pytest.mark.parametrize("event", EVENT_NAMES)
def test_the_json_schema_is_the_models(event: EventName) -> None:
    # Names, nullability, bounds, patterns, enums, what is required and what is closed.
    assert without_titles(newest(event)) == without_titles(MODELS[event].model_json_schema())


@pytest.mark.parametrize("event", EVENT_NAMES)
def test_every_file_has_its_twin_and_its_name(event: EventName) -> None:
    assert versions_of(event)
    for version in versions_of(event):
        schema = json_schema(event, version)
        parsed = avro_schema(event, version).parsed
        camel = "".join(word.capitalize() for word in event.split("_"))

        assert schema["$id"] == f"urn:debrief:schema:{event}.v{version}"
        assert (schema["title"], parsed["name"]) == (camel, f"debrief.{camel}")
        Draft202012Validator.check_schema(schema)


def test_no_file_is_of_no_event() -> None:
    pattern = re.compile(r"(.+)\.v\d+\.(avsc|schema\.json)")
    names = [entry.name for entry in files("schemas").iterdir()]
    found = {match[1] for name in names if (match := pattern.fullmatch(name))}

    assert found == set(EVENT_NAMES)


@pytest.mark.parametrize("event", OUTPUT_MODELS)
def test_what_is_written_is_closed_and_says_all(event: EventName) -> None:
    for name, node in objects(newest(event)):
        assert node["additionalProperties"] is False, name
        assert node["required"] == list(node["properties"]), name


@pytest.mark.parametrize("event", OUTPUT_MODELS)
def test_what_is_written_is_bounded(event: EventName) -> None:
    bounds = {
        "string": ({"maxLength"}, {"enum"}, {"format"}),
        "integer": ({"minimum", "maximum"},),
        "number": ({"minimum", "maximum"},),
        "array": ({"maxItems"},),
    }
    for path, node in leaves(newest(event), event):
        choices = bounds.get(node["type"], (set(),))
        assert any(choice <= set(node) for choice in choices), path


@pytest.mark.parametrize("event", INPUT_MODELS)
def test_what_is_read_may_hold_unknown_fields(event: EventName) -> None:
    for name, node in objects(newest(event)):
        assert node.get("additionalProperties", True) is True, name
