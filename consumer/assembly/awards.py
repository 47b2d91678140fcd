"""Awards: the points of each dimension with their rationale and evidence."""

from collections.abc import Mapping

from consumer.assembly.facts import Facts
from consumer.assembly.items import ground_all, statement
from consumer.assembly.plain import is_english, plain_rationale
from consumer.assembly.plain_words import words_for
from consumer.assembly.prose import cut
from consumer.assembly.xp import award, rollups_of
from consumer.drafts import DimensionScore, ReviewDraft
from schemas.events import XpDimension
from schemas.review import (
    MAX_EVIDENCE,
    MAX_STATEMENT_CHARACTERS,
    Evidence,
    Reviewer,
    XpAward,
    XpBreakdown,
)


def breakdown_of(draft: ReviewDraft, facts: Facts, *, band: float) -> XpBreakdown:
    """Work out the points; under rules no raw figure is kept."""
    plan = facts.arc.trigger.xp
    scores: dict[str, DimensionScore] = {}
    for score in draft.scoring.dimensions:
        scores.setdefault(score.dimension_id, score)
    raw = None
    if draft.reviewer == "model":
        raw = {key: s.raw_xp for key, s in scores.items() if s.raw_xp is not None}
    points = award(plan, facts.arc.objectives, raw=raw, band=band)
    said = points.raw or (None,) * len(plan.dimensions)
    return XpBreakdown(
        expected_total=plan.expected_total,
        dimensions=tuple(
            _award(dimension, xp, figure, facts=facts, scores=scores, reviewer=draft.reviewer)
            for dimension, xp, figure in zip(plan.dimensions, points.xp, said, strict=True)
        ),
        raw_total=points.raw_total,
        normalized=points.normalized,
        clamped=points.clamped,
    )


def _award(
    dimension: XpDimension,
    xp: int,
    figure: float | None,
    *,
    facts: Facts,
    scores: Mapping[str, DimensionScore],
    reviewer: Reviewer,
) -> XpAward:
    score = scores.get(dimension.dimension_id)
    text, evidence = _reason(dimension, score, facts=facts, reviewer=reviewer)
    return XpAward(
        dimension_id=dimension.dimension_id,
        title=dimension.title,
        xp=xp,
        raw_xp=figure,
        rationale=text,
        evidence=evidence,
    )


def _reason(
    dimension: XpDimension,
    score: DimensionScore | None,
    *,
    facts: Facts,
    reviewer: Reviewer,
) -> tuple[str, tuple[Evidence, ...]]:
    """Keep the reviewer's rationale where it stands; a dimension without rollups says so.

    The rules say so by themselves. For a model code does, and there is nothing else to say;
    in a language that code has no sentence for, the model's own goes before.
    """
    plain = plain_rationale(dimension, facts, facts.language)
    if score is None:
        return plain, ()
    evidence = ground_all(score.evidence, facts).evidence[:MAX_EVIDENCE]
    text = statement(score.rationale)
    if not text or facts.prose_faults(text, evidence):
        return plain, evidence
    if reviewer == "rules" or rollups_of(dimension.dimension_id, facts.arc.objectives):
        return text, evidence
    if is_english(facts.language) or words_for(facts.language) is not None:
        return plain, evidence
    return f"{cut(text, MAX_STATEMENT_CHARACTERS - len(plain) - 1)} {plain}", evidence
