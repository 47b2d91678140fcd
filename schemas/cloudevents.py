"""CloudEvents 1.0 in Kafka's binary mode, and W3C trace context, as record headers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from schemas.json_form import rfc3339
from schemas.registry import EventName, versions_of

SOURCE: Final = "debrief"
CONTENT_TYPE: Final = "application/avro"
TRACEPARENT: Final = "traceparent"

Headers = tuple[tuple[str, bytes], ...]


def headers_for(
    event: EventName, *, event_id: UUID, time: datetime, traceparent: str | None
) -> Headers:
    """Return the headers of one record that Debrief writes, a tombstone included."""
    fields = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_type": f"debrief.{event}.v{versions_of(event)[-1]}",
        "ce_source": SOURCE,
        "ce_time": rfc3339(time),
        "content-type": CONTENT_TYPE,
    }
    if traceparent is not None:
        fields[TRACEPARENT] = traceparent
    return tuple((name, value.encode()) for name, value in fields.items())


def header(headers: Sequence[tuple[str, bytes]], name: str) -> str | None:
    """Return a header's text, None where it is absent or no UTF-8."""
    for key, value in headers:
        if key.lower() == name:
            try:
                return value.decode()
            except UnicodeDecodeError:
                return None
    return None
