"""The JSON form of what Debrief writes: times as RFC 3339 in UTC with milliseconds."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel


def to_json(model: BaseModel) -> Any:
    """Return the model as JSON values: objects, arrays, strings, numbers, booleans, nulls."""
    # pydantic's warnings about a misfit would repeat its text; the schema's gate reports misfits.
    return _plain(model.model_dump(warnings=False))


def rfc3339(moment: datetime) -> str:
    """Return a moment in UTC with milliseconds and `Z`, as Avro's timestamp-millis keeps it."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return rfc3339(value)
    return str(value) if isinstance(value, UUID) else value
