"""Faults: everything that a model service can do instead of answering, and when it does it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """One way to fail; each wire shows it in its own true shape."""

    # A status other than 200.
    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    REQUEST_TIMEOUT = "request_timeout"
    CONFLICT = "conflict"
    RATE_LIMITED = "rate_limited"
    RATE_LIMITED_LONG = "rate_limited_long"
    RATE_LIMITED_BARE = "rate_limited_bare"
    QUOTA = "quota"
    SERVER_ERROR = "server_error"
    BAD_GATEWAY_PAGE = "bad_gateway_page"
    UNAVAILABLE = "unavailable"
    GATEWAY_TIMEOUT = "gateway_timeout"
    # A 200 that is not one.
    HANG = "hang"
    HANG_IN_BODY = "hang_in_body"
    TRICKLE = "trickle"
    CUT_BODY = "cut_body"
    CUT_JSON = "cut_json"
    EMPTY_BODY = "empty_body"
    HTML_PAGE = "html_page"
    JSON_LIST = "json_list"
    EMPTY_OBJECT = "empty_object"
    NO_OUTPUT = "no_output"
    # An answer that its own service calls unfinished or refused.
    SAFETY = "safety"
    RECITATION = "recitation"
    PROMPT_BLOCKED = "prompt_blocked"
    REFUSAL = "refusal"
    MAX_TOKENS = "max_tokens"
    FAILED = "failed"
    # A finished answer that is wrong.
    INVALID_JSON = "invalid_json"
    EMPTY_TEXT = "empty_text"
    WRONG_SHAPE = "wrong_shape"
    WRONG_TYPES = "wrong_types"
    INVENTED_QUOTES = "invented_quotes"
    INVENTED_NUMBERS = "invented_numbers"
    XP_OUT_OF_RANGE = "xp_out_of_range"
    GIANT_BODY = "giant_body"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """When `fault` happens; None stands for any.

    `provider` is gemini or openai; `call` is arc, scoring, perspective (any of them) or
    perspective:<persona_id>; `nth` has the numbers, from 1, of that call's requests to that
    provider.
    """

    fault: Fault
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


@dataclass(slots=True)
class FaultPlan:
    """Chooses each request's fault, the first rule that meets it; counts the requests.

    It belongs to one event loop. `requests` holds (provider, call) in the order of arrival.
    """

    rules: Sequence[FaultRule] = ()
    requests: list[tuple[str, str]] = field(default_factory=list)
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def choose(self, provider: str, call: str) -> Fault | None:
        """Count one request and return its fault, None where it is answered well."""
        self.requests.append((provider, call))
        self._counts[provider, call] += 1
        nth = self._counts[provider, call]
        return next((r.fault for r in self.rules if r.meets(provider, call, nth)), None)
