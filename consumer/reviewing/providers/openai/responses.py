"""OpenAI: one model through the Responses API, at OpenAI or at any server that speaks it.

Status and refusal are read before the text; the SDK's two default retries, which repeat even a
spent quota, stay off.
"""

from collections.abc import Mapping
from typing import Final

import httpx2
from openai.types.responses import Response

from consumer.reviewing.answer_schema import Dialect, schema_in
from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.providers.openai.bare_answer import bare_answer
from consumer.reviewing.providers.openai.client import openai_client
from consumer.reviewing.providers.openai.failures import ERROR_CODES, code_word, failure_of_openai
from consumer.reviewing.providers.sdk_reply import outcome_of, usage_of

STATUSES: Final[Mapping[str, OutcomeKind]] = {
    "completed": OutcomeKind.OK,
    "failed": OutcomeKind.TRANSIENT,
    "cancelled": OutcomeKind.TRANSIENT,
    "queued": OutcomeKind.TRANSIENT,
    "in_progress": OutcomeKind.TRANSIENT,
    "incomplete": OutcomeKind.TRANSIENT,
}
INCOMPLETE_REASONS: Final[Mapping[str, OutcomeKind]] = {
    "max_output_tokens": OutcomeKind.TRUNCATED,
    "content_filter": OutcomeKind.BLOCKED,
    "max_messages": OutcomeKind.TRANSIENT,
    "steered": OutcomeKind.TRANSIENT,
}


class OpenAIProvider:
    """A `Provider` of the Responses interface; build it once.

    `http_client` is the caller's to size and to close.
    """

    name = "openai"

    def __init__(
        self, *, api_key: str, model: str, base_url: str | None, http_client: httpx2.AsyncClient
    ) -> None:
        self.model = model
        client = openai_client(api_key=api_key, base_url=base_url, http_client=http_client)
        self._responses = client.responses

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask once."""
        asked = self._responses.create(
            model=self.model,
            instructions=request.system,
            input=request.user,
            max_output_tokens=request.max_output_tokens,
            store=False,
            text={
                "format": {
                    "type": "json_schema",
                    "name": request.call,
                    "strict": True,
                    "schema": schema_in(Dialect.OPENAI, request.call),
                }
            },
            timeout=timeout_seconds,
        )
        return await outcome_of(asked, Response, read=_read, failure=failure_of_openai)


def _read(response: Response) -> Outcome:
    """Read status and refusal, and only then the text; the SDK checks no field's type."""
    usage = usage_of(response.usage, read="input_tokens", written=("output_tokens",))
    if response.status == "incomplete":
        reason = str(getattr(response.incomplete_details, "reason", None))
        kind = INCOMPLETE_REASONS.get(reason, OutcomeKind.TRANSIENT)
        return Outcome(kind=kind, detail=f"incomplete_{code_word(reason)}", usage=usage)
    if response.error is not None:
        code = str(getattr(response.error, "code", None))
        kind = ERROR_CODES.get(code, OutcomeKind.TRANSIENT)
        return Outcome(kind=kind, detail=f"error_{code_word(code)}", usage=usage)
    kind = STATUSES.get(str(response.status), OutcomeKind.TRANSIENT)
    if kind is not OutcomeKind.OK:
        return Outcome(kind=kind, detail=f"status_{code_word(str(response.status))}", usage=usage)
    texts: list[str] = []
    for item in response.output or ():
        for part in getattr(item, "content", None) or ():
            if getattr(part, "type", None) == "refusal":
                return Outcome(kind=OutcomeKind.REFUSED, detail="refusal", usage=usage)
            if getattr(part, "type", None) == "output_text":
                texts.append(str(getattr(part, "text", "")))
    if not texts:
        return Outcome(kind=OutcomeKind.TRANSIENT, detail="no_output", usage=usage)
    return Outcome.ok(bare_answer("".join(texts)), usage, model=response.model)
