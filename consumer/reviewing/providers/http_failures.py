"""HTTP failures: httpx2's exceptions and HTTP statuses as outcomes, for every adapter.

The tables name each class of its own; a test fails on one that nobody mapped. An SDK's classes are
named by text, because half of them stand in private modules that its public ones load when asked.
"""

import email.utils
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import httpx2

from consumer.reviewing.outcome import Misconfiguration, Outcome, OutcomeKind

# A full connection pool is our own doing: it must never count against the provider.
HTTP_EXCEPTIONS: Final[Mapping[type, OutcomeKind]] = {
    httpx2.PoolTimeout: OutcomeKind.LOCAL_SATURATION,
    httpx2.ConnectTimeout: OutcomeKind.TRANSIENT,
    httpx2.ReadTimeout: OutcomeKind.TIMEOUT,
    httpx2.WriteTimeout: OutcomeKind.TIMEOUT,
    httpx2.TimeoutException: OutcomeKind.TIMEOUT,
    httpx2.ConnectError: OutcomeKind.TRANSIENT,
    httpx2.ReadError: OutcomeKind.TRANSIENT,
    httpx2.WriteError: OutcomeKind.TRANSIENT,
    httpx2.CloseError: OutcomeKind.TRANSIENT,
    httpx2.NetworkError: OutcomeKind.TRANSIENT,
    httpx2.RemoteProtocolError: OutcomeKind.TRANSIENT,
    httpx2.LocalProtocolError: OutcomeKind.PERMANENT,
    httpx2.ProtocolError: OutcomeKind.TRANSIENT,
    httpx2.ProxyError: OutcomeKind.TRANSIENT,
    httpx2.UnsupportedProtocol: OutcomeKind.PERMANENT,
    httpx2.TransportError: OutcomeKind.TRANSIENT,
    httpx2.DecodingError: OutcomeKind.TRANSIENT,
    httpx2.TooManyRedirects: OutcomeKind.PERMANENT,
    httpx2.RequestError: OutcomeKind.TRANSIENT,
    httpx2.HTTPStatusError: OutcomeKind.TRANSIENT,
    httpx2.HTTPError: OutcomeKind.TRANSIENT,
    httpx2.InvalidURL: OutcomeKind.PERMANENT,
    httpx2.CookieConflict: OutcomeKind.PERMANENT,
    httpx2.SSEError: OutcomeKind.TRANSIENT,
    httpx2.StreamError: OutcomeKind.TRANSIENT,
    httpx2.StreamConsumed: OutcomeKind.TRANSIENT,
    httpx2.StreamClosed: OutcomeKind.TRANSIENT,
    httpx2.ResponseNotRead: OutcomeKind.TRANSIENT,
    httpx2.RequestNotRead: OutcomeKind.TRANSIENT,
}

# What the code generator behind both the openai SDK and the Interactions client calls its errors.
GENERATED_ERRORS: Final[Mapping[str, OutcomeKind]] = {
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
}

# What asking again may mend although it is a 4xx; every other 4xx is permanent.
_STATUSES: Final[Mapping[int, OutcomeKind]] = {
    408: OutcomeKind.TRANSIENT,
    409: OutcomeKind.TRANSIENT,
    425: OutcomeKind.TRANSIENT,
    429: OutcomeKind.RATE_LIMITED,
    499: OutcomeKind.TRANSIENT,  # Google's CANCELLED
    402: OutcomeKind.QUOTA,
    501: OutcomeKind.PERMANENT,
    505: OutcomeKind.PERMANENT,
}

# Every request of this deployment meets these alike, until somebody changes its settings.
_MISCONFIGURED: Final[Mapping[int, Misconfiguration]] = {
    401: Misconfiguration.KEY_REFUSED,
    403: Misconfiguration.NOT_ALLOWED,
    404: Misconfiguration.NOT_FOUND,
}


def kind_of_status(status: int) -> OutcomeKind:
    """Return what an HTTP status other than 200 means."""
    if status in _STATUSES:
        return _STATUSES[status]
    return OutcomeKind.PERMANENT if 400 <= status < 500 else OutcomeKind.TRANSIENT


def failure_of_status(
    status: int,
    headers: Mapping[str, str],
    *,
    kind: OutcomeKind | None = None,
    misconfigured: Misconfiguration | None = None,
) -> Outcome:
    """Translate an error reply; what its body says, `kind` or `misconfigured`, wins."""
    if kind is None:
        misconfigured = misconfigured or _MISCONFIGURED.get(status)
        kind = OutcomeKind.PERMANENT if misconfigured else kind_of_status(status)
    return Outcome(
        kind=kind,
        retry_after_seconds=retry_after_seconds(headers),
        detail=misconfigured or f"http_{status}",
    )


def failure_of_class(
    error: Exception, *, package: str, table: Mapping[str, OutcomeKind]
) -> Outcome:
    """Translate an error that carries no reply: httpx2's by its class, else an SDK's by `table`.

    The nearest ancestor counts that `table` names among those of `package`. What nobody named is
    transient: an attempt that failed, whose reason says nothing else.
    """
    http = _failure_of_http(error)
    if http is not None:
        return http
    kind = OutcomeKind.TRANSIENT
    for ancestor in type(error).__mro__:
        if ancestor.__module__.startswith(package) and ancestor.__name__ in table:
            kind = table[ancestor.__name__]
            break
    return Outcome(kind=kind, detail=type(error).__name__)


def _failure_of_http(error: BaseException) -> Outcome | None:
    """Translate an httpx2 error, also one that an SDK wrapped; None where there is none.

    A full connection pool looks like a time-out of the provider once it is wrapped.
    """
    for found in (error, error.__cause__):
        for ancestor in type(found).__mro__:
            if ancestor in HTTP_EXCEPTIONS:
                return Outcome(kind=HTTP_EXCEPTIONS[ancestor], detail=type(found).__name__)
    return None


def retry_after_seconds(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Read `retry-after-ms` or `Retry-After` (RFC 9110 10.2.3: seconds or a date).

    `now` is the answer's own `Date` where it is None, so that no clock is compared with another's;
    without either a date cannot be used. Nonsense and negative waits give None.
    """
    millis = _number(headers.get("retry-after-ms"))
    if millis is not None:
        return millis / 1000
    text = headers.get("retry-after")
    if text is None or (seconds := _number(text)) is not None:
        return seconds if text is not None else None
    until, since = _date(text), now or _date(headers.get("date", ""))
    if until is None or since is None:
        return None
    return max(0.0, (until - since).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _date(text: str) -> datetime | None:
    try:
        parsed = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
