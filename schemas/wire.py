"""Bytes to events and back.

Input is told by its first bytes: `00` is Confluent framing, `C3 01` is Avro single-object encoding
(Avro 1.12 specification, "Single-object encoding"), `{` is JSON. Whatever the framing, a value ends
in the same model with the same bounds. Output is Avro single-object encoding.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NoReturn, Protocol, TypeVar

import fastavro
from pydantic import BaseModel, ValidationError

from schemas.errors import InvalidEventError, SchemaError, TooLargeError, UndecodableError
from schemas.events import InputEvent
from schemas.fields import MAX_TEXT_BYTES
from schemas.progress import ReviewProgress
from schemas.registry import INPUT_MODELS, EventName, InputName, avro_schema, by_fingerprint
from schemas.review import ReviewReady

SINGLE_OBJECT_MARK: Final = b"\xc3\x01"
CONFLUENT_MARK: Final = b"\x00"
FINGERPRINT_BYTES: Final = 8
SCHEMA_ID_BYTES: Final = 4
MAX_VALUE_BYTES: Final = 16 * 1024 * 1024
MAX_FIELDS_NAMED: Final = 5

ModelT = TypeVar("ModelT", bound=BaseModel)


class SchemaResolver(Protocol):
    """Finds the writer's schema of a Confluent-framed value."""

    def parsed_schema(self, schema_id: int) -> Any:
        """Return the parsed Avro schema with this id; raises UndecodableError where unknown."""


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
        _refuse_text(_strings(_parse_json(value)))
        return _validated(lambda: model.model_validate_json(value, strict=True))
    fields = _decode_avro(event, value, resolver=resolver)
    _refuse_text(_strings(fields))
    return _validated(lambda: model.model_validate(fields))


def encode(event: EventName, model: BaseModel) -> bytes:
    """Write one event in Avro single-object encoding, by the newest schema."""
    schema = avro_schema(event)
    buffer = io.BytesIO()
    buffer.write(SINGLE_OBJECT_MARK + schema.fingerprint)
    fastavro.schemaless_writer(buffer, schema.parsed, model.model_dump(mode="python"))
    return buffer.getvalue()


def decode_review(value: bytes) -> ReviewReady:
    """Read a review back; raises SchemaError as `decode` does."""
    fields = _decode_avro("review_ready", value, resolver=None)
    return _validated(lambda: ReviewReady.model_validate(fields))


def decode_progress(value: bytes) -> ReviewProgress:
    """Read a progress event back; raises SchemaError as `decode` does."""
    fields = _decode_avro("review_progress", value, resolver=None)
    return _validated(lambda: ReviewProgress.model_validate(fields))


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
        start = len(CONFLUENT_MARK) + SCHEMA_ID_BYTES
        schema_id = int.from_bytes(value[len(CONFLUENT_MARK) : start], "big")
        return _read_avro(event, value[start:], resolver.parsed_schema(schema_id))
    raise UndecodableError(f"no known framing starts with {value[:2].hex(' ') or 'nothing'}")


def _read_avro(event: EventName, body: bytes, writer: Any) -> Any:
    stream = io.BytesIO(body)
    try:
        fields = fastavro.schemaless_reader(stream, writer, avro_schema(event).parsed)
    # On hostile bytes fastavro raises whatever its reading runs into, from EOFError to
    # OverflowError; all of it means the same.
    except Exception as error:
        raise UndecodableError(f"the Avro body does not decode: {type(error).__name__}") from error
    if stream.read(1):
        raise UndecodableError("bytes are left over after the Avro value")
    return fields


def _parse_json(value: bytes) -> Any:
    try:
        return json.loads(
            value.decode("utf-8"), object_pairs_hook=_unique_pairs, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        raise UndecodableError("the JSON is not UTF-8") from error
    except RecursionError as error:
        raise UndecodableError("the JSON is nested too deep") from error
    except SchemaError:
        raise
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "a number is too long"
        raise UndecodableError(f"the JSON does not parse: {reason}") from error


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise InvalidEventError("a JSON object names one field twice")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidEventError(f"{name} is no number in JSON")


def _strings(tree: Any) -> Iterator[str]:
    # An own stack instead of recursion: the depth is the writer's to choose.
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            stack += [*node.keys(), *node.values()]
        elif isinstance(node, list):
            stack += node


def _refuse_text(texts: Iterable[str]) -> None:
    for text in texts:
        if "\x00" in text:
            raise InvalidEventError("a text holds the NUL character, which databases refuse")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise InvalidEventError("a text holds half of a surrogate pair")


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
    return f"{path}: {problem['msg'].removeprefix('Value error, ')}"


def _is_too_large(problem: Any) -> bool:
    if problem["type"] == "text_too_large":
        return True
    limit = problem.get("ctx", {}).get("max_length")
    return bool(problem["type"] == "string_too_long" and limit == MAX_TEXT_BYTES)
