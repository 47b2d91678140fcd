"""Drafts: what a reviewer, model or rules, proposes before code has checked it.

A draft cites (`Citation`); only assembly turns a citation into `schemas.review.Evidence`, by
looking the quote up in the source. Nothing here is trusted. The bounds are wide on purpose: what
the contract bounds, assembly cuts or refuses. Field names match `schemas.review`, so that one
name means one thing.
"""

from dataclasses import dataclass

from consumer.arc import ContextCounts
from schemas.fields import OutputModel, RawXp
from schemas.review import Call, Confidence, Direction, Reviewer, SignalKind, Source


class Citation(OutputModel):
    """A claim that words stand in a source; `quote` None only for an objective."""

    source: Source
    source_id: str
    revision: int | None
    quote: str | None


class PatternDraft(OutputModel):
    """A proposed pattern; kind, name and direction follow its first signal where it names one."""

    kind: SignalKind
    name: str
    direction: Direction
    statement: str
    confidence: Confidence
    stage_ids: tuple[str, ...]
    signal_ids: tuple[str, ...]
    evidence: tuple[Citation, ...]


class WentWellDraft(OutputModel):
    """Proposed praise."""

    statement: str
    evidence: tuple[Citation, ...]


class KeptStuckDraft(OutputModel):
    """A proposed sticking point."""

    statement: str
    issue_kind: str | None
    evidence: tuple[Citation, ...]


class NextPushDraft(OutputModel):
    """A proposed next push."""

    action: str
    why: str
    check: str
    evidence: tuple[Citation, ...]


class WritingStyleDraft(OutputModel):
    """A proposed reading of the learner's writing."""

    statement: str
    evidence: tuple[Citation, ...]


class ArcRead(OutputModel):
    """The answer of the `arc` call."""

    headline: str
    summary: str
    patterns: tuple[PatternDraft, ...]
    did_well: tuple[WentWellDraft, ...]
    kept_stuck: tuple[KeptStuckDraft, ...]
    push_next: tuple[NextPushDraft, ...]
    writing_style: WritingStyleDraft | None


class DimensionScore(OutputModel):
    """The proposed points of one dimension; `raw_xp` None only under rules."""

    dimension_id: str
    raw_xp: RawXp | None
    rationale: str
    evidence: tuple[Citation, ...]


class Scoring(OutputModel):
    """The answer of the `scoring` call."""

    dimensions: tuple[DimensionScore, ...]


class PerspectiveDraft(OutputModel):
    """The answer of one `perspective:<persona_id>` call."""

    text: str
    evidence: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDraft:
    """Everything a reviewer proposes for one run.

    `perspectives` has one entry per persona that has a thread, by persona_id; None where every
    model failed ("unavailable"). `calls` has one entry per call whose answer ships. `used` counts
    the records that the reviewer was shown; None means all of the arc.
    """

    reviewer: Reviewer
    language: str
    arc_read: ArcRead
    scoring: Scoring
    perspectives: dict[str, PerspectiveDraft | None]
    calls: tuple[Call, ...]
    prompt_version: str
    used: ContextCounts | None = None
