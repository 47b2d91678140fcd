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
        text = _unmeasured(reading, dimension, place)
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
    mean, hints = mean_score(rollups), count(sum(o.hints for o in rollups), "hint")
    title = dimension.title
    frames: tuple[str, ...]
    if mean is None:
        frames = (
            (
                f"{capital(number)} exercised {title}, none of them scored, so attempts "
                f"and hints ({hints}) had to do."
            ),
            (
                f"No score stands beside the {number} of {title}; it rests on attempts and "
                f"{hints} alone."
            ),
            f"For {title} there are attempts and {hints} to go by, over {number}, and no score.",
            f"What {title} shows is {number} without a score, and {hints}.",
        )
        return frames[place % len(frames)]
    if len(rollups) == 1:
        only = name_of(rollups[0])
        frames = (
            f"{title} rests on {only} alone, which scored {figure(mean)} with {hints}.",
            f"Only {only} exercised {title}: {figure(mean)}, {hints}.",
            f"With one objective to go by, {only}, at {figure(mean)}, {title} is thinly measured.",
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


def _unmeasured(reading: Reading, dimension: XpDimension, place: int) -> str:
    """Say that nothing measured a dimension and what it gets instead."""
    others = [d for d in reading.arc.trigger.xp.dimensions if d is not dimension]
    if not any(rollups_of(d.dimension_id, reading.arc.objectives) for d in others):
        even = (
            f"No objective exercised {dimension.title}, or any other: it gets an even share.",
            f"{dimension.title} gets an even share, as nothing was measured.",
            f"An even share, since no objective says anything about {dimension.title}.",
            f"Nothing was measured here either; {dimension.title} gets as much as the others.",
        )
        return even[place % len(even)]
    frames = (
        plain_rationale(dimension, reading.facts, "en"),
        f"{dimension.title} was measured by nothing here and stands at the mean of the others.",
        f"The mean of the others, for want of an objective that asked for {dimension.title}.",
        f"No evidence for or against {dimension.title}: it is given the others' mean.",
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
