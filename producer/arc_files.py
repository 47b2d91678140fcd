"""Recorded arcs: JSON Lines of {"topic", "key", "value", "headers"?}, in time order.

A wrong line does not end the reading: it is given as an `ArcFileError` in its place, so that the
caller decides, and what follows is still read.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from producer.errors import ArcFileError
from producer.records import SourceRecord
from schemas.errors import SchemaError
from schemas.events import InputEvent
from schemas.registry import InputName
from schemas.strict_json import parse_json
from schemas.wire import decode

EVENT_OF_TOPIC: Final[Mapping[str, InputName]] = {
    "objective.rolled-up": "objective_rolled_up",
    "conversation.message": "conversation_message",
    "artefact.submitted": "artefact_submitted",
    "scenario.completed": "scenario_completed",
    "user.erased": "user_erased",
}


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    topic: Annotated[str, StringConstraints(min_length=1)]
    key: str | None
    value: dict[str, Any]
    headers: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcLine:
    """One event of a recorded arc; `record.topic` is unprefixed, `record.offset` the line."""

    name: InputName
    event: InputEvent
    record: SourceRecord


def read_arc_file(path: Path) -> Iterator[ArcLine | ArcFileError]:
    """Give each line of a recorded arc as an event, or as the error it is.

    Raises:
        ArcFileError: the file itself cannot be read.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _read_line(line, where=f"{path}:{number}", number=number)
    except OSError as error:
        raise ArcFileError(f"{path}: {error.strerror or error}") from error


def _read_line(line: bytes, *, where: str, number: int) -> ArcLine | ArcFileError:
    try:
        parsed = _Line.model_validate(parse_json(line))
    except SchemaError as error:
        return ArcFileError(f"{where}: {error}")
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(str(part) for part in problem["loc"])
        what = f"{path}: {problem['msg']}" if path else "the line: want a JSON object"
        return ArcFileError(f"{where}: {what}")
    name = EVENT_OF_TOPIC.get(parsed.topic)
    if name is None:
        known = ", ".join(EVENT_OF_TOPIC)
        return ArcFileError(f"{where}: topic: {parsed.topic!r} is none of {known}")
    value = json.dumps(parsed.value, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        event = decode(name, value)
    except SchemaError as error:
        return ArcFileError(f"{where}: value: {error}")
    headers = tuple((key, text.encode()) for key, text in (parsed.headers or {}).items())
    record = SourceRecord(
        topic=parsed.topic,
        partition=0,
        offset=number,
        key=None if parsed.key is None else parsed.key.encode(),
        value=value,
        headers=headers,
        timestamp_ms=int(event.occurred_at.timestamp() * 1000),
    )
    return ArcLine(name=name, event=event, record=record)
