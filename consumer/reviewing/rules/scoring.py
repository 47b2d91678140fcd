"""Scoring: why each dimension gets its points, in words; the points themselves are assembly's.

No frame is used for two dimensions of one review: where a kind of basis has no frame left, the
dimension gets a label with its figures instead of a sentence.
"""

from collections import Counter

from consumer.assembly.plain import plain_rationale
from consumer.assembly.xp import quality, rollups_of
from consumer.drafts import DimensionScore, Scoring
from consumer.reviewing.rules.citing import cite
from consumer.reviewing.rules.reading import Reading, mean_score
from consumer.reviewing.rules.scoring_words import ENDS, FRAMES, Basis
from consumer.reviewing.rules.wording import capital, count, figure, number_word
from schemas.events import ObjectiveRolledUp, XpDimension

Rollups = tuple[ObjectiveRolledUp, ...]


def scoring_of(reading: Reading) -> Scoring:
    """Give every dimension its reason; no reviewer by rules proposes a figure."""
    used: Counter[str] = Counter()
    dimensions = reading.arc.trigger.xp.dimensions
    return Scoring(dimensions=tuple(_score(reading, d, used) for d in dimensions))


def _score(reading: Reading, dimension: XpDimension, used: Counter[str]) -> DimensionScore:
    rollups = rollups_of(dimension.dimension_id, reading.arc.objectives)
    ends: Rollups = ()
    if rollups:
        best, worst = max(rollups, key=quality), min(rollups, key=quality)
        ends = (best,) if best is worst else (best, worst)
    evidence = tuple(cite(o) for o in ends)
    sentences = (_basis(reading, dimension, rollups, used), _ends(reading, ends, used))
    text = reading.standing(sentences, evidence) or plain_rationale(dimension, reading.facts, "en")
    return DimensionScore(
        dimension_id=dimension.dimension_id, raw_xp=None, rationale=text, evidence=evidence
    )


def _basis(reading: Reading, dimension: XpDimension, rollups: Rollups, used: Counter[str]) -> str:
    basis = _basis_of(reading, rollups)
    frames = FRAMES[basis]
    frame = frames[min(used[basis], len(frames) - 1)]
    used[basis] += 1
    mean, number = mean_score(rollups), count(len(rollups), "objective")
    scored = sum(o.score is not None for o in rollups)
    if mean is not None and scored < len(rollups):
        number += f" ({number_word(scored)} of them scored)"
    said = frame.format(
        title=dimension.title,
        objectives=number,
        Objectives=capital(number),
        only=reading.name(rollups[0]) if rollups else "",
        mean="" if mean is None else figure(mean),
        hints=count(sum(o.hints for o in rollups), "hint"),
    )
    return capital(said)


def _basis_of(reading: Reading, rollups: Rollups) -> Basis:
    if not rollups:
        dimensions = reading.arc.trigger.xp.dimensions
        objectives = reading.arc.objectives
        measured = any(rollups_of(d.dimension_id, objectives) for d in dimensions)
        return "others" if measured else "nothing"
    if mean_score(rollups) is None:
        told = any(o.hints or o.attempts > 1 for o in rollups)
        return "unscored" if told else "bare"
    return "single" if len(rollups) == 1 else "scored"


def _ends(reading: Reading, ends: Rollups, used: Counter[str]) -> str:
    """Name the best and the worst, as long as there is a frame left to name them in."""
    if len(ends) < 2 or used["ends"] == len(ENDS):
        return ""
    frame = ENDS[used["ends"]]
    used["ends"] += 1
    best, worst = ends
    low = f"{reading.name(worst)}{_cost(worst)}"
    return capital(frame.format(best=reading.name(best), low=low))


def _cost(objective: ObjectiveRolledUp) -> str:
    if objective.attempts > 1:
        return f" with its {number_word(objective.attempts)} attempts"
    return ""
