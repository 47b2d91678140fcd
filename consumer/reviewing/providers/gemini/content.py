"""Gemini: one model through google-genai's `generateContent`.

The SDK raises nothing for a blocked prompt, an empty body or a cut answer, so block reason and
finish reason are read before the text. Its retries and its automatic continuation stay off, its
timeout is per read: the caller bounds the attempt.
"""

from collections.abc import Mapping
from typing import Final

import httpx2
from google.genai import types

from consumer.reviewing.answer_schema import Dialect, schema_in
from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.providers.gemini.client import gemini_client
from consumer.reviewing.providers.gemini.failures import failure_of_gemini
from consumer.reviewing.providers.sdk_reply import outcome_of, usage_of

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

_Blocked = types.BlockedReason
BLOCK_REASONS: Final[Mapping[types.BlockedReason, OutcomeKind]] = {
    _Blocked.BLOCKED_REASON_UNSPECIFIED: OutcomeKind.BLOCKED,
    _Blocked.SAFETY: OutcomeKind.BLOCKED,
    _Blocked.OTHER: OutcomeKind.BLOCKED,
    _Blocked.BLOCKLIST: OutcomeKind.BLOCKED,
    _Blocked.PROHIBITED_CONTENT: OutcomeKind.BLOCKED,
    _Blocked.IMAGE_SAFETY: OutcomeKind.BLOCKED,
    _Blocked.MODEL_ARMOR: OutcomeKind.BLOCKED,
    _Blocked.JAILBREAK: OutcomeKind.BLOCKED,
}


class GeminiProvider:
    """A `Provider` of the `generateContent` interface; build it once.

    `http_client` is the caller's to size and to close.
    """

    name = "gemini"

    def __init__(
        self, *, api_key: str, model: str, base_url: str | None, http_client: httpx2.AsyncClient
    ) -> None:
        self.model = model
        client = gemini_client(api_key=api_key, base_url=base_url, http_client=http_client)
        self._models = client.aio.models

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask once."""
        asked = self._models.generate_content(
            model=self.model,
            contents=request.user,
            config=types.GenerateContentConfig(
                system_instruction=request.system,
                response_mime_type="application/json",
                response_json_schema=schema_in(Dialect.GEMINI, request.call),
                max_output_tokens=request.max_output_tokens,
                automatic_continuation=False,
                automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
                http_options=types.HttpOptions(timeout=max(1, round(timeout_seconds * 1000))),
            ),
        )
        return await outcome_of(
            asked, types.GenerateContentResponse, read=_read, failure=failure_of_gemini
        )


def _read(response: types.GenerateContentResponse) -> Outcome:
    """Read block reason and finish reason, and only then the text."""
    usage = usage_of(
        response.usage_metadata,
        read="prompt_token_count",
        written=("candidates_token_count", "thoughts_token_count"),
    )
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        kind = BLOCK_REASONS.get(feedback.block_reason, OutcomeKind.BLOCKED)
        return Outcome(kind=kind, detail="prompt_blocked", usage=usage)
    if not response.candidates:
        return Outcome(kind=OutcomeKind.TRANSIENT, detail="no_candidate", usage=usage)
    candidate = response.candidates[0]
    reason = candidate.finish_reason or _Reason.FINISH_REASON_UNSPECIFIED
    # A reason newer than this SDK says nothing about the answer: ask again, then elsewhere.
    kind = FINISH_REASONS.get(reason, OutcomeKind.TRANSIENT)
    if kind is not OutcomeKind.OK:
        return Outcome(kind=kind, detail=f"finish_{reason.value.lower()}", usage=usage)
    parts = (candidate.content.parts if candidate.content else None) or []
    texts = [part.text for part in parts if part.text is not None and not part.thought]
    if not texts:
        return Outcome(kind=OutcomeKind.TRANSIENT, detail="no_output", usage=usage)
    return Outcome.ok("".join(texts), usage, model=response.model_version)
