"""Which schemas there are: each event's name, model, and Avro and JSON Schema files by version.

Every version ever written stays in this folder, so that a reader can resolve any of them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import fastavro.schema

from schemas.events import (
    ArtefactSubmitted,
    ConversationMessage,
    InputEvent,
    ObjectiveRolledUp,
    ScenarioCompleted,
    UserErased,
)
from schemas.progress import ReviewProgress
from schemas.review import ReviewReady

InputName = Literal[
    "scenario_completed",
    "objective_rolled_up",
    "conversation_message",
    "artefact_submitted",
    "user_erased",
]
OutputName = Literal["review_progress", "review_ready"]
EventName = InputName | OutputName

INPUT_MODELS: Mapping[InputName, type[InputEvent]] = {
    "scenario_completed": ScenarioCompleted,
    "objective_rolled_up": ObjectiveRolledUp,
    "conversation_message": ConversationMessage,
    "artefact_submitted": ArtefactSubmitted,
    "user_erased": UserErased,
}
OUTPUT_MODELS: Mapping[OutputName, type[ReviewProgress | ReviewReady]] = {
    "review_progress": ReviewProgress,
    "review_ready": ReviewReady,
}
EVENT_NAMES: tuple[EventName, ...] = (*INPUT_MODELS, *OUTPUT_MODELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class AvroSchema:
    """One version of one event's Avro schema; `fingerprint` is its CRC-64-AVRO, little-endian."""

    event: EventName
    version: int
    parsed: Any
    fingerprint: bytes


@cache
def versions_of(event: EventName) -> tuple[int, ...]:
    """Return the versions of an event's schema that this folder holds, oldest first."""
    pattern = re.compile(rf"{event}\.v(\d+)\.avsc")
    names = (entry.name for entry in files("schemas").iterdir())
    found = (pattern.fullmatch(name) for name in names)
    return tuple(sorted(int(match[1]) for match in found if match))


@cache
def avro_schema(event: EventName, version: int | None = None) -> AvroSchema:
    """Return one version of an event's Avro schema; None: the newest."""
    wanted = version if version is not None else versions_of(event)[-1]
    parsed = fastavro.schema.parse_schema(json.loads(_read(f"{event}.v{wanted}.avsc")))
    canonical = fastavro.schema.to_parsing_canonical_form(parsed)
    # fastavro prints the fingerprint's bytes in the order in which the wire has them.
    fingerprint = bytes.fromhex(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"))
    return AvroSchema(event=event, version=wanted, parsed=parsed, fingerprint=fingerprint)


def avro_text(event: EventName) -> str:
    """Return the newest version of an event's Avro schema as its file has it."""
    return _read(f"{event}.v{versions_of(event)[-1]}.avsc")


@cache
def json_schema(event: EventName, version: int | None = None) -> Mapping[str, Any]:
    """Return one version of an event's JSON Schema; None: the newest."""
    wanted = version if version is not None else versions_of(event)[-1]
    schema: Mapping[str, Any] = json.loads(_read(f"{event}.v{wanted}.schema.json"))
    return schema


@cache
def by_fingerprint() -> Mapping[bytes, AvroSchema]:
    """Return every Avro schema of this folder by its fingerprint."""
    schemas = [avro_schema(event, v) for event in EVENT_NAMES for v in versions_of(event)]
    return {schema.fingerprint: schema for schema in schemas}


def _read(name: str) -> str:
    return files("schemas").joinpath(name).read_text(encoding="utf-8")
