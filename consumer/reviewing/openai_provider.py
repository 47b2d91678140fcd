"""OpenAI: one model through the Responses API. The only importer of that SDK.

Any server that speaks `POST <base_url>/responses` will do. Status and refusal are read before the
text; the SDK's two default retries, which repeat even a spent quota, stay off.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx2
import openai
from openai.types.responses import Response

from consumer.reviewing.answer_schema import for_openai
from consumer.reviewing.http_failures import (
    failure_of_http,
    kind_of_exception,
    kind_of_status,
    retry_after_seconds,
)
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest

OPENAI_EXCEPTIONS: Final[Mapping[type[BaseException], OutcomeKind]] = {
    # Those with a status are told apart by it; these stand for the class as a whole.
    openai.OpenAIError: OutcomeKind.PERMANENT,
    openai.APIError: OutcomeKind.TRANSIENT,
    openai.APIStatusError: OutcomeKind.TRANSIENT,
    openai.APIConnectionError: OutcomeKind.TRANSIENT,
    openai.APITimeoutError: OutcomeKind.TIMEOUT,
    openai.APIResponseValidationError: OutcomeKind.TRANSIENT,
    openai.BadRequestError: OutcomeKind.PERMANENT,
    openai.AuthenticationError: OutcomeKind.PERMANENT,
    openai.OAuthError: OutcomeKind.PERMANENT,
    openai.PermissionDeniedError: OutcomeKind.PERMANENT,
    openai.NotFoundError: OutcomeKind.PERMANENT,
    openai.ConflictError: OutcomeKind.TRANSIENT,
    openai.UnprocessableEntityError: OutcomeKind.PERMANENT,
    openai.RateLimitError: OutcomeKind.RATE_LIMITED,
    openai.InternalServerError: OutcomeKind.TRANSIENT,
    openai.LengthFinishReasonError: OutcomeKind.TRUNCATED,
    openai.ContentFilterFinishReasonError: OutcomeKind.BLOCKED,
    # Of webhooks, sockets and workload identity, none of which is used here.
    openai.InvalidWebhookSignatureError: OutcomeKind.PERMANENT,
    openai.WebSocketConnectionClosedError: OutcomeKind.TRANSIENT,
    openai.WebSocketQueueFullError: OutcomeKind.LOCAL_SATURATION,
    # A 200 whose body is not the API's.
    json.JSONDecodeError: OutcomeKind.TRANSIENT,
    UnicodeDecodeError: OutcomeKind.TRANSIENT,
    AttributeError: OutcomeKind.TRANSIENT,
}

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
# `error.code` of a failed response or of an error body.
ERROR_CODES: Final[Mapping[str, OutcomeKind]] = {
    "server_error": OutcomeKind.TRANSIENT,
    "rate_limit_exceeded": OutcomeKind.RATE_LIMITED,
    "insufficient_quota": OutcomeKind.QUOTA,
    "billing_hard_limit_reached": OutcomeKind.QUOTA,
    "invalid_prompt": OutcomeKind.BLOCKED,
    "content_filter": OutcomeKind.BLOCKED,
    "content_policy_violation": OutcomeKind.BLOCKED,
    "bio_policy": OutcomeKind.BLOCKED,
    "misalignment_policy_violation": OutcomeKind.BLOCKED,
    "data_residency_mismatch": OutcomeKind.PERMANENT,
}


class OpenAIProvider:
    """A `Provider`; build it once. `http_client` is the caller's to size and to close."""

    name = "openai"

    def __init__(
        self, *, api_key: str, model: str, base_url: str | None, http_client: httpx2.AsyncClient
    ) -> None:
        self.model = model
        self._responses = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            http_client=http_client,
            max_retries=0,
        ).responses

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask once."""
        try:
            response: object = await self._responses.create(
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
                        "schema": for_openai(request.schema),
                    }
                },
                timeout=timeout_seconds,
            )
        except openai.APIStatusError as error:
            return _failure_of_status(error)
        except openai.APIConnectionError as error:
            return _failure_of_connection(error)
        except httpx2.HTTPError as error:
            return failure_of_http(error)
        except Exception as error:  # noqa: BLE001 - a foreign SDK, foreign bodies: one failed attempt
            kind = kind_of_exception(error, OPENAI_EXCEPTIONS) or OutcomeKind.TRANSIENT
            return Outcome(kind=kind, detail=type(error).__name__)
        # An HTML page or an empty 200 comes back as a str, a JSON list as a list.
        if not isinstance(response, Response):
            return Outcome(kind=OutcomeKind.TRANSIENT, detail="not_a_response")
        return _read(response)


def _read(response: Response) -> Outcome:
    """Read status and refusal, and only then the text; the SDK checks no field's type."""
    usage = _usage(response)
    if response.status == "incomplete":
        reason = str(getattr(response.incomplete_details, "reason", None))
        kind = INCOMPLETE_REASONS.get(reason, OutcomeKind.TRANSIENT)
        return Outcome(kind=kind, detail=f"incomplete_{_code(reason)}", usage=usage)
    if response.error is not None:
        code = str(getattr(response.error, "code", None))
        kind = ERROR_CODES.get(code, OutcomeKind.TRANSIENT)
        return Outcome(kind=kind, detail=f"error_{_code(code)}", usage=usage)
    kind = STATUSES.get(str(response.status), OutcomeKind.TRANSIENT)
    if kind is not OutcomeKind.OK:
        return Outcome(kind=kind, detail=f"status_{_code(str(response.status))}", usage=usage)
    texts: list[str] = []
    for item in response.output or ():
        for part in getattr(item, "content", None) or ():
            if getattr(part, "type", None) == "refusal":
                return Outcome(kind=OutcomeKind.REFUSED, detail="refusal", usage=usage)
            if getattr(part, "type", None) == "output_text":
                texts.append(str(getattr(part, "text", "")))
    return Outcome.ok("".join(texts), usage)


def _usage(response: Response) -> Usage:
    read = getattr(response.usage, "input_tokens", None)
    written = getattr(response.usage, "output_tokens", None)
    return Usage(
        input_tokens=read if isinstance(read, int) else None,
        output_tokens=written if isinstance(written, int) else None,
    )


def _failure_of_status(error: openai.APIStatusError) -> Outcome:
    by_code = ERROR_CODES.get(error.code or "") or ERROR_CODES.get(str(error.type))
    return Outcome(
        kind=by_code or kind_of_status(error.status_code),
        retry_after_seconds=retry_after_seconds(error.response.headers),
        detail=f"http_{error.status_code}",
    )


def _failure_of_connection(error: openai.APIConnectionError) -> Outcome:
    """Look at what the SDK wrapped: a full pool of ours is no failure of the provider."""
    if isinstance(error.__cause__, httpx2.HTTPError):
        return failure_of_http(error.__cause__)
    kind = kind_of_exception(error, OPENAI_EXCEPTIONS) or OutcomeKind.TRANSIENT
    return Outcome(kind=kind, detail=type(error).__name__)


def _code(text: Any) -> str:
    """Keep a provider's code only where it looks like one."""
    word = str(text)
    return word if word.isascii() and word.isidentifier() and len(word) <= 40 else "unknown"
