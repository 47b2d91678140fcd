"""Facts: the counts behind the signals that honest sentences need and a signal does not carry.

"In the first three stages you asked for a hint before your first try on 5 of 7 objectives; in the
last three on 1 of 8, and your scores held (.72, then .74)": counts and means of the first and the
last half of the stages (of an odd number the middle stage is in neither), and each issue kind's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from consumer.arc import Arc
from consumer.signals.help_seeking import Questions, questions_of
from consumer.signals.occurrence import occurrences
from consumer.signals.success import has_hints, is_success, knows_successes
from schemas.events import ObjectiveRolledUp


@dataclass(frozen=True, slots=True, kw_only=True)
class StagesFacts:
    """Some stages in a row; a mean is None where nothing was measured.

    `asked_first` of `asked_first_known` objectives took a hint before the first try; `successes`
    of `objectives` succeeded at the first try (None in a run that knows no successes).
    """

    stage_ids: tuple[str, ...]
    objectives: int
    hints: int | None
    asked_first: int
    asked_first_known: int
    successes: int | None
    mean_score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFacts:
    """One issue kind: objectives that show it, that gave the chance, and the stages of the hits.

    `feedback_stage_id` is the stage of the first feedback on it; hits and chances after that
    feedback are counted apart.
    """

    kind: str
    hits: int
    chances: int
    hit_stage_ids: tuple[str, ...]
    feedback_stage_id: str | None
    hits_after_feedback: int
    chances_after_feedback: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArcFacts:
    """The halves of one arc, its issue kinds in alphabetical order, and what was asked."""

    early: StagesFacts
    late: StagesFacts
    issues: tuple[IssueFacts, ...]
    questions: Questions


def facts(arc: Arc) -> ArcFacts:
    """Return what the signals of the arc rest on; of one stage both halves are empty."""
    stage_ids = tuple(stage.stage_id for stage in arc.stages)
    half = len(stage_ids) // 2
    return ArcFacts(
        early=_stages_facts(arc, stage_ids[:half]),
        late=_stages_facts(arc, stage_ids[len(stage_ids) - half :]),
        issues=_issue_facts(arc),
        questions=questions_of(arc),
    )


def _stages_facts(arc: Arc, stage_ids: tuple[str, ...]) -> StagesFacts:
    objectives = [o for o in arc.objectives if o.stage_id in stage_ids]
    known = [o.hint_before_first_attempt for o in objectives]
    asked = [one for one in known if one is not None]
    return StagesFacts(
        stage_ids=stage_ids,
        objectives=len(objectives),
        hints=sum(o.hints for o in objectives) if has_hints(arc) else None,
        asked_first=sum(asked),
        asked_first_known=len(asked),
        successes=sum(is_success(o) for o in objectives) if knows_successes(arc) else None,
        mean_score=_mean_score(objectives),
    )


def _mean_score(objectives: Sequence[ObjectiveRolledUp]) -> float | None:
    scores = [o.score for o in objectives if o.score is not None]
    return fmean(scores) if scores else None


def _issue_facts(arc: Arc) -> tuple[IssueFacts, ...]:
    found = []
    for one in occurrences(arc):
        if not one.occurs:
            continue
        hit_stages = (arc.objectives[hit].stage_id for hit in one.hits)
        first = one.feedback[0] if one.feedback else None
        found.append(
            IssueFacts(
                kind=one.kind,
                hits=len(one.hits),
                chances=len(one.chances),
                hit_stage_ids=tuple(dict.fromkeys(hit_stages)),
                feedback_stage_id=None if first is None else arc.objectives[first].stage_id,
                hits_after_feedback=len(one.after_feedback),
                chances_after_feedback=0 if first is None else one.chances_after(first),
            )
        )
    return tuple(found)
