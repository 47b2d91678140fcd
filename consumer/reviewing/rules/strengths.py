"""Strengths: what went well, from results first and from the learner's words where none exist."""

from consumer.assembly.xp import rollups_of
from consumer.drafts import WentWellDraft
from consumer.reviewing.rules.citing import bounded, cite, cite_message, spread
from consumer.reviewing.rules.pattern_words import persona_words
from consumer.reviewing.rules.quotes import best_quotes
from consumer.reviewing.rules.reading import Reading, mean_score
from consumer.reviewing.rules.reasons import REASON, gives_reason
from consumer.reviewing.rules.wording import after_tries, capital, count, figure, part_of
from consumer.signals.success import SUCCESS_SCORE
from schemas.events import ObjectiveRolledUp

MIN_GAIN = 0.15
MIN_ROLLUPS = 3
MIN_LEAD = 0.1
MAX_WORD_STRENGTHS = 2


def strengths_of(reading: Reading) -> tuple[WentWellDraft, ...]:
    """Draft what went well: an own result, a way back, a clean stage; else reasons given."""
    drafts = [
        draft
        for draft in (
            _unaided(reading),
            _won_back(reading),
            _clean_stage(reading),
            _strong_dimension(reading),
        )
        if draft is not None and reading.stands(draft.statement, draft.evidence)
    ]
    if drafts:
        return tuple(drafts)
    reached = _reached(reading)
    if reached is not None and reading.stands(reached.statement, reached.evidence):
        return (reached,)
    return _in_words(reading)


def _unaided(reading: Reading) -> WentWellDraft | None:
    good = [
        o
        for o in reading.scored
        if o.attempts == 1 and not o.hints and (o.score or 0.0) >= SUCCESS_SCORE
    ]
    if not good:
        return None
    best = max(good, key=lambda o: o.score or 0.0)
    others = [o for o in good if o is not best and o.stage_id != best.stage_id]
    second = max(others, key=lambda o: o.score or 0.0, default=None)
    text = (
        f"{capital(reading.name(best))} came right at the first try and without a hint, at "
        f"{figure(best.score or 0.0)}."
    )
    if second is not None:
        text += f" The same goes for {reading.name(second)}, at {figure(second.score or 0.0)}."
    evidence = (cite(best),) if second is None else (cite(best), cite(second))
    return WentWellDraft(statement=text, evidence=evidence)


def _won_back(reading: Reading) -> WentWellDraft | None:
    if any(signal.kind == "recovery" for signal in reading.claims()):
        return None
    gained = [
        o
        for o in reading.scored
        if o.first_score is not None
        and o.attempts > 1
        and (o.score or 0.0) - o.first_score >= MIN_GAIN
        and (o.score or 0.0) >= SUCCESS_SCORE
    ]
    if not gained:
        return None
    best = max(gained, key=lambda o: (o.score or 0.0) - (o.first_score or 0.0))
    help_taken = "with no hint" if not best.hints else f"with {count(best.hints, 'hint')}"
    text = (
        f"On {reading.name(best)} you did not leave it at the first result: "
        f"{figure(best.first_score or 0.0)} became {figure(best.score or 0.0)} in "
        f"{count(best.attempts, 'attempt')}, {help_taken}."
    )
    return WentWellDraft(statement=text, evidence=(cite(best),))


def _clean_stage(reading: Reading) -> WentWellDraft | None:
    clean: list[tuple[ObjectiveRolledUp, ...]] = []
    for stage in reading.arc.stages:
        objectives = reading.arc.objectives_of(stage.stage_id)
        whole = len(objectives) > 1 and all((o.score or 0.0) >= SUCCESS_SCORE for o in objectives)
        if whole and not any(o.issues or o.attempts != 1 for o in objectives):
            clean.append(objectives)
    if not clean:
        return None
    chosen = max(clean, key=lambda one: (not any(o.hints for o in one), len(one)))
    lowest = min(o.score or 0.0 for o in chosen)
    hints = sum(o.hints for o in chosen)
    name, done = reading.stage(chosen[0].stage_id), part_of(len(chosen), len(chosen), "objective")
    text = (
        f"{name} went through without an issue: {done} done at the first try, with "
        f"{count(hints, 'hint')}, the lowest at {figure(lowest)}."
        if hints
        else f"{name} has nothing to mend: {done} done at the first try and without an issue, the "
        f"lowest at {figure(lowest)}."
    )
    return WentWellDraft(statement=capital(text), evidence=tuple(map(cite, spread(chosen))))


def _strong_dimension(reading: Reading) -> WentWellDraft | None:
    """Praise the dimension that stands clearly above another, where each was exercised enough."""
    means = [
        (mean, dimension, rollups)
        for dimension in reading.arc.trigger.xp.dimensions
        if len(rollups := rollups_of(dimension.dimension_id, reading.scored)) >= MIN_ROLLUPS
        and (mean := mean_score(rollups)) is not None
    ]
    if len(means) < 2:
        return None
    means.sort(key=lambda entry: entry[0])
    low, (high, dimension, rollups) = means[0][0], means[-1]
    # Of two that are level at the top neither is the strongest.
    is_alone = figure(means[-2][0]) != figure(high)
    if high < SUCCESS_SCORE or high - low < MIN_LEAD or not is_alone:
        return None
    reached = (o for o in rollups if (o.score or 0.0) >= SUCCESS_SCORE)
    best = sorted(reached, key=lambda o: (o.attempts > 1, -(o.score or 0.0)))
    text = (
        f"{capital(dimension.title)} is where your work was strongest: a mean of {figure(high)} "
        f"over {count(len(rollups), 'objective')}, where {means[0][1].title} came to {figure(low)}."
    )
    return WentWellDraft(statement=text, evidence=tuple(map(cite, best[:3])))


def _reached(reading: Reading) -> WentWellDraft | None:
    """Where nothing stands out, name the best result and what it took."""
    reached = [o for o in reading.scored if (o.score or 0.0) >= SUCCESS_SCORE]
    if not reached:
        return None
    best = max(reached, key=lambda o: (o.score or 0.0, -o.attempts, -o.hints))
    text = (
        f"Your best result is {reading.name(best)}, at {figure(best.score or 0.0)}"
        f"{after_tries(best)} and with {count(best.hints, 'hint')}."
    )
    return WentWellDraft(statement=text, evidence=(cite(best),))


def _in_words(reading: Reading) -> tuple[WentWellDraft, ...]:
    """Where nothing was scored: places where the learner gave a reason, in their own words."""
    own = [m for m in reading.arc.messages if m.sender == "user" and REASON.search(m.text)]
    quotes = best_quotes(own, listens_for=REASON, not_own=persona_words(reading), fits=gives_reason)
    frames = (
        "In {stage} you gave the reason with the view, so that others could weigh it: {quote}",
        "You said why, and not only what, in {stage} too: {quote}",
    )
    kept: list[WentWellDraft] = []
    stages: set[str] = set()
    for quoted in quotes:
        stage_id = quoted.message.stage_id
        if stage_id not in stages and len(kept) < MAX_WORD_STRENGTHS:
            text = frames[len(kept)].format(stage=reading.stage(stage_id), quote=quoted.ended)
            evidence = bounded((cite_message(quoted.message, quoted.text),))
            if reading.stands(text, evidence):
                stages.add(stage_id)
                kept.append(WentWellDraft(statement=text, evidence=evidence))
    return tuple(kept)
