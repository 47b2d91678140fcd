"""What a service answers on the wire of each interface, and a service that answers it."""

import json
from collections.abc import Callable
from typing import Any

import httpx2

Handler = Callable[[httpx2.Request], httpx2.Response]


def gemini(text: str | None = "{}", **changes: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"finishReason": "STOP"}
    if text is not None:
        candidate["content"] = {"role": "model", "parts": [{"text": text}]}
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 4, "thoughtsTokenCount": 3}
    return {"candidates": [candidate | changes], "usageMetadata": usage}


def openai(text: str | None = "{}", **changes: Any) -> dict[str, Any]:
    content = [] if text is None else [{"type": "output_text", "text": text, "annotations": []}]
    body: dict[str, Any] = {
        "id": "r",
        "object": "response",
        "status": "completed",
        "output": [{"type": "message", "role": "assistant", "content": content}],
        "usage": {"input_tokens": 10, "output_tokens": 7, "total_tokens": 17},
    }
    return body | changes


def interaction(text: str | None = "{}", **changes: Any) -> dict[str, Any]:
    content = [] if text is None else [{"type": "text", "text": text}]
    usage = {"total_input_tokens": 10, "total_output_tokens": 4, "total_thought_tokens": 3}
    body: dict[str, Any] = {
        "id": "i",
        "status": "completed",
        "steps": [{"type": "model_output", "content": content}],
        "usage": usage,
    }
    return body | changes


def chat(text: str | None = "{}", **changes: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17}
    choice = {"index": 0, "finish_reason": "stop", "message": message} | changes
    return {"id": "c", "object": "chat.completion", "choices": [choice], "usage": usage}


class Replying:
    """A service that gives every request the same answer, and keeps what it was asked."""

    def __init__(
        self, status: int = 200, *, body: object = None, headers: dict[str, str] | None = None
    ) -> None:
        self._status = status
        self._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._headers = {"content-type": "application/json"} | (headers or {})
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return httpx2.Response(self._status, content=self._content, headers=self._headers)
