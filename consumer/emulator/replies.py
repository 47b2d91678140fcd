"""Replies: a reply as bytes, and those that look the same whichever interface was asked."""

import json
from dataclasses import dataclass, field
from typing import Final

from consumer.emulator.faults import Fault

EMULATOR_HEADER: Final = "x-debrief-emulator"
_PAGE: Final = b"<html><head><title>502 Bad Gateway</title></head><body>upstream</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply as bytes."""

    status: int = 200
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


PLAIN_REPLIES: Final = {
    Fault.BAD_GATEWAY_PAGE: Reply(status=502, body=_PAGE, content_type="text/html"),
    Fault.REDIRECT: Reply(
        status=302, body=b"", content_type="text/html", headers={"location": "/login"}
    ),
    Fault.HTML_PAGE: Reply(body=_PAGE, content_type="text/html"),
    Fault.EVENT_STREAM: Reply(
        body=b"data: {}\n\ndata: [DONE]\n\n", content_type="text/event-stream"
    ),
    Fault.BAD_ENCODING: Reply(body=b"no gzip at all", headers={"content-encoding": "gzip"}),
    Fault.EMPTY_BODY: Reply(body=b""),
    Fault.EMPTY_OBJECT: Reply(body=b"{}"),
    Fault.JSON_LIST: Reply(body=b"[]"),
    Fault.JSON_NULL: Reply(body=b"null"),
}


def json_reply(body: object) -> Reply:
    """Return a reply with status 200."""
    return Reply(body=json.dumps(body, ensure_ascii=False).encode())


def token_count(text: str) -> int:
    """Count four characters a token, as both vendors' rules of thumb do."""
    return (len(text) + 3) // 4
