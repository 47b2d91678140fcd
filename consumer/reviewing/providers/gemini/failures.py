"""Gemini's failures: what google-genai raises, by either interface, as outcomes.

The Interactions client has errors of its own that share no ancestor with the others', and wraps
what httpx2 raises, a full pool among it, in a time-out.
"""

from collections.abc import Mapping
from typing import Any, Final

from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.providers.http_failures import (
    failure_of_http,
    kind_of_sdk_error,
    kind_of_status,
    retry_after_seconds,
)

PACKAGE: Final = "google.genai"

# Every exception class of the SDK. Those with a status are told apart by it.
GEMINI_ERRORS: Final[Mapping[str, OutcomeKind]] = {
    # generateContent
    "APIError": OutcomeKind.TRANSIENT,
    "ClientError": OutcomeKind.PERMANENT,
    "ServerError": OutcomeKind.TRANSIENT,
    "UnknownApiResponseError": OutcomeKind.TRANSIENT,
    # Continuation is off in both interfaces.
    "ContinuationInterruptedError": OutcomeKind.TRUNCATED,
    "ContinuationTimeoutError": OutcomeKind.TRUNCATED,
    # Interactions, as its callers see it
    "GeminiNextGenAPIClientError": OutcomeKind.TRANSIENT,
    "APIStatusError": OutcomeKind.TRANSIENT,
    "APIConnectionError": OutcomeKind.TRANSIENT,
    "APITimeoutError": OutcomeKind.TIMEOUT,
    "APIResponseValidationError": OutcomeKind.TRANSIENT,
    "BadRequestError": OutcomeKind.PERMANENT,
    "AuthenticationError": OutcomeKind.PERMANENT,
    "PermissionDeniedError": OutcomeKind.PERMANENT,
    "NotFoundError": OutcomeKind.PERMANENT,
    "ConflictError": OutcomeKind.TRANSIENT,
    "UnprocessableEntityError": OutcomeKind.PERMANENT,
    "RateLimitError": OutcomeKind.RATE_LIMITED,
    "InternalServerError": OutcomeKind.TRANSIENT,
    # Interactions, beneath that
    "GenAiError": OutcomeKind.TRANSIENT,
    "GenAiDefaultError": OutcomeKind.TRANSIENT,
    "NoResponseError": OutcomeKind.TRANSIENT,
    "ResponseValidationError": OutcomeKind.TRANSIENT,
    "TemporaryError": OutcomeKind.TRANSIENT,
    "PermanentError": OutcomeKind.TRANSIENT,
    "CreateInteractionClientError": OutcomeKind.PERMANENT,
    "CreateInteractionServerError": OutcomeKind.TRANSIENT,
    "GetInteractionByIDClientError": OutcomeKind.PERMANENT,
    "GetInteractionByIDServerError": OutcomeKind.TRANSIENT,
    "CancelInteractionByIDClientError": OutcomeKind.PERMANENT,
    "CancelInteractionByIDServerError": OutcomeKind.TRANSIENT,
    "DeleteInteractionClientError": OutcomeKind.PERMANENT,
    "DeleteInteractionServerError": OutcomeKind.TRANSIENT,
    # Tools and live sessions are never asked for, so these are our own mistake.
    "UnsupportedFunctionError": OutcomeKind.PERMANENT,
    "UnknownFunctionCallArgumentError": OutcomeKind.PERMANENT,
    "FunctionInvocationError": OutcomeKind.PERMANENT,
    "EphemeralTokenAPIKeyError": OutcomeKind.PERMANENT,
    "ExperimentalWarning": OutcomeKind.PERMANENT,
}


def failure_of_gemini(error: Exception) -> Outcome:
    """Translate whatever a call of the SDK raised, the status before the class."""
    http = failure_of_http(error)
    if http is not None:
        return http
    status = getattr(error, "code", None) or getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 400:
        return _failure_of_status(error, status)
    kind = kind_of_sdk_error(error, package=PACKAGE, table=GEMINI_ERRORS)
    return Outcome(kind=kind, detail=type(error).__name__)


def _failure_of_status(error: Exception, status: int) -> Outcome:
    kind = kind_of_status(status)
    details = _details(error)
    if kind is OutcomeKind.RATE_LIMITED and _is_daily_quota(details):
        kind = OutcomeKind.QUOTA
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    wait = retry_after_seconds(headers)
    return Outcome(
        kind=kind,
        retry_after_seconds=wait if wait is not None else _retry_delay_seconds(details),
        detail=f"http_{status}",
    )


def _details(error: Exception) -> list[dict[str, Any]]:
    """Return the `google.rpc` details of an error body, whatever else the body is."""
    body = getattr(error, "details", None) or getattr(error, "body", None)
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
