"""OpenAI by Chat Completions: what nearly every server of open models speaks.

Ollama, vLLM, llama.cpp and LM Studio hold a model to the schema here and not all of them in
Responses. They may leave `usage` out, put thoughts into fields of their own, and answer an error
with status 200; all of that is read as it comes.
"""

from collections.abc import Mapping
from typing import Final, Literal

import httpx2
import openai
from openai.types.chat import ChatCompletion

from consumer.reviewing.answer_schema import Dialect, schema_in
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.providers.openai.bare_answer import bare_answer
from consumer.reviewing.providers.openai.client import openai_client
from consumer.reviewing.providers.openai.failures import ERROR_CODES, code_word, failure_of_openai
from consumer.reviewing.providers.sdk_reply import outcome_of, usage_of

LimitField = Literal["max_completion_tokens", "max_tokens"]

CHAT_FINISH_REASONS: Final[Mapping[str, OutcomeKind]] = {
    "stop": OutcomeKind.OK,
    "length": OutcomeKind.TRUNCATED,
    "content_filter": OutcomeKind.BLOCKED,
    # Tools are never offered.
    "tool_calls": OutcomeKind.TRANSIENT,
    "function_call": OutcomeKind.TRANSIENT,
}


class OpenAIChatProvider:
    """A `Provider` of the Chat Completions interface; build it once.

    `http_client` is the caller's to size and to close. `limit_field` is how the server calls the
    output budget: OpenAI's own reasoning models refuse `max_tokens`, Ollama knows nothing else.
    """

    name = "openai"

    def __init__(
        self,
        *,
        api_key: str,
        model: str,
        base_url: str | None,
        http_client: httpx2.AsyncClient,
        limit_field: LimitField = "max_completion_tokens",
    ) -> None:
        self.model = model
        self._limit_field = limit_field
        client = openai_client(api_key=api_key, base_url=base_url, http_client=http_client)
        self._completions = client.chat.completions

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask once."""
        old = self._limit_field == "max_tokens"
        asked = self._completions.create(
            model=self.model,
            messages=[
                {"role": "system", "content": request.system},
                {"role": "user", "content": request.user},
            ],
            max_tokens=request.max_output_tokens if old else openai.omit,
            max_completion_tokens=openai.omit if old else request.max_output_tokens,
            response_format={
                "type": "json_schema",
                "json_schema": {
                    "name": request.call,
                    "strict": True,
                    "schema": schema_in(Dialect.OPENAI, request.call),
                },
            },
            timeout=timeout_seconds,
        )
        return await outcome_of(asked, ChatCompletion, read=_read, failure=failure_of_openai)


def _read(completion: ChatCompletion) -> Outcome:
    """Read error, finish reason and refusal, and only then the text; no field's type is sure."""
    usage = usage_of(completion.usage, read="prompt_tokens", written=("completion_tokens",))
    choices = getattr(completion, "choices", None)
    if not isinstance(choices, list) or not choices:
        return _without_choice(completion, usage)
    reason = str(getattr(choices[0], "finish_reason", None))
    kind = CHAT_FINISH_REASONS.get(reason, OutcomeKind.TRANSIENT)
    if kind is not OutcomeKind.OK:
        return Outcome(kind=kind, detail=f"finish_{code_word(reason)}", usage=usage)
    message = getattr(choices[0], "message", None)
    if getattr(message, "refusal", None):
        return Outcome(kind=OutcomeKind.REFUSED, detail="refusal", usage=usage)
    content = getattr(message, "content", None)
    if not isinstance(content, str):
        return Outcome(kind=OutcomeKind.TRANSIENT, detail="no_output", usage=usage)
    return Outcome.ok(bare_answer(content), usage, model=completion.model)


def _without_choice(completion: ChatCompletion, usage: Usage) -> Outcome:
    """Look for an error that came with status 200, as routers in front of others send it."""
    error = getattr(completion, "error", None)
    code = str(error.get("code") or error.get("type")) if isinstance(error, dict) else None
    kind = ERROR_CODES.get(code or "", OutcomeKind.TRANSIENT)
    detail = f"error_{code_word(code)}" if code else "no_choice"
    return Outcome(kind=kind, detail=detail, usage=usage)
