"""CloudEvents 1.0 in Kafka's binary mode, and W3C trace context, as record headers."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from schemas.json_form import rfc3339
from schemas.registry import EventName, versions_of

SOURCE: Final = "debrief"
CONTENT_TYPE: Final = "application/avro"
TRACEPARENT: Final = "traceparent"

_TRACEPARENT: Final = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<parent>[0-9a-f]{16})-[0-9a-f]{2}"
    r"(?P<rest>(-.*)?)"
)

Headers = tuple[tuple[str, bytes], ...]


def headers_for(
    event: EventName, *, event_id: UUID, time: datetime, traceparent: str | None
) -> Headers:
    """Return the headers of one record that Debrief writes, a tombstone included.

    `traceparent` is that of the record which led to this one; a new trace begins where it is None.
    """
    fields = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_type": f"debrief.{event}.v{versions_of(event)[-1]}",
        "ce_source": SOURCE,
        "ce_time": rfc3339(time),
        "content-type": CONTENT_TYPE,
        TRACEPARENT: trace_or_new(traceparent, seed=event_id),
    }
    return tuple((name, value.encode()) for name, value in fields.items())


def trace_or_new(traceparent: str | None, *, seed: UUID) -> str:
    """Return a valid `traceparent` as it is; for none, or an invalid one, that of a new trace.

    The new trace's id is `seed`, so that what is written again is written alike (W3C Trace
    Context, 3.3: what does not parse is left, and a trace begun).
    """
    if traceparent is not None and _is_traceparent(traceparent):
        return traceparent
    return f"00-{seed.hex}-{seed.hex[-16:]}-00"


def _is_traceparent(text: str) -> bool:
    found = _TRACEPARENT.fullmatch(text)
    if found is None or found["version"] == "ff" or (found["version"] == "00" and found["rest"]):
        return False
    return bool(found["trace"].strip("0")) and bool(found["parent"].strip("0"))


def header(headers: Sequence[tuple[str, bytes | None]], name: str) -> str | None:
    """Return a header's text, None where it is absent, without a value or no UTF-8."""
    for key, value in headers:
        if key.lower() == name and value is not None:
            try:
                return value.decode()
            except UnicodeDecodeError:
                return None
    return None
