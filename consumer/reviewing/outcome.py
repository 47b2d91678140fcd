"""Outcome: how one attempt at a model call ended, whichever provider it was.

Adapters translate their SDK's exceptions, statuses and finish reasons into an outcome *before*
they look at the body; everything after them decides on outcomes alone.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# As services name their models, e.g. models/gemini-2.5-flash or library/qwen3:8b.
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}")


class OutcomeKind(StrEnum):
    """Every way in which an attempt can end."""

    OK = "ok"
    INVALID_JSON = "invalid_json"
    INVALID_SCHEMA = "invalid_schema"
    UNGROUNDED = "ungrounded"
    REFUSED = "refused"
    BLOCKED = "blocked"
    TRUNCATED = "truncated"
    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    TRANSIENT = "transient"
    TIMEOUT = "timeout"
    LOCAL_SATURATION = "local_saturation"
    PERMANENT = "permanent"
    # Nobody was asked: this provider's circuit is open, or the request could pass a budget.
    CIRCUIT_OPEN = "circuit_open"
    OVER_BUDGET = "over_budget"


class Misconfiguration(StrEnum):
    """What a service refuses of a deployment, not of a request: only an operator mends it.

    As the `detail` of a permanent outcome.
    """

    KEY_REFUSED = "key_refused"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"


# The provider took the request and gave its answer, whatever the answer is worth.
ANSWERS: Final = frozenset(
    {OutcomeKind.OK, OutcomeKind.REFUSED, OutcomeKind.BLOCKED, OutcomeKind.TRUNCATED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the provider counted them; None where it did not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of one attempt.

    `text` is the model's answer, present exactly when `kind` is ok as far as the provider can
    tell. `retry_after_seconds` is what the provider asked for; where nobody was asked, when asking
    may be possible again. `detail` is a short code for logs and metrics: never the answer, the
    prompt or the provider's own words. `model` is what answered, as the service names it: often
    more exact than what was asked for; empty where it did not say.
    """

    kind: OutcomeKind
    text: str | None = None
    retry_after_seconds: float | None = None
    detail: str = ""
    usage: Usage = Usage()
    model: str = ""

    @classmethod
    def ok(cls, text: str, usage: Usage, *, model: object = None) -> "Outcome":
        """Return the outcome of an answer that the provider calls finished.

        `model` is whatever the reply names as its model; only what looks like a name is kept.
        """
        return cls(kind=OutcomeKind.OK, text=text, usage=usage, model=_name(model))


def _name(told: object) -> str:
    return told if isinstance(told, str) and _NAME.fullmatch(told) else ""
