"""Statuses: replies with a status other than 200, in the true error body of each vendor.

Shapes: https://cloud.google.com/apis/design/errors and
https://platform.openai.com/docs/guides/error-codes.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from consumer.emulator.faults import Fault
from consumer.emulator.replies import Reply

_MESSAGE: Final = "emulated fault"
_TYPE: Final = "type.googleapis.com/google.rpc"
_DATES: Final = {
    "date": "Mon, 05 Jan 2026 09:00:00 GMT",
    "retry-after": "Mon, 05 Jan 2026 09:00:00 GMT",
}


@dataclass(frozen=True, slots=True)
class _Status:
    """A status in the words of Google (`word`) and OpenAI (`kind`, `code`)."""

    status: int
    word: str
    kind: str
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    details: tuple[dict[str, Any], ...] = ()


def _limited(
    *, headers: dict[str, str] | None = None, details: tuple[dict[str, Any], ...] = ()
) -> _Status:
    limited = ("RESOURCE_EXHAUSTED", "requests", "rate_limit_exceeded")
    return _Status(429, *limited, headers or {}, details)


_INVALID: Final = "invalid_request_error"
_DAILY: Final = {
    "@type": f"{_TYPE}.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}],
}
_BAD_KEY: Final = {
    "@type": f"{_TYPE}.ErrorInfo",
    "reason": "API_KEY_INVALID",
    "domain": "googleapis.com",
    "metadata": {"service": "generativelanguage.googleapis.com"},
}
_STATUSES: Final = {
    Fault.BAD_REQUEST: _Status(400, "INVALID_ARGUMENT", _INVALID),
    Fault.UNAUTHORIZED: _Status(401, "UNAUTHENTICATED", _INVALID, "invalid_api_key"),
    # Google's for a key that it does not know, or no longer.
    Fault.BAD_KEY: _Status(400, "INVALID_ARGUMENT", _INVALID, "invalid_api_key", {}, (_BAD_KEY,)),
    Fault.PAYMENT_REQUIRED: _Status(402, "FAILED_PRECONDITION", _INVALID),
    Fault.FORBIDDEN: _Status(403, "PERMISSION_DENIED", _INVALID),
    Fault.NOT_FOUND: _Status(404, "NOT_FOUND", _INVALID, "model_not_found"),
    Fault.REQUEST_TIMEOUT: _Status(408, "DEADLINE_EXCEEDED", "server_error"),
    Fault.CONFLICT: _Status(409, "ABORTED", "server_error"),
    Fault.TOO_LARGE: _Status(413, "INVALID_ARGUMENT", _INVALID),
    Fault.UNPROCESSABLE: _Status(422, "INVALID_ARGUMENT", _INVALID),
    Fault.RATE_LIMITED: _limited(headers={"retry-after": "0"}),
    Fault.RATE_LIMITED_DATE: _limited(headers=_DATES),
    Fault.RATE_LIMITED_MS: _limited(headers={"retry-after-ms": "1", "retry-after": "9"}),
    Fault.RATE_LIMITED_BODY: _limited(
        details=({"@type": f"{_TYPE}.RetryInfo", "retryDelay": "0.001s"},)
    ),
    Fault.RATE_LIMITED_LONG: _limited(headers={"retry-after": "3600"}),
    Fault.RATE_LIMITED_BARE: _limited(),
    Fault.RATE_LIMITED_NONSENSE: _limited(headers={"retry-after": "soon"}),
    Fault.QUOTA: _Status(
        429, "RESOURCE_EXHAUSTED", "insufficient_quota", "insufficient_quota", {}, (_DAILY,)
    ),
    Fault.CANCELLED: _Status(499, "CANCELLED", "server_error"),
    Fault.SERVER_ERROR: _Status(500, "INTERNAL", "server_error", "server_error"),
    Fault.UNAVAILABLE: _Status(
        503, "UNAVAILABLE", "server_error", None, {"retry-after": "0"}
    ),
    Fault.GATEWAY_TIMEOUT: _Status(504, "DEADLINE_EXCEEDED", "server_error"),
    Fault.OVERLOADED: _Status(529, "UNAVAILABLE", "server_error"),
}  # fmt: skip


def status_reply(fault: Fault, provider: str) -> Reply | None:
    """Return the reply of a fault that is told by its status, None where it is none."""
    found = _STATUSES.get(fault)
    if found is None:
        return None
    error: dict[str, Any]
    if provider == "gemini":
        error = {"code": found.status, "message": _MESSAGE, "status": found.word}
        if found.details:
            error["details"] = list(found.details)
    else:
        error = {"message": _MESSAGE, "type": found.kind, "param": None, "code": found.code}
    body = json.dumps({"error": error}).encode()
    return Reply(status=found.status, body=body, headers=dict(found.headers))
