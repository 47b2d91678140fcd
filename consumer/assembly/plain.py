"""Plain words: what code says itself where a reviewer's text could not be verified.

English, or one of the languages in `plain_words`; elsewhere only names and figures, so that no
review mixes languages.
"""

from consumer.assembly.facts import Facts
from consumer.assembly.plain_words import words_for
from consumer.assembly.prose import clean, cut
from consumer.assembly.xp import rollups_of
from consumer.signals.success import SUCCESS_SCORE
from schemas.events import ObjectiveRolledUp, XpDimension
from schemas.review import MAX_HEADLINE_CHARACTERS, Evidence, NextPush, WentWell


def is_english(language: str) -> bool:
    """Tell whether a BCP 47 tag names English."""
    return language.lower().split("-")[0] == "en"


def plain_headline(facts: Facts, language: str) -> str:
    """Name the run and how much of it there was to read."""
    title = clean(facts.arc.trigger.scenario.title) or facts.arc.trigger.scenario.scenario_id
    if not is_english(language):
        return cut(title, MAX_HEADLINE_CHARACTERS)
    ending = f": {_count(len(facts.arc.stages), 'stage')} read as one arc."
    return f"{cut(title, MAX_HEADLINE_CHARACTERS - len(ending))}{ending}"


def plain_basis(facts: Facts, language: str) -> str:
    """Say what the review rests on."""
    arc, words = facts.arc, words_for(language)
    texts = len({artefact.artefact_id for artefact in arc.artefacts})
    if words is not None:
        counts = {"objectives": len(arc.objectives), "messages": len(arc.messages)}
        return words.basis.format(**counts, texts=texts)
    if not is_english(language):
        return f"{cut(clean(arc.trigger.scenario.title), 300)}: {len(arc.objectives)}."
    return (
        f"This review rests on {_count(len(arc.objectives), 'objective')}, "
        f"{_count(len(arc.messages), 'message')} and "
        f"{_count(texts, 'text')} of your own."
    )


def plain_little(language: str, *, patterns: int, statements: int) -> str:
    """Say how little there was to say, where there was little; else nothing."""
    if patterns or statements > 2:
        return ""
    words = words_for(language)
    if words is not None:
        return words.little if statements else words.nothing
    if not is_english(language):
        return ""
    if statements:
        return "There is little in this run that can be stated with evidence, and no clear pattern."
    return "Nothing could be stated with evidence: no strength, no sticking point and no pattern."


def plain_went_well(facts: Facts, language: str) -> WentWell | None:
    """Praise the objective with the best score, where one reached .7."""
    reached = reached_ones(facts)
    if not reached:
        return None
    best = max(reached, key=lambda o: (_outcome(o) or 0.0, -o.attempts, -o.hints))
    score = _figure(_outcome(best) or 0.0)
    title = cut(clean(best.title) or best.objective_id, 300)
    text = f"{title}: {score}."
    if is_english(language):
        tries, hints = _count(best.attempts, "attempt"), _count(best.hints, "hint")
        text = f"You reached {score} on {_quoted(title)}, in {tries} and with {hints}."
    return WentWell(statement=text, evidence=(_of(best),))


def plain_next_push(facts: Facts, language: str) -> NextPush | None:
    """Push on the objective that went least well, where one left something open."""
    open_ones = open_ones_of(facts)
    if not open_ones:
        return None
    worst = min(
        open_ones,
        key=lambda o: (1.0 if o.score is None else o.score, -len(o.issues), -o.hints),
    )
    title = cut(clean(worst.title) or worst.objective_id, 300)
    score = "–" if worst.score is None else _figure(worst.score)
    if not is_english(language):
        line = f"{title}: {score}."
        return NextPush(action=line, why=line, check=line, evidence=(_of(worst),))
    hints = _count(worst.hints, "hint")
    scored = "" if worst.score is None else f", and a score of {score}"
    return NextPush(
        action=f"Go back to {_quoted(title)} and do it again from the beginning, before any hint.",
        why=f"It left the most open: {_count(len(worst.issues), 'issue')}, {hints}{scored}.",
        check="It comes right at the first try, with no hint and none of the same issues.",
        evidence=(_of(worst),),
    )


def reached_ones(facts: Facts) -> tuple[ObjectiveRolledUp, ...]:
    """Return the objectives that ended at .7 or above: each is something that went well."""
    return tuple(o for o in facts.arc.objectives if (_outcome(o) or 0.0) >= SUCCESS_SCORE)


def open_ones_of(facts: Facts) -> tuple[ObjectiveRolledUp, ...]:
    """Return the objectives that give something to push on."""
    return tuple(o for o in facts.arc.objectives if leaves_open(o))


def leaves_open(objective: ObjectiveRolledUp) -> bool:
    """Tell whether an objective gives anything to push on: an issue, a hint, a score below .7."""
    low = objective.score is not None and objective.score < SUCCESS_SCORE
    return bool(objective.issues) or objective.hints > 0 or low


def plain_rationale(dimension: XpDimension, facts: Facts, language: str) -> str:
    """Say what a dimension's points rest on."""
    exercised = rollups_of(dimension.dimension_id, facts.arc.objectives)
    title = cut(clean(dimension.title) or dimension.dimension_id, 300)
    words = words_for(language)
    if words is not None and not exercised:
        return words.unmeasured.format(title=title)
    if not is_english(language):
        return f"{title}: {len(exercised)}."
    if not exercised:
        return f"No objective of this run exercised {title}, so it gets the mean of the others."
    return (
        f"Rests on {_count(len(exercised), 'objective')} that exercised {title}, "
        f"with {_count(sum(o.hints for o in exercised), 'hint')} in all."
    )


def _outcome(objective: ObjectiveRolledUp) -> float | None:
    return objective.score if objective.score is not None else objective.first_score


def _of(objective: ObjectiveRolledUp) -> Evidence:
    return Evidence(
        source="objective",
        source_id=objective.objective_id,
        revision=None,
        stage_id=objective.stage_id,
        quote=None,
    )


def _quoted(title: str) -> str:
    """Set a title off from the sentence, unless it holds marks of its own."""
    return title if any(mark in title for mark in '“”"«»„「」') else f"“{title}”"


def _figure(ratio: float) -> str:
    return f"{ratio:.2f}"


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
