"""Gemini: one model through google-genai's `generateContent`. The only importer of that SDK.

The SDK raises nothing for a blocked prompt, an empty body or a cut answer, so status and finish
reason are read before the text. Its retries and its automatic continuation stay off, its timeout
is per read: the caller bounds the attempt.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx2
from google import genai
from google.genai import errors, types
from pydantic import ValidationError

from consumer.reviewing.answer_schema import for_gemini
from consumer.reviewing.http_failures import (
    failure_of_http,
    kind_of_exception,
    kind_of_status,
    retry_after_seconds,
)
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest

GEMINI_EXCEPTIONS: Final[Mapping[type[BaseException], OutcomeKind]] = {
    # The three API errors are told apart by their status; these are for a status nobody knows.
    errors.APIError: OutcomeKind.TRANSIENT,
    errors.ClientError: OutcomeKind.PERMANENT,
    errors.ServerError: OutcomeKind.TRANSIENT,
    errors.ContinuationInterruptedError: OutcomeKind.TRUNCATED,
    errors.UnknownApiResponseError: OutcomeKind.TRANSIENT,
    # Tools are never offered, so these are our own mistake.
    errors.UnsupportedFunctionError: OutcomeKind.PERMANENT,
    errors.UnknownFunctionCallArgumentError: OutcomeKind.PERMANENT,
    errors.FunctionInvocationError: OutcomeKind.PERMANENT,
    errors.ExperimentalWarning: OutcomeKind.PERMANENT,
    # A 200 whose body is not the API's: a proxy's page, a cut reply.
    json.JSONDecodeError: OutcomeKind.TRANSIENT,
    UnicodeDecodeError: OutcomeKind.TRANSIENT,
    ValidationError: OutcomeKind.TRANSIENT,
}

_Reason = types.FinishReason
FINISH_REASONS: Final[Mapping[types.FinishReason, OutcomeKind]] = {
    _Reason.STOP: OutcomeKind.OK,
    _Reason.MAX_TOKENS: OutcomeKind.TRUNCATED,
    _Reason.CONTINUATION: OutcomeKind.TRUNCATED,
    _Reason.SAFETY: OutcomeKind.BLOCKED,
    _Reason.RECITATION: OutcomeKind.BLOCKED,
    _Reason.BLOCKLIST: OutcomeKind.BLOCKED,
    _Reason.PROHIBITED_CONTENT: OutcomeKind.BLOCKED,
    _Reason.SPII: OutcomeKind.BLOCKED,
    _Reason.MODEL_ARMOR: OutcomeKind.BLOCKED,
    _Reason.LANGUAGE: OutcomeKind.BLOCKED,
    _Reason.ESCALATION: OutcomeKind.REFUSED,
    _Reason.PUP_LIMITED_DISABLED: OutcomeKind.PERMANENT,
    _Reason.IMAGE_SAFETY: OutcomeKind.BLOCKED,
    _Reason.IMAGE_PROHIBITED_CONTENT: OutcomeKind.BLOCKED,
    _Reason.IMAGE_RECITATION: OutcomeKind.BLOCKED,
    _Reason.IMAGE_OTHER: OutcomeKind.TRANSIENT,
    _Reason.NO_IMAGE: OutcomeKind.TRANSIENT,
    _Reason.OTHER: OutcomeKind.TRANSIENT,
    _Reason.FINISH_REASON_UNSPECIFIED: OutcomeKind.TRANSIENT,
    _Reason.MALFORMED_RESPONSE: OutcomeKind.TRANSIENT,
    _Reason.MALFORMED_FUNCTION_CALL: OutcomeKind.TRANSIENT,
    _Reason.UNEXPECTED_TOOL_CALL: OutcomeKind.TRANSIENT,
    _Reason.TOO_MANY_TOOL_CALLS: OutcomeKind.TRANSIENT,
    _Reason.MISSING_THOUGHT_SIGNATURE: OutcomeKind.TRANSIENT,
}


class GeminiProvider:
    """A `Provider`; build it once, for a client costs tens of milliseconds.

    `http_client` is the caller's to size and to close.
    """

    name = "gemini"

    def __init__(
        self, *, api_key: str, model: str, base_url: str | None, http_client: httpx2.AsyncClient
    ) -> None:
        self.model = model
        self._models = genai.Client(
            api_key=api_key,
            vertexai=False,
            http_options=types.HttpOptions(base_url=base_url, httpx_async_client=http_client),
        ).aio.models

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask once."""
        try:
            response = await self._models.generate_content(
                model=self.model,
                contents=request.user,
                config=types.GenerateContentConfig(
                    system_instruction=request.system,
                    response_mime_type="application/json",
                    response_json_schema=for_gemini(request.schema),
                    max_output_tokens=request.max_output_tokens,
                    automatic_continuation=False,
                    automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
                    http_options=types.HttpOptions(timeout=max(1, round(timeout_seconds * 1000))),
                ),
            )
        except errors.APIError as error:
            return _failure_of_api(error)
        except httpx2.HTTPError as error:
            return failure_of_http(error)
        except Exception as error:  # noqa: BLE001 - a foreign SDK, foreign bodies: one failed attempt
            kind = kind_of_exception(error, GEMINI_EXCEPTIONS) or OutcomeKind.TRANSIENT
            return Outcome(kind=kind, detail=type(error).__name__)
        return _read(response)


def _read(response: types.GenerateContentResponse) -> Outcome:
    """Read block reason and finish reason, and only then the text."""
    usage = _usage(response.usage_metadata)
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        return Outcome(kind=OutcomeKind.BLOCKED, detail="prompt_blocked", usage=usage)
    if not response.candidates:
        return Outcome(kind=OutcomeKind.TRANSIENT, detail="no_candidate", usage=usage)
    candidate = response.candidates[0]
    reason = candidate.finish_reason or _Reason.FINISH_REASON_UNSPECIFIED
    # A reason newer than this SDK says nothing about the answer: ask again, then elsewhere.
    kind = FINISH_REASONS.get(reason, OutcomeKind.TRANSIENT)
    if kind is not OutcomeKind.OK:
        return Outcome(kind=kind, detail=f"finish_{reason.value.lower()}", usage=usage)
    parts = (candidate.content.parts if candidate.content else None) or []
    text = "".join(part.text for part in parts if part.text and not part.thought)
    return Outcome.ok(text, usage)


def _usage(metadata: types.GenerateContentResponseUsageMetadata | None) -> Usage:
    if metadata is None:
        return Usage()
    written = [metadata.candidates_token_count, metadata.thoughts_token_count]
    known = [count for count in written if count is not None]
    return Usage(
        input_tokens=metadata.prompt_token_count,
        output_tokens=sum(known) if known else None,
    )


def _failure_of_api(error: errors.APIError) -> Outcome:
    kind = kind_of_status(error.code) if isinstance(error.code, int) else OutcomeKind.TRANSIENT
    details = _details(error)
    if kind is OutcomeKind.RATE_LIMITED and _is_daily_quota(details):
        kind = OutcomeKind.QUOTA
    headers = getattr(error.response, "headers", None) or {}
    wait = retry_after_seconds(headers)
    return Outcome(
        kind=kind,
        retry_after_seconds=wait if wait is not None else _retry_delay_seconds(details),
        detail=f"http_{error.code}",
    )


def _details(error: errors.APIError) -> list[dict[str, Any]]:
    """Return the `google.rpc` details of an error body, whatever else the body is."""
    body = error.details
    inner = body.get("error", body) if isinstance(body, dict) else {}
    details = inner.get("details", []) if isinstance(inner, dict) else []
    return [d for d in details if isinstance(d, dict)] if isinstance(details, list) else []


def _is_daily_quota(details: list[dict[str, Any]]) -> bool:
    """Tell a quota of a day, which no wait within a review mends, from a rate a minute."""
    violations = [v for d in details for v in d.get("violations") or () if isinstance(v, dict)]
    return any("PerDay" in str(v.get("quotaId", "")) for v in violations)


def _retry_delay_seconds(details: list[dict[str, Any]]) -> float | None:
    """Read `google.rpc.RetryInfo.retryDelay`, e.g. "34.07s"."""
    for detail in details:
        text = str(detail.get("retryDelay", "")).removesuffix("s")
        if text.replace(".", "", 1).isdigit():
            return float(text)
    return None
