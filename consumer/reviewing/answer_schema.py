"""Answer schema: the drafts' models as one canonical closed JSON Schema a call, and its dialects.

Canonical: references written out, every object closed, every property required (nullable where it
may be absent), no titles, descriptions or defaults. Each dialect is compiled from it once and kept
as text, which nothing can change:

    gemini      `responseJsonSchema` (https://ai.google.dev/gemini-api/docs/structured-output)
    openai      strict mode (https://platform.openai.com/docs/guides/structured-outputs)
    standard    plain JSON Schema: Gemini's Interactions
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from consumer.drafts import ArcRead, PerspectiveDraft, Scoring

Answer = ArcRead | Scoring | PerspectiveDraft
ANSWERS: Final[Mapping[str, type[Answer]]] = {
    "arc": ArcRead,
    "scoring": Scoring,
    "perspective": PerspectiveDraft,
}


class Dialect(StrEnum):
    """How a provider wants a schema."""

    GEMINI = "gemini"
    OPENAI = "openai"
    STANDARD = "standard"


_KEPT = ("type", "enum", "anyOf", "items", "properties", "required", "additionalProperties")
_GEMINI_KEPT = (*_KEPT, "propertyOrdering")


def canonical_schema(call: str) -> dict[str, Any]:
    """Return a fresh copy of the canonical schema of a call's answer."""
    copied: dict[str, Any] = json.loads(_compiled(call))
    return copied


def schema_in(dialect: Dialect, call: str) -> dict[str, Any]:
    """Return a fresh copy of the schema of a call's answer in a provider's dialect."""
    copied: dict[str, Any] = json.loads(_compiled_in(dialect, call))
    return copied


@cache
def _compiled_in(dialect: Dialect, call: str) -> str:
    schema = canonical_schema(call)
    if dialect is Dialect.GEMINI:
        # Reasons come before figures, whatever order its own sorting would give them.
        schema = _reordered(schema)
    elif dialect is Dialect.OPENAI:
        assert_strict(schema)
    return json.dumps(schema)


@cache
def _compiled(call: str) -> str:
    model: type[BaseModel] = ANSWERS[call]
    raw = model.model_json_schema()
    schema = _plain(raw, raw.get("$defs", {}))
    if call == "scoring":
        # Only the rules reviewer may leave the points out.
        properties = schema["properties"]["dimensions"]["items"]["properties"]
        properties["raw_xp"] = {"type": "number"}
    return json.dumps(schema)


def _plain(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Write references out and keep only what both providers know."""
    if "$ref" in node:
        return _plain(definitions[node["$ref"].rpartition("/")[2]], definitions)
    plain: dict[str, Any] = {}
    for key in _KEPT:
        if key not in node:
            continue
        value = node[key]
        if key == "properties":
            plain[key] = {name: _plain(child, definitions) for name, child in value.items()}
        elif key == "items":
            plain[key] = _plain(value, definitions)
        elif key == "anyOf":
            plain[key] = [_plain(child, definitions) for child in value]
        else:
            plain[key] = value
    if plain.get("type") == "object":
        plain["required"] = list(plain["properties"])
        plain["additionalProperties"] = False
    return plain


def _reordered(node: dict[str, Any]) -> dict[str, Any]:
    ordered = {key: node[key] for key in _GEMINI_KEPT if key in node}
    if "properties" in ordered:
        ordered["properties"] = {k: _reordered(v) for k, v in ordered["properties"].items()}
        ordered["propertyOrdering"] = list(ordered["properties"])
    if "items" in ordered:
        ordered["items"] = _reordered(ordered["items"])
    if "anyOf" in ordered:
        ordered["anyOf"] = [_reordered(child) for child in ordered["anyOf"]]
    return ordered


def assert_strict(node: Mapping[str, Any]) -> None:
    """Hold a schema to OpenAI's strict mode.

    Raises:
        ValueError: it uses what strict mode refuses.
    """
    for word in ("oneOf", "allOf", "default", "$ref", "prefixItems", "patternProperties"):
        if word in node:
            raise ValueError(f"strict mode refuses {word}")
    if node.get("type") == "object":
        if node.get("additionalProperties") is not False:
            raise ValueError("strict mode wants every object closed")
        if set(node.get("required", ())) != set(node["properties"]):
            raise ValueError("strict mode wants every property required")
    children = [*node.get("properties", {}).values(), *node.get("anyOf", ())]
    children += [node["items"]] if "items" in node else []
    for child in children:
        assert_strict(child)
