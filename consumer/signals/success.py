"""Success: did one objective succeed at the first try?

A success is one attempt with a first score (else the score) of .7 or more, or with no score where
the run has scores elsewhere. A run without any score has no successes and no failures; nor has one
whose attempts are all zero, since they were not counted.
"""

from consumer.arc import Arc
from schemas.events import ObjectiveRolledUp

SUCCESS_SCORE = 0.7


def has_scores(arc: Arc) -> bool:
    """Tell whether any objective of the run has a score."""
    return any(o.score is not None or o.first_score is not None for o in arc.objectives)


def knows_successes(arc: Arc) -> bool:
    """Tell whether the run has scores, and attempts that were counted."""
    return has_scores(arc) and any(o.attempts for o in arc.objectives)


def has_hints(arc: Arc) -> bool:
    """Tell whether the run knows hints; where all are zero it cannot be told from not counted."""
    return any(o.hints or o.hint_before_first_attempt for o in arc.objectives)


def is_success(objective: ObjectiveRolledUp) -> bool:
    """Tell whether the objective succeeded at its first try, in a run that knows successes."""
    score = objective.first_score if objective.first_score is not None else objective.score
    return objective.attempts == 1 and (score is None or score >= SUCCESS_SCORE)
