"""CloudEvents and trace context as record headers."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from schemas.cloudevents import header, headers_for, trace_or_new

ID = UUID("638316f4-ac90-5f68-bae1-c18b04d8c6c4")
AT = datetime(2026, 3, 14, 9, 0, 0, 125_000, UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_all_that_is_written_carries_the_cloudevents_headers() -> None:
    headers = headers_for("review_ready", event_id=ID, time=AT, traceparent=None)

    assert dict(headers) == {
        "ce_specversion": b"1.0",
        "ce_id": str(ID).encode(),
        "ce_type": b"debrief.review_ready.v1",
        "ce_source": b"debrief",
        "ce_time": b"2026-03-14T09:00:00.125Z",
        "content-type": b"application/avro",
        "traceparent": b"00-638316f4ac905f68bae1c18b04d8c6c4-bae1c18b04d8c6c4-00",
    }


def test_the_trace_goes_along_where_there_is_one() -> None:
    headers = headers_for("review_progress", event_id=ID, time=AT, traceparent=TRACE)

    assert header(headers, "traceparent") == TRACE


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "00-x",
        TRACE.upper(),
        f"ff{TRACE[2:]}",
        f"{TRACE}-more",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    ],
)
def test_a_trace_that_does_not_parse_is_left_and_a_new_one_begun(wrong: str) -> None:
    begun = trace_or_new(wrong, seed=ID)

    assert begun == trace_or_new(None, seed=ID)
    assert trace_or_new(begun, seed=UUID(int=1)) == begun


def test_a_trace_of_a_later_version_goes_along() -> None:
    later = f"01{TRACE[2:]}-more"
    assert trace_or_new(later, seed=ID) == later


def test_a_header_is_read_whatever_its_case() -> None:
    assert header((("TraceParent", b"x"), ("traceparent", b"y")), "traceparent") == "x"


def test_a_header_that_is_absent_or_no_text_is_none() -> None:
    assert header((), "traceparent") is None
    assert header((("traceparent", b"\xff"),), "traceparent") is None
