"""Faults: everything that a model service can do instead of answering, and when it does it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """One way to fail; each interface shows it in its own true shape."""

    # A status other than 200.
    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    BAD_KEY = "bad_key"
    PAYMENT_REQUIRED = "payment_required"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    REQUEST_TIMEOUT = "request_timeout"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    UNPROCESSABLE = "unprocessable"
    RATE_LIMITED = "rate_limited"
    RATE_LIMITED_DATE = "rate_limited_date"
    RATE_LIMITED_MS = "rate_limited_ms"
    RATE_LIMITED_BODY = "rate_limited_body"
    RATE_LIMITED_LONG = "rate_limited_long"
    RATE_LIMITED_BARE = "rate_limited_bare"
    RATE_LIMITED_NONSENSE = "rate_limited_nonsense"
    QUOTA = "quota"
    CANCELLED = "cancelled"
    SERVER_ERROR = "server_error"
    BAD_GATEWAY_PAGE = "bad_gateway_page"
    UNAVAILABLE = "unavailable"
    GATEWAY_TIMEOUT = "gateway_timeout"
    OVERLOADED = "overloaded"
    REDIRECT = "redirect"
    # A connection that does not do its part.
    HANG = "hang"
    HANG_IN_BODY = "hang_in_body"
    TRICKLE = "trickle"
    ENDLESS = "endless"
    FLOOD = "flood"
    CUT_BODY = "cut_body"
    RESET = "reset"
    RESET_IN_BODY = "reset_in_body"
    # A 200 that is not one.
    CUT_JSON = "cut_json"
    EMPTY_BODY = "empty_body"
    HTML_PAGE = "html_page"
    EVENT_STREAM = "event_stream"
    BAD_ENCODING = "bad_encoding"
    JSON_LIST = "json_list"
    JSON_NULL = "json_null"
    EMPTY_OBJECT = "empty_object"
    NO_OUTPUT = "no_output"
    # An answer that its own service calls unfinished or refused.
    SAFETY = "safety"
    RECITATION = "recitation"
    PROMPT_BLOCKED = "prompt_blocked"
    REFUSAL = "refusal"
    MAX_TOKENS = "max_tokens"
    CONTINUATION = "continuation"
    TOOL_CALL = "tool_call"
    UNFINISHED = "unfinished"
    UNKNOWN_FINISH = "unknown_finish"
    FAILED = "failed"
    # A finished answer that is wrong.
    INVALID_JSON = "invalid_json"
    TWO_ANSWERS = "two_answers"
    DEEP_NESTING = "deep_nesting"
    NOT_A_NUMBER = "not_a_number"
    EMPTY_TEXT = "empty_text"
    WRONG_SHAPE = "wrong_shape"
    WRONG_TYPES = "wrong_types"
    EXTRA_FIELDS = "extra_fields"
    INVENTED_QUOTES = "invented_quotes"
    INVENTED_NUMBERS = "invented_numbers"
    OTHER_LANGUAGE = "other_language"
    XP_OUT_OF_RANGE = "xp_out_of_range"
    XP_NEGATIVE = "xp_negative"
    GIANT_BODY = "giant_body"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """What happens to which requests; None stands for any.

    Without a `fault` the answer is good and only late. `provider` is gemini or openai; `call` is
    arc, scoring, perspective (any of them) or perspective:<persona_id>; `nth` has the numbers,
    from 1, of that call's requests to that provider.
    """

    fault: Fault | None = None
    delay_seconds: float = 0.0
    provider: str | None = None
    call: str | None = None
    nth: frozenset[int] | None = None

    def meets(self, provider: str, call: str, nth: int) -> bool:
        """Tell whether this rule speaks of that request."""
        return (
            self.provider in (None, provider)
            and self.call in (None, call, call.partition(":")[0])
            and (self.nth is None or nth in self.nth)
        )


_NOTHING = FaultRule()


@dataclass(slots=True)
class FaultPlan:
    """Chooses each request's fate, the first rule that meets it; counts the requests.

    It belongs to one event loop. `requests` holds (provider, call) in the order of arrival.
    """

    rules: Sequence[FaultRule] = ()
    requests: list[tuple[str, str]] = field(default_factory=list)
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def choose(self, provider: str, call: str) -> FaultRule:
        """Count one request and return the rule that meets it, else one of no fault."""
        self.requests.append((provider, call))
        self._counts[provider, call] += 1
        nth = self._counts[provider, call]
        return next((r for r in self.rules if r.meets(provider, call, nth)), _NOTHING)
