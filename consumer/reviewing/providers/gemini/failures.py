"""Gemini's failures: what google-genai raises, by either interface, as outcomes.

The Interactions client has errors of its own that share no ancestor with the others', and wraps
what httpx2 raises, a full pool among it, in a time-out.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from consumer.reviewing.outcome import Misconfiguration, Outcome, OutcomeKind
from consumer.reviewing.providers.http_failures import (
    GENERATED_ERRORS,
    failure_of_class,
    failure_of_status,
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
    **GENERATED_ERRORS,
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
    status = getattr(error, "code", None) or getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 400:
        return _failure_of_reply(error, status)
    return failure_of_class(error, package=PACKAGE, table=GEMINI_ERRORS)


def _failure_of_reply(error: Exception, status: int) -> Outcome:
    told = _told(error)
    details = _details(told)
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    quota = OutcomeKind.QUOTA if status == 429 and _is_daily_quota(details) else None
    misconfigured = _misconfigured(told, details) if status == 400 else None
    outcome = failure_of_status(status, headers, kind=quota, misconfigured=misconfigured)
    if outcome.retry_after_seconds is None:
        outcome = replace(outcome, retry_after_seconds=_retry_delay_seconds(details))
    return outcome


def _told(error: Exception) -> Mapping[str, Any]:
    """Return the `error` of an error body, whatever else the body is."""
    body = getattr(error, "details", None) or getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else {}
    return inner if isinstance(inner, dict) else {}


def _details(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the `google.rpc` details of an error."""
    details = told.get("details", [])
    return [d for d in details if isinstance(d, dict)] if isinstance(details, list) else []


def _misconfigured(
    told: Mapping[str, Any], details: list[dict[str, Any]]
) -> Misconfiguration | None:
    """Tell a 400 that every request would get from one that finds fault with this request.

    A key that is wrong or expired comes as 400 with `google.rpc.ErrorInfo.reason`; an account
    without billing, or a region where there is no free use, as FAILED_PRECONDITION
    (https://ai.google.dev/gemini-api/docs/troubleshooting).
    """
    if any(d.get("reason") == "API_KEY_INVALID" for d in details):
        return Misconfiguration.KEY_REFUSED
    unmet = told.get("status") == "FAILED_PRECONDITION"
    return Misconfiguration.NOT_ALLOWED if unmet else None


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
