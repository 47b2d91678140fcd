"""Bytes to events and back.

Input is told by its first bytes: `00` is Confluent framing, `C3 01` is Avro single-object encoding
(Avro 1.12 specification, "Single-object encoding"), `{` is JSON. Whatever the framing, a value ends
in the same model with the same bounds. Output is Avro: Confluent framing where the schema's id in a
registry is given, single-object encoding where not.
"""

import io
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol, TypeVar

import fastavro
from fastavro.read import SchemaResolutionError
from pydantic import BaseModel, ValidationError

from schemas.errors import InvalidEventError, TooLargeError, UndecodableError
from schemas.events import InputEvent
from schemas.fields import MAX_TEXT_BYTES, NO_NUL
from schemas.progress import ReviewProgress
from schemas.registry import INPUT_MODELS, EventName, InputName, avro_schema, by_fingerprint
from schemas.review import ReviewReady
from schemas.strict_json import parse_json

SINGLE_OBJECT_MARK: Final = b"\xc3\x01"
CONFLUENT_MARK: Final = b"\x00"
FINGERPRINT_BYTES: Final = 8
SCHEMA_ID_BYTES: Final = 4
_CONFLUENT_BYTES: Final = len(CONFLUENT_MARK) + SCHEMA_ID_BYTES
MAX_VALUE_BYTES: Final = 16 * 1024 * 1024
MAX_FIELDS_NAMED: Final = 5

ModelT = TypeVar("ModelT", bound=BaseModel)


class SchemaResolver(Protocol):
    """Finds the writer's schema of a Confluent-framed value; asks nobody."""

    def parsed_schema(self, schema_id: int) -> Any:
        """Return the parsed Avro schema with this id; raises UndecodableError where unknown."""


class WriterSchemas(Protocol):
    """Wherever the writers' schemas are kept."""

    async def resolver_for(self, values: Iterable[bytes | None]) -> SchemaResolver:
        """Return a resolver for these values; raises RegistryUnavailableError."""


def schema_id_of(value: bytes) -> int | None:
    """Return the schema's id of a Confluent-framed value, None for every other value."""
    if not value.startswith(CONFLUENT_MARK) or len(value) < _CONFLUENT_BYTES:
        return None
    return int.from_bytes(value[len(CONFLUENT_MARK) : _CONFLUENT_BYTES], "big")


def decode(
    event: InputName, value: bytes | None, *, resolver: SchemaResolver | None = None
) -> InputEvent:
    """Read one input event.

    Raises:
        UndecodableError: no framing we know, null, or bytes that do not decode.
        InvalidEventError: the value does not fit the event's schema.
        TooLargeError: a text is over 64 KiB, or the value over 16 MiB.
    """
    if value is None:
        raise UndecodableError("the value is null")
    if len(value) > MAX_VALUE_BYTES:
        raise TooLargeError(f"the value is {len(value)} bytes, at most {MAX_VALUE_BYTES}")
    model = INPUT_MODELS[event]
    if value.startswith(b"{"):
        # Read twice: strictly as JSON, and then by the model, whose parser drops repeated fields.
        parse_json(value)
        return _validated(lambda: model.model_validate_json(value, strict=True))
    fields = _decode_avro(event, value, resolver=resolver)
    return _validated(lambda: model.model_validate(fields))


def encode(event: EventName, model: BaseModel, *, schema_id: int | None = None) -> bytes:
    """Write one event by the newest schema; `schema_id` (0 to 2**32 - 1) is its registry's id."""
    schema = avro_schema(event)
    buffer = io.BytesIO()
    if schema_id is None:
        buffer.write(SINGLE_OBJECT_MARK + schema.fingerprint)
    else:
        buffer.write(CONFLUENT_MARK + schema_id.to_bytes(SCHEMA_ID_BYTES, "big"))
    fastavro.schemaless_writer(buffer, schema.parsed, _as_lists(model.model_dump()))
    return buffer.getvalue()


def decode_review(value: bytes, *, resolver: SchemaResolver | None = None) -> ReviewReady:
    """Read a review back; raises SchemaError as `decode` does."""
    fields = _decode_avro("review_ready", value, resolver=resolver)
    return _validated(lambda: ReviewReady.model_validate(fields))


def decode_progress(value: bytes, *, resolver: SchemaResolver | None = None) -> ReviewProgress:
    """Read a progress event back; raises SchemaError as `decode` does."""
    fields = _decode_avro("review_progress", value, resolver=resolver)
    return _validated(lambda: ReviewProgress.model_validate(fields))


def _as_lists(value: Any) -> Any:
    # In a union fastavro takes a tuple for (branch, value).
    if isinstance(value, dict):
        return {name: _as_lists(item) for name, item in value.items()}
    return [_as_lists(item) for item in value] if isinstance(value, tuple) else value


def _decode_avro(event: EventName, value: bytes, *, resolver: SchemaResolver | None) -> Any:
    if value.startswith(SINGLE_OBJECT_MARK):
        start = len(SINGLE_OBJECT_MARK) + FINGERPRINT_BYTES
        writer = by_fingerprint().get(value[len(SINGLE_OBJECT_MARK) : start])
        if writer is None:
            raise UndecodableError("the Avro fingerprint is of no schema we know")
        if writer.event != event:
            raise InvalidEventError(f"this is a {writer.event}, and {event} is read here")
        return _read_avro(event, value[start:], writer.parsed)
    if value.startswith(CONFLUENT_MARK):
        if resolver is None:
            raise UndecodableError(
                "Confluent framing needs the registry: set DEBRIEF_SCHEMA_REGISTRY_URL"
            )
        schema_id = schema_id_of(value)
        if schema_id is None:
            raise UndecodableError("the Confluent framing ends within the schema's id")
        return _read_avro(event, value[_CONFLUENT_BYTES:], resolver.parsed_schema(schema_id))
    raise UndecodableError(f"no known framing starts with {value[:2].hex(' ') or 'nothing'}")


def _read_avro(event: EventName, body: bytes, writer: Any) -> Any:
    stream = io.BytesIO(body)
    try:
        fields = fastavro.schemaless_reader(stream, writer, avro_schema(event).parsed)
    except SchemaResolutionError as error:
        raise InvalidEventError(f"the writer's schema cannot be read as {event}") from error
    # On hostile bytes fastavro raises whatever its reading runs into, from EOFError to
    # OverflowError; all of it means the same.
    except Exception as error:
        raise UndecodableError(f"the Avro body does not decode: {type(error).__name__}") from error
    if stream.read(1):
        raise UndecodableError("bytes are left over after the Avro value")
    return fields


def _validated(validate: Callable[[], ModelT]) -> ModelT:
    try:
        return validate()
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        lines = [_problem(problem) for problem in problems[:MAX_FIELDS_NAMED]]
        if len(problems) > MAX_FIELDS_NAMED:
            lines.append(f"and {len(problems) - MAX_FIELDS_NAMED} more")
        kind = TooLargeError if any(map(_is_too_large, problems)) else InvalidEventError
        raise kind("; ".join(lines)) from None


def _problem(problem: Any) -> str:
    path = ".".join(str(part) for part in problem["loc"]) or "the event"
    if problem.get("ctx", {}).get("pattern") == NO_NUL:
        return f"{path}: the text holds the NUL character, which databases refuse"
    return f"{path}: {' '.join(problem['msg'].removeprefix('Value error, ').split())}"


def _is_too_large(problem: Any) -> bool:
    if problem["type"] == "text_too_large":
        return True
    limit = problem.get("ctx", {}).get("max_length")
    return bool(problem["type"] == "string_too_long" and limit == MAX_TEXT_BYTES)
