"""Gemini by Interactions: one model through google-genai's `interactions.create`.

Google's advice for new work. Left to itself it stores every prompt, retries and continues on its
own: all three are off. The status is read before the steps; the SDK checks no field's type.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import httpx2
from google.genai.interactions import Interaction

from consumer.reviewing.answer_schema import Dialect, schema_in
from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.providers.gemini.client import gemini_client
from consumer.reviewing.providers.gemini.failures import failure_of_gemini
from consumer.reviewing.providers.sdk_reply import outcome_of, usage_of

INTERACTION_STATUSES: Final[Mapping[str, OutcomeKind]] = {
    "completed": OutcomeKind.OK,
    # The output budget ran out, of the whole answer or of one request.
    "incomplete": OutcomeKind.TRUNCATED,
    "requires_continuation": OutcomeKind.TRUNCATED,
    "failed": OutcomeKind.TRANSIENT,
    "cancelled": OutcomeKind.TRANSIENT,
    "in_progress": OutcomeKind.TRANSIENT,
    "queued": OutcomeKind.TRANSIENT,
    "budget_exceeded": OutcomeKind.QUOTA,
    # Tools are never offered.
    "requires_action": OutcomeKind.PERMANENT,
}

# google.rpc.Code of a step's error, https://github.com/googleapis/googleapis google/rpc/code.proto
RPC_CODES: Final[Mapping[int, OutcomeKind]] = {
    1: OutcomeKind.TRANSIENT,  # CANCELLED
    2: OutcomeKind.TRANSIENT,  # UNKNOWN
    3: OutcomeKind.PERMANENT,  # INVALID_ARGUMENT
    4: OutcomeKind.TRANSIENT,  # DEADLINE_EXCEEDED
    5: OutcomeKind.PERMANENT,  # NOT_FOUND
    6: OutcomeKind.PERMANENT,  # ALREADY_EXISTS
    7: OutcomeKind.PERMANENT,  # PERMISSION_DENIED
    8: OutcomeKind.RATE_LIMITED,  # RESOURCE_EXHAUSTED
    9: OutcomeKind.PERMANENT,  # FAILED_PRECONDITION
    10: OutcomeKind.TRANSIENT,  # ABORTED
    11: OutcomeKind.PERMANENT,  # OUT_OF_RANGE
    12: OutcomeKind.PERMANENT,  # UNIMPLEMENTED
    13: OutcomeKind.TRANSIENT,  # INTERNAL
    14: OutcomeKind.TRANSIENT,  # UNAVAILABLE
    15: OutcomeKind.TRANSIENT,  # DATA_LOSS
    16: OutcomeKind.PERMANENT,  # UNAUTHENTICATED
}

# An interaction's error names its type by a URI whose list nobody publishes; these words in it
# mean what they mean as finish and block reasons.
_BLOCKING_WORDS: Final = (
    "safety", "block", "prohibited", "recitation", "spii", "jailbreak", "armor",
)  # fmt: skip


class GeminiInteractionsProvider:
    """A `Provider` of the Interactions interface; build it once.

    `http_client` is the caller's to size and to close.
    """

    name = "gemini"

    def __init__(
        self, *, api_key: str, model: str, base_url: str | None, http_client: httpx2.AsyncClient
    ) -> None:
        self.model = model
        client = gemini_client(api_key=api_key, base_url=base_url, http_client=http_client)
        self._interactions = client.aio.interactions

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        """Ask once."""
        asked = self._interactions.create(
            model=self.model,
            input=request.user,
            system_instruction=request.system,
            response_format={
                "type": "text",
                "mime_type": "application/json",
                "schema": schema_in(Dialect.STANDARD, request.call),
            },
            generation_config={"max_output_tokens": request.max_output_tokens},
            store=False,
            automatic_continuation=False,
            timeout=timeout_seconds,
        )
        return await outcome_of(asked, Interaction, read=_read, failure=failure_of_gemini)


def _read(interaction: Interaction) -> Outcome:
    """Read status and errors, and only then the text."""
    usage = usage_of(
        interaction.usage,
        read="total_input_tokens",
        written=("total_output_tokens", "total_thought_tokens"),
    )
    status = str(interaction.status)
    # A status newer than this SDK says nothing about the answer: ask again, then elsewhere.
    kind = INTERACTION_STATUSES.get(status, OutcomeKind.TRANSIENT)
    found = _errors(interaction)
    if kind in (OutcomeKind.OK, OutcomeKind.TRANSIENT) and found:
        return Outcome(kind=found[0], detail=f"error_of_{_word(status)}", usage=usage)
    if kind is not OutcomeKind.OK:
        return Outcome(kind=kind, detail=f"status_{_word(status)}", usage=usage)
    outputs = list(_outputs(interaction))
    if not outputs:
        return Outcome(kind=OutcomeKind.TRANSIENT, detail="no_output", usage=usage)
    return Outcome.ok("".join(outputs), usage, model=interaction.model)


def _errors(interaction: Interaction) -> list[OutcomeKind]:
    """Return what the interaction's own errors and its output's errors mean, in order."""
    kinds: list[OutcomeKind] = []
    for error in _listed(interaction.errors):
        code = str(getattr(error, "code", "")).lower()
        blocked = any(word in code for word in _BLOCKING_WORDS)
        kinds.append(OutcomeKind.BLOCKED if blocked else OutcomeKind.TRANSIENT)
    for step in _listed(interaction.steps):
        code_number = getattr(getattr(step, "error", None), "code", None)
        if isinstance(code_number, int) and code_number != 0:
            kinds.append(RPC_CODES.get(code_number, OutcomeKind.TRANSIENT))
    return kinds


def _outputs(interaction: Interaction) -> Iterator[str]:
    """Yield the texts of the model's output; its thoughts are steps of their own."""
    for step in _listed(interaction.steps):
        if getattr(step, "type", None) != "model_output":
            continue
        for part in _listed(getattr(step, "content", None)):
            text = getattr(part, "text", None)
            if getattr(part, "type", None) == "text" and isinstance(text, str):
                yield text


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _word(status: str) -> str:
    return status if status in INTERACTION_STATUSES else "unknown"
