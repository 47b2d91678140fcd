"""OpenAI's wire: replies of Responses and of Chat Completions, good and bad.

Shapes: https://platform.openai.com/docs/api-reference/responses/object and
https://platform.openai.com/docs/api-reference/chat/object.
"""

from typing import Any, Final

from consumer.emulator.faults import Fault
from consumer.emulator.reading import Asked
from consumer.emulator.replies import Reply, json_reply, token_count

_REFUSAL: Final = "I cannot help with that."
_TOOL: Final = {"name": "look_up", "arguments": "{}"}
_INCOMPLETE: Final = {
    Fault.MAX_TOKENS: "max_output_tokens",
    Fault.CONTINUATION: "max_output_tokens",
    Fault.SAFETY: "content_filter",
    Fault.RECITATION: "content_filter",
}
_FAILED: Final = {Fault.PROMPT_BLOCKED: "invalid_prompt", Fault.FAILED: "server_error"}
_STATUSES: Final = {
    Fault.NO_OUTPUT: "completed",
    Fault.UNFINISHED: "in_progress",
    Fault.UNKNOWN_FINISH: "a_status_of_next_year",
}
_CUT: Final = frozenset({Fault.MAX_TOKENS, Fault.CONTINUATION})
_FINISH: Final = {
    Fault.MAX_TOKENS: "length",
    Fault.CONTINUATION: "length",
    Fault.SAFETY: "content_filter",
    Fault.RECITATION: "content_filter",
    Fault.TOOL_CALL: "tool_calls",
    Fault.UNFINISHED: None,
    Fault.UNKNOWN_FINISH: "a_reason_of_next_year",
}


def responded(
    asked: Asked,
    text: str | None,
    *,
    status: str = "completed",
    refusal: str | None = None,
    incomplete: str | None = None,
    error: str | None = None,
    output: list[dict[str, Any]] | None = None,
) -> Reply:
    """Reply as Responses does; `output` replaces the message made of text and refusal."""
    parts: list[dict[str, Any]] = []
    if text is not None:
        parts.append({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
    if refusal is not None:
        parts.append({"type": "refusal", "refusal": refusal})
    message = {"type": "message", "id": "msg_emulated", "role": "assistant", "status": status}
    made = [{**message, "content": parts}] if parts else []
    read, written = token_count(asked.prompt), token_count(text or "")
    return json_reply(
        {
            "id": "resp_emulated",
            "object": "response",
            "created_at": 0,
            "status": status,
            "model": asked.emulated_model,
            "error": {"code": error, "message": "emulated fault"} if error else None,
            "incomplete_details": {"reason": incomplete} if incomplete else None,
            "instructions": None,
            "metadata": {},
            "output": made if output is None else output,
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
    )


def responded_fault(fault: Fault, asked: Asked, text: str) -> Reply:
    """Show a fault by status, reason, error or refusal; `text` is the good answer."""
    if fault in _INCOMPLETE:
        cut = text[: len(text) // 2] if fault in _CUT else None
        return responded(asked, cut, status="incomplete", incomplete=_INCOMPLETE[fault])
    if fault is Fault.REFUSAL:
        return responded(asked, None, refusal=_REFUSAL)
    if fault is Fault.TOOL_CALL:
        call = {"type": "function_call", "id": "fc_emulated", "call_id": "call_emulated", **_TOOL}
        return responded(asked, None, output=[call])
    if fault in _FAILED:
        return responded(asked, None, status="failed", error=_FAILED[fault])
    return responded(asked, None, status=_STATUSES[fault])


def chatted(
    asked: Asked,
    text: str | None,
    *,
    reason: str | None = "stop",
    message: dict[str, Any] | None = None,
) -> Reply:
    """Reply as Chat Completions does; `message` adds to the model's message."""
    read, written = token_count(asked.prompt), token_count(text or "")
    said = {"role": "assistant", "content": text, "refusal": None, **(message or {})}
    choice = {"index": 0, "message": said, "logprobs": None, "finish_reason": reason}
    return _completion(asked, [choice], read=read, written=written)


def chatted_fault(fault: Fault, asked: Asked, text: str) -> Reply:
    """Show a fault by finish reason, error or refusal; `text` is the good answer."""
    if fault in (Fault.FAILED, Fault.PROMPT_BLOCKED):
        # A router in front of several services answers so, with status 200.
        code = "content_filter" if fault is Fault.PROMPT_BLOCKED else "server_error"
        return json_reply({"error": {"code": code, "message": "emulated fault"}})
    if fault is Fault.NO_OUTPUT:
        return _completion(asked, [], read=token_count(asked.prompt), written=0)
    if fault is Fault.REFUSAL:
        return chatted(asked, None, message={"refusal": _REFUSAL})
    calls = [{"id": "call_emulated", "type": "function", "function": _TOOL}]
    more = {"tool_calls": calls} if fault is Fault.TOOL_CALL else None
    cut = text[: len(text) // 2] if fault in _CUT else None
    return chatted(asked, cut, reason=_FINISH[fault], message=more)


def _completion(asked: Asked, choices: list[dict[str, Any]], *, read: int, written: int) -> Reply:
    return json_reply(
        {
            "id": "chatcmpl-emulated",
            "object": "chat.completion",
            "created": 0,
            "model": asked.emulated_model,
            "choices": choices,
            "usage": {
                "prompt_tokens": read,
                "completion_tokens": written,
                "total_tokens": read + written,
            },
        }
    )
