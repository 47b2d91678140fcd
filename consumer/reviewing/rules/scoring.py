"""Scoring: why each dimension gets its points, in words; the points themselves are assembly's."""

from consumer.assembly.plain import plain_rationale
from consumer.assembly.xp import quality, rollups_of
from consumer.drafts import DimensionScore, Scoring
from consumer.reviewing.rules.citing import cite
from consumer.reviewing.rules.reading import Reading, mean_score, name_of
from consumer.reviewing.rules.wording import capital, count, figure, number_word
from schemas.events import ObjectiveRolledUp, XpDimension


def scoring_of(reading: Reading) -> Scoring:
    """Give every dimension its reason; no reviewer by rules proposes a figure."""
    dimensions = reading.arc.trigger.xp.dimensions
    return Scoring(
        dimensions=tuple(_score(reading, d, place) for place, d in enumerate(dimensions))
    )


def _score(reading: Reading, dimension: XpDimension, place: int) -> DimensionScore:
    rollups = rollups_of(dimension.dimension_id, reading.arc.objectives)
    if not rollups:
        text = plain_rationale(dimension, reading.facts, "en")
        return DimensionScore(
            dimension_id=dimension.dimension_id, raw_xp=None, rationale=text, evidence=()
        )
    best, worst = max(rollups, key=quality), min(rollups, key=quality)
    ends = (best,) if best is worst else (best, worst)
    evidence = tuple(cite(o) for o in ends)
    sentences = (_basis(dimension, rollups, place), _ends(best, worst, place))
    text = reading.standing(sentences, evidence) or plain_rationale(dimension, reading.facts, "en")
    return DimensionScore(
        dimension_id=dimension.dimension_id, raw_xp=None, rationale=text, evidence=evidence
    )


def _basis(dimension: XpDimension, rollups: tuple[ObjectiveRolledUp, ...], place: int) -> str:
    number = count(len(rollups), "objective")
    mean = mean_score(rollups)
    frames: tuple[str, ...]
    hints = count(sum(o.hints for o in rollups), "hint")
    if mean is None:
        frames = (
            (
                f"{capital(number)} exercised {dimension.title}, none of them scored, so attempts "
                f"and hints ({hints}) had to do."
            ),
            (
                f"No score stands beside the {number} of {dimension.title}; it rests on attempts "
                f"and {hints} alone."
            ),
        )
        return frames[place % len(frames)]
    frames = (
        (
            f"{capital(number)} exercised {dimension.title}, at a mean score of {figure(mean)} and "
            f"with {hints}."
        ),
        f"The mean over {number} is {figure(mean)}; {hints} came with it.",
        f"With {hints} over {number}, {dimension.title} stands at a mean of {figure(mean)}.",
        f"Taken from {number} and {hints}, the mean here is {figure(mean)}.",
    )
    return frames[place % len(frames)]


def _ends(best: ObjectiveRolledUp, worst: ObjectiveRolledUp, place: int) -> str:
    if best is worst or quality(best) == quality(worst):
        return ""
    low = f"{name_of(worst)}{_cost(worst)}"
    if place % 2:
        return f"What pulled it down was {low}; {name_of(best)} held it up."
    return f"{capital(name_of(best))} carried it most, {low} least."


def _cost(objective: ObjectiveRolledUp) -> str:
    if objective.attempts > 1:
        return f" with its {number_word(objective.attempts)} attempts"
    return ""
