"""Gemini's wire: replies of `generateContent` and of Interactions, good and bad.

Shapes: https://ai.google.dev/api/generate-content and https://ai.google.dev/api/interactions-api.
"""

from typing import Any, Final

from consumer.emulator.faults import Fault
from consumer.emulator.reading import Asked
from consumer.emulator.replies import Reply, json_reply, token_count

_REASONS: Final = {
    Fault.SAFETY: "SAFETY",
    Fault.RECITATION: "RECITATION",
    Fault.REFUSAL: "ESCALATION",
    Fault.TOOL_CALL: "UNEXPECTED_TOOL_CALL",
    Fault.UNFINISHED: None,
    Fault.UNKNOWN_FINISH: "A_REASON_OF_NEXT_YEAR",
    Fault.FAILED: "OTHER",
}
_CUT: Final = {Fault.MAX_TOKENS: "MAX_TOKENS", Fault.CONTINUATION: "CONTINUATION"}
_STATUSES: Final = {
    Fault.MAX_TOKENS: "incomplete",
    Fault.CONTINUATION: "requires_continuation",
    Fault.TOOL_CALL: "requires_action",
    Fault.UNFINISHED: "in_progress",
    Fault.UNKNOWN_FINISH: "a_status_of_next_year",
    Fault.FAILED: "failed",
}
_ERRORS: Final = {
    Fault.SAFETY: "SAFETY",
    Fault.RECITATION: "RECITATION",
    Fault.PROMPT_BLOCKED: "PROHIBITED_CONTENT",
    Fault.REFUSAL: "BLOCKED_BY_MODEL",
}


def generated(asked: Asked, text: str | None, *, reason: str | None = "STOP") -> Reply:
    """Reply as `generateContent` does."""
    candidate: dict[str, Any] = {"index": 0}
    if reason is not None:
        candidate["finishReason"] = reason
    if text is not None:
        candidate["content"] = {"role": "model", "parts": [{"text": text}]}
    if reason == "CONTINUATION":
        candidate["continuationToken"] = "ZW11bGF0ZWQ="  # where the answer would go on
    read, written = token_count(asked.prompt), token_count(text or "")
    usage = {
        "promptTokenCount": read,
        "candidatesTokenCount": written,
        "totalTokenCount": read + written,
    }
    return json_reply(
        {
            "candidates": [candidate],
            "usageMetadata": usage,
            "modelVersion": asked.emulated_model,
            "responseId": "emulated",
        }
    )


def generated_fault(fault: Fault, asked: Asked, text: str) -> Reply:
    """Show a fault by block reason, finish reason or absence; `text` is the good answer."""
    if fault is Fault.PROMPT_BLOCKED:
        return json_reply({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
    if fault is Fault.NO_OUTPUT:
        return json_reply({"candidates": [], "modelVersion": asked.emulated_model})
    if fault in _CUT:
        return generated(asked, text[: len(text) // 2], reason=_CUT[fault])
    return generated(asked, None, reason=_REASONS[fault])


def interacted(
    asked: Asked,
    text: str | None,
    *,
    status: str = "completed",
    error: str | None = None,
) -> Reply:
    """Reply as Interactions does."""
    read, written = token_count(asked.prompt), token_count(text or "")
    thought = {"type": "thought", "signature": "ZW11bGF0ZWQ="}
    output = {"type": "model_output", "content": [{"type": "text", "text": text}]}
    body: dict[str, Any] = {
        "id": "emulated",
        "object": "interaction",
        "status": status,
        "model": asked.emulated_model,
        "created": "2026-01-05T09:00:00Z",
        "updated": "2026-01-05T09:00:00Z",
        "steps": [thought] if text is None else [thought, output],
        "usage": {
            "total_input_tokens": read,
            "total_output_tokens": written,
            "total_thought_tokens": 0,
            "total_tokens": read + written,
        },
    }
    if status == "requires_continuation":
        body["continuation_token"] = "emulated"  # noqa: S105 - where the answer would go on
    if error is not None:
        code = f"https://ai.google.dev/errors/{error}"
        body["errors"] = [{"code": code, "message": "emulated fault"}]
    return json_reply(body)


def interacted_fault(fault: Fault, asked: Asked, text: str) -> Reply:
    """Show a fault by status, error or absence; `text` is the good answer."""
    if fault is Fault.NO_OUTPUT:
        return interacted(asked, None)
    if fault in _ERRORS:
        return interacted(asked, None, status="failed", error=_ERRORS[fault])
    cut = text[: len(text) // 2] if fault in _CUT else None
    return interacted(asked, cut, status=_STATUSES[fault])
