"""Every version of a schema reads what every other version wrote (FULL_TRANSITIVE).

The check writes samples that take each branch of each union, with lists both empty and not, and
reads them by the other schema, as the resolution rules of the Avro specification have it.
"""

import copy
import io
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID

import fastavro
import pytest

from schemas.registry import EVENT_NAMES, EventName, avro_schema, versions_of

MOMENT = datetime(2026, 3, 14, tzinfo=UTC)
SIMPLE: dict[str, Any] = {
    "null": None,
    "string": "text",
    "long": 1,
    "double": 0.5,
    "boolean": True,
}
LOGICAL: dict[str, Any] = {"uuid": UUID(int=1), "timestamp-millis": MOMENT}


def sample(node: Any, named: dict[str, Any], *, full: bool) -> Any:
    """Return a value of a schema: with every optional part (`full`) or with none."""
    if isinstance(node, list):
        return sample(node[-1] if full else node[0], named, full=full)
    if isinstance(node, str):
        return sample(named[node], named, full=full) if node in named else SIMPLE[node]
    if node["type"] == "array":
        item = sample(node["items"], named, full=full)  # also where none is kept, to learn names
        return [item] if full else []
    if node["type"] == "record":
        named[node["name"]] = node
        return {f["name"]: sample(f["type"], named, full=full) for f in node["fields"]}
    return LOGICAL[node["logicalType"]]


def reads(reader: Any, writer: Any) -> bool:
    """Tell whether the reader's schema resolves all that the writer's writes."""
    for full in (True, False):
        buffer = io.BytesIO()
        fastavro.schemaless_writer(buffer, writer, sample(writer, {}, full=full))
        buffer.seek(0)
        try:
            fastavro.schemaless_reader(buffer, writer, reader)
        except fastavro.read.SchemaResolutionError:
            return False
    return True


def compatible(one: Any, other: Any) -> bool:
    """Tell whether each of two schemas reads what the other writes."""
    return reads(one, other) and reads(other, one)


def evolved(event: EventName, **change: Any) -> Any:
    """Return the newest schema with one field more, or changed."""
    schema = copy.deepcopy(unparsed(event))
    kept = [field for field in schema["fields"] if field["name"] != change["name"]]
    schema["fields"] = [*kept, change]
    return fastavro.parse_schema(schema)


def unparsed(event: EventName) -> Any:
    parsed = copy.deepcopy(avro_schema(event).parsed)
    parsed.pop("__fastavro_parsed__", None)
    parsed.pop("__named_schemas", None)
    return parsed


VERSIONS = [
    (event, one, other)
    for event in EVENT_NAMES
    for one, other in product(versions_of(event), repeat=2)
]


@pytest.mark.parametrize(("event", "one", "other"), VERSIONS)
def test_all_versions_read_each_other(event: EventName, one: int, other: int) -> None:
    assert compatible(avro_schema(event, one).parsed, avro_schema(event, other).parsed)


@pytest.mark.parametrize("event", EVENT_NAMES)
def test_an_optional_field_more_is_compatible(event: EventName) -> None:
    grown = evolved(event, name="mood", type=["null", "string"], default=None)

    assert compatible(grown, avro_schema(event).parsed)


@pytest.mark.parametrize("event", EVENT_NAMES)
def test_a_required_field_more_is_found_out(event: EventName) -> None:
    grown = evolved(event, name="mood", type="string")

    assert not compatible(grown, avro_schema(event).parsed)


@pytest.mark.parametrize("event", EVENT_NAMES)
def test_a_field_of_another_type_is_found_out(event: EventName) -> None:
    changed = evolved(event, name="user_id", type="long")

    assert not compatible(changed, avro_schema(event).parsed)


def test_a_list_of_another_type_is_found_out() -> None:
    changed = evolved(
        "objective_rolled_up", name="dimension_ids", type={"type": "array", "items": "long"}
    )

    assert not compatible(changed, avro_schema("objective_rolled_up").parsed)


def test_a_narrower_union_is_found_out() -> None:
    # Only a value that takes the other branch tells these apart.
    narrowed = evolved("objective_rolled_up", name="feedback", type="string", default="")

    assert not compatible(narrowed, avro_schema("objective_rolled_up").parsed)
