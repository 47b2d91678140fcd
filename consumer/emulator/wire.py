"""Wire: replies in the true shapes of both services, good and bad.

Shapes: https://ai.google.dev/api/generate-content and
https://platform.openai.com/docs/api-reference/responses/object.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from consumer.emulator.faults import Fault
from consumer.emulator.reading import Asked, Wire

EMULATOR_HEADER: Final = "x-debrief-emulator"
_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>upstream</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply as bytes."""

    status: int = 200
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


# status, Google's status word, OpenAI's type and code, extra headers
_STATUSES: Final[dict[Fault, tuple[int, str, str, str | None, dict[str, str]]]] = {
    Fault.BAD_REQUEST: (400, "INVALID_ARGUMENT", "invalid_request_error", None, {}),
    Fault.UNAUTHORIZED: (401, "UNAUTHENTICATED", "invalid_request_error", "invalid_api_key", {}),
    Fault.FORBIDDEN: (403, "PERMISSION_DENIED", "invalid_request_error", None, {}),
    Fault.NOT_FOUND: (404, "NOT_FOUND", "invalid_request_error", "model_not_found", {}),
    Fault.REQUEST_TIMEOUT: (408, "DEADLINE_EXCEEDED", "server_error", None, {}),
    Fault.CONFLICT: (409, "ABORTED", "server_error", None, {}),
    Fault.RATE_LIMITED: (
        429, "RESOURCE_EXHAUSTED", "requests", "rate_limit_exceeded", {"retry-after": "0"},
    ),
    Fault.RATE_LIMITED_LONG: (
        429, "RESOURCE_EXHAUSTED", "requests", "rate_limit_exceeded", {"retry-after": "3600"},
    ),
    Fault.RATE_LIMITED_BARE: (
        429, "RESOURCE_EXHAUSTED", "requests", "rate_limit_exceeded", {},
    ),
    Fault.QUOTA: (429, "RESOURCE_EXHAUSTED", "insufficient_quota", "insufficient_quota", {}),
    Fault.SERVER_ERROR: (500, "INTERNAL", "server_error", "server_error", {}),
    Fault.UNAVAILABLE: (503, "UNAVAILABLE", "server_error", None, {"retry-after": "0"}),
    Fault.GATEWAY_TIMEOUT: (504, "DEADLINE_EXCEEDED", "server_error", None, {}),
}  # fmt: skip

_BODIES: Final = {
    Fault.BAD_GATEWAY_PAGE: Reply(status=502, body=_PAGE, content_type="text/html"),
    Fault.HTML_PAGE: Reply(body=_PAGE, content_type="text/html"),
    Fault.EMPTY_BODY: Reply(body=b""),
    Fault.EMPTY_OBJECT: Reply(body=b"{}"),
    Fault.JSON_LIST: Reply(body=b"[]"),
}


def good_reply(asked: Asked, text: str) -> Reply:
    """Wrap a finished answer."""
    return _gemini(asked, text) if asked.wire == "gemini" else _openai(asked, text)


def fault_reply(fault: Fault, asked: Asked, text: str) -> Reply:
    """Show a fault that is told by status, envelope or body; `text` is the good answer."""
    if fault in _STATUSES:
        return _status(fault, asked.wire)
    if fault in _BODIES:
        return _BODIES[fault]
    if fault is Fault.CUT_JSON:
        whole = good_reply(asked, text)
        return Reply(body=whole.body[: len(whole.body) // 2])
    shown = _gemini_fault if asked.wire == "gemini" else _openai_fault
    return shown(fault, asked, text)


def _status(fault: Fault, wire: Wire) -> Reply:
    status, word, kind, code, headers = _STATUSES[fault]
    message = "emulated fault"
    if wire == "gemini":
        error: dict[str, Any] = {"code": status, "message": message, "status": word}
        if fault is Fault.QUOTA:
            quota = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}
            kind = "type.googleapis.com/google.rpc.QuotaFailure"
            error["details"] = [{"@type": kind, "violations": [quota]}]
    else:
        error = {"message": message, "type": kind, "param": None, "code": code}
    return Reply(status=status, body=_bytes({"error": error}), headers=headers)


def _gemini_fault(fault: Fault, asked: Asked, text: str) -> Reply:
    if fault is Fault.PROMPT_BLOCKED:
        return Reply(body=_bytes({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}))
    if fault is Fault.NO_OUTPUT:
        return Reply(body=_bytes({"candidates": [], "modelVersion": _model(asked)}))
    if fault is Fault.MAX_TOKENS:
        return _gemini(asked, text[: len(text) // 2], reason="MAX_TOKENS")
    reasons = {
        Fault.SAFETY: "SAFETY",
        Fault.RECITATION: "RECITATION",
        Fault.REFUSAL: "ESCALATION",
        Fault.FAILED: "OTHER",
    }
    return _gemini(asked, None, reason=reasons[fault])


def _openai_fault(fault: Fault, asked: Asked, text: str) -> Reply:
    if fault is Fault.NO_OUTPUT:
        return _openai(asked, None)
    if fault is Fault.MAX_TOKENS:
        cut = text[: len(text) // 2]
        return _openai(asked, cut, status="incomplete", incomplete="max_output_tokens")
    if fault is Fault.REFUSAL:
        return _openai(asked, None, refusal="I cannot help with that.")
    if fault in (Fault.SAFETY, Fault.RECITATION):
        return _openai(asked, None, status="incomplete", incomplete="content_filter")
    code = "invalid_prompt" if fault is Fault.PROMPT_BLOCKED else "server_error"
    return _openai(asked, None, status="failed", error=code)


def _gemini(asked: Asked, text: str | None, *, reason: str = "STOP") -> Reply:
    candidate: dict[str, Any] = {"finishReason": reason, "index": 0}
    if text is not None:
        candidate["content"] = {"role": "model", "parts": [{"text": text}]}
    read, written = _tokens(asked.prompt), _tokens(text or "")
    body = {
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": read,
            "candidatesTokenCount": written,
            "totalTokenCount": read + written,
        },
        "modelVersion": _model(asked),
        "responseId": "emulated",
    }
    return Reply(body=_bytes(body))


def _openai(
    asked: Asked,
    text: str | None,
    *,
    status: str = "completed",
    refusal: str | None = None,
    incomplete: str | None = None,
    error: str | None = None,
) -> Reply:
    parts: list[dict[str, Any]] = []
    if text is not None:
        parts.append({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
    if refusal is not None:
        parts.append({"type": "refusal", "refusal": refusal})
    message = {"type": "message", "id": "msg_emulated", "role": "assistant", "status": status}
    read, written = _tokens(asked.prompt), _tokens(text or "")
    body = {
        "id": "resp_emulated",
        "object": "response",
        "created_at": 0,
        "status": status,
        "model": _model(asked),
        "error": {"code": error, "message": "emulated fault"} if error else None,
        "incomplete_details": {"reason": incomplete} if incomplete else None,
        "instructions": None,
        "metadata": {},
        "output": [{**message, "content": parts}] if parts else [],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": read,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": read + written,
        },
    }
    return Reply(body=_bytes(body))


def _model(asked: Asked) -> str:
    return f"emulator-of-{asked.model}"


def _tokens(text: str) -> int:
    """Count four characters a token, as both vendors' rules of thumb do."""
    return (len(text) + 3) // 4


def _bytes(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
