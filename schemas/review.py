"""`review.ready`: one review of one run, as published, stored and pushed."""

from typing import Annotated, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field, StringConstraints

from schemas.fields import (
    NO_NUL,
    Count,
    EventId,
    Finite,
    Id,
    Language,
    Name,
    OutputModel,
    Positive,
    RawXp,
    Utc,
)

MAX_HEADLINE_CHARACTERS = 300
MAX_STATEMENT_CHARACTERS = 2_000
MAX_QUOTE_CHARACTERS = 1_000
MAX_EVIDENCE = 8
MAX_SIGNALS = 64
MAX_STAGES = 40

SignalKind = Literal[
    "pace",
    "recurring_issue",
    "fixed_issue",
    "independence",
    "help_avoidance",
    "first_pass",
    "recovery",
    "stuck",
    "help_seeking",
    "calibration",
    "writing",
]
Verdict = Literal[
    "improving", "worsening", "steady", "present", "absent", "unclear", "too_little_data"
]
Direction = Literal["improving", "worsening", "present"]
Confidence = Literal["high", "medium", "low"]
Reviewer = Literal["model", "rules"]
Status = Literal["complete", "partial"]
PerspectiveStatus = Literal["given", "no_conversation", "unavailable"]
Source = Literal["objective", "message", "artefact"]

Statement = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_STATEMENT_CHARACTERS, pattern=NO_NUL)
]
Quote = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_QUOTE_CHARACTERS, pattern=NO_NUL)
]


def review_id_of(run_id: str) -> UUID:
    """Return the id of the run's review, the same for every revision (RFC 4122 version 5)."""
    return uuid5(NAMESPACE_URL, f"urn:debrief:run:{run_id}")


class Evidence(OutputModel):
    """A pointer into the learner's own record; `quote` is the source's words, copied by code."""

    source: Source
    source_id: Id
    revision: Positive | None
    stage_id: Id
    quote: Quote | None


ItemEvidence = Annotated[tuple[Evidence, ...], Field(min_length=1, max_length=MAX_EVIDENCE)]
AnyEvidence = Annotated[tuple[Evidence, ...], Field(max_length=MAX_EVIDENCE)]


class SeriesPoint(OutputModel):
    """One stage's figure; None where nothing was measured."""

    stage_id: Id
    value: Finite | None


class Signal(OutputModel):
    """One measured signal with its uncertainty; `low` and `high` bound `value`."""

    signal_id: Id
    kind: SignalKind
    name: Name
    verdict: Verdict
    value: Finite | None
    unit: Name
    low: Finite | None
    high: Finite | None
    n: Count
    minimum_n: Count
    series: Annotated[tuple[SeriesPoint, ...], Field(max_length=MAX_STAGES)]


class Pattern(OutputModel):
    """Something no single stage could show."""

    pattern_id: Id
    kind: SignalKind
    name: Name
    direction: Direction
    statement: Statement
    confidence: Confidence
    stage_ids: Annotated[tuple[Id, ...], Field(min_length=2, max_length=MAX_STAGES)]
    signal_ids: Annotated[tuple[Id, ...], Field(max_length=MAX_SIGNALS)]
    evidence: ItemEvidence


class WentWell(OutputModel):
    """Something the learner did well."""

    statement: Statement
    evidence: ItemEvidence


class KeptStuck(OutputModel):
    """Where the learner kept getting stuck."""

    statement: Statement
    issue_kind: Name | None
    evidence: ItemEvidence


class NextPush(OutputModel):
    """What to push on next: an action, a reason and a way to check it."""

    action: Statement
    why: Statement
    check: Statement
    evidence: ItemEvidence


class WritingStyle(OutputModel):
    """What the learner's own texts show, in these texts."""

    statement: Statement
    evidence: ItemEvidence


class XpAward(OutputModel):
    """The points of one dimension; `raw_xp` is what the model said."""

    dimension_id: Id
    title: Name
    xp: Count
    raw_xp: RawXp | None
    rationale: Statement
    evidence: AnyEvidence


class XpBreakdown(OutputModel):
    """All points of the run: integers that sum to `expected_total`."""

    expected_total: Count
    dimensions: Annotated[tuple[XpAward, ...], Field(min_length=1, max_length=12)]
    raw_total: Finite | None
    normalized: bool
    clamped: bool


class Perspective(OutputModel):
    """One persona's own view, in its own voice."""

    persona_id: Id
    name: Name
    role: Name
    status: PerspectiveStatus
    text: Statement | None
    evidence: AnyEvidence


class ContextCoverage(OutputModel):
    """How many of one context were expected, seen and shown to the reviewer."""

    expected: Count | None
    seen: Count
    used: Count


class Coverage(OutputModel):
    """What the review rests on."""

    objective_rollups: ContextCoverage
    messages: ContextCoverage
    artefacts: ContextCoverage


class Call(OutputModel):
    """One finished call, of the provider whose answer shipped."""

    call: Annotated[str, StringConstraints(min_length=1, max_length=160, pattern=NO_NUL)]
    provider: Name
    model: Name
    fallback: bool
    attempts: Count
    reused: bool
    latency_ms: Count
    input_tokens: Count | None
    output_tokens: Count | None


class Provenance(OutputModel):
    """Which schema, prompts and calls made the review."""

    schema_version: Positive
    prompt_version: Name
    calls: Annotated[tuple[Call, ...], Field(max_length=10)]


class ReviewReady(OutputModel):
    """The review of a whole arc."""

    review_id: EventId
    revision: Positive
    run_id: Id
    user_id: Id
    scenario_id: Id
    scenario_title: Name
    language: Language
    created_at: Utc
    status: Status
    reviewer: Reviewer
    headline: Annotated[
        str, StringConstraints(min_length=1, max_length=MAX_HEADLINE_CHARACTERS, pattern=NO_NUL)
    ]
    summary: Statement
    signals: Annotated[tuple[Signal, ...], Field(max_length=MAX_SIGNALS)]
    patterns: Annotated[tuple[Pattern, ...], Field(max_length=5)]
    did_well: Annotated[tuple[WentWell, ...], Field(max_length=4)]
    kept_stuck: Annotated[tuple[KeptStuck, ...], Field(max_length=4)]
    push_next: Annotated[tuple[NextPush, ...], Field(max_length=3)]
    writing_style: WritingStyle | None
    xp: XpBreakdown
    perspectives: Annotated[tuple[Perspective, ...], Field(max_length=8)]
    coverage: Coverage
    provenance: Provenance
