"""Patterns of issues: a kind that keeps coming back, and a kind that went away once named."""

from collections.abc import Sequence

from consumer.reviewing.rules.citing import cite, cite_issue, spread
from consumer.reviewing.rules.proposal import Proposal
from consumer.reviewing.rules.reading import Reading, shows
from consumer.reviewing.rules.wording import capital, count, kind_words, number_word
from schemas.events import ObjectiveRolledUp
from schemas.review import Signal


def recurring_issue(reading: Reading, signal: Signal) -> Proposal:
    """Say where a kind came back, how often, and what its feedback changed."""
    kind = signal.name
    hits = tuple(o for o in reading.arc.objectives if shows(o, kind))
    chosen = spread(hits, limit=5)
    sentences = (
        _opening(reading, signal, hits),
        _after_feedback(reading, hits, kind),
        _meaning(reading, signal, hits),
    )
    citations = tuple(cite_issue(o, kind) for o in chosen)
    return Proposal(sentences, hits, citations)


def fixed_issue(reading: Reading, signal: Signal) -> Proposal:
    """Say that a kind went away after it was spoken of."""
    kind = signal.name
    hits = tuple(o for o in reading.arc.objectives if shows(o, kind))
    spoken = _last_word(reading, kind, hits)
    later = _after(reading, spoken) if spoken else ()
    clear = [o for o in later if not shows(o, kind) and _is_chance(reading, o, kind)]
    after = f"after the feedback on {reading.name(spoken)}" if spoken else "since"
    noted, chances = count(len(hits), "objective"), number_word(signal.n)
    frames = (
        (
            (
                f"You got rid of something: {kind_words(kind)} was noted on {noted}, and {after} "
                f"on none of the {chances} that could have shown it."
            ),
            "What was said there changed how you work, and it has held.",
        ),
        (
            (
                f"{capital(kind_words(kind))} is behind you: {noted} had it, and {after} it is "
                f"gone, though {chances} gave the chance."
            ),
            "Hearing of it once was enough here.",
        ),
        (
            (
                f"Of {chances} chances for {kind_words(kind)} {after} none was taken; before, "
                f"{noted} had it."
            ),
            "",
        ),
    )
    sentences = frames[_place(reading, signal) % len(frames)]
    feedback = (cite(spoken, None),) if spoken else ()
    citations = (*(cite_issue(o, kind) for o in hits[:2]), *feedback, *map(cite, clear[-2:]))
    return Proposal(sentences, (*hits, *clear), citations)


def first_feedback(reading: Reading, kind: str) -> ObjectiveRolledUp | None:
    """Return the first objective whose feedback speaks of a kind, else None."""
    return next((o for o in reading.arc.objectives if _speaks_of(o, kind)), None)


def names_kind(objective: ObjectiveRolledUp, kind: str) -> bool:
    """Tell whether an objective's feedback names a kind, by its tags or in its words."""
    text = (objective.feedback or "").casefold()
    return kind in (objective.feedback_kinds or ()) or kind_words(kind).casefold() in text


def _speaks_of(objective: ObjectiveRolledUp, kind: str) -> bool:
    return bool(objective.feedback) and (shows(objective, kind) or names_kind(objective, kind))


def _last_word(
    reading: Reading, kind: str, hits: Sequence[ObjectiveRolledUp]
) -> ObjectiveRolledUp | None:
    """Return the first objective whose feedback spoke of a kind that never came again."""
    spoken = (o for o in reading.arc.objectives if _speaks_of(o, kind))
    return next((o for o in spoken if not set(_ids(hits)) & set(_ids(_after(reading, o)))), None)


def _ids(objectives: Sequence[ObjectiveRolledUp]) -> list[str]:
    return [objective.objective_id for objective in objectives]


def _opening(reading: Reading, signal: Signal, hits: Sequence[ObjectiveRolledUp]) -> str:
    words = kind_words(signal.name)
    number, chances = number_word(len(hits)), number_word(signal.n)
    where = reading.stages(hits)
    frames = (
        (
            f"{capital(words)} kept coming back: {number} of the {chances} objectives that gave "
            f"the chance for it were marked with it, in {where}."
        ),
        f"On {number} of {chances} chances the mark was {words}, spread over {where}.",
        (
            f"{capital(where)} have one thing in common: {words}, on {number} objectives of "
            f"{chances} where it could occur."
        ),
    )
    return frames[_place(reading, signal) % len(frames)]


def _place(reading: Reading, signal: Signal) -> int:
    """Return which of its kind a claim is; several in one run are each told in another frame."""
    return [s.signal_id for s in reading.claims(signal.kind)].index(signal.signal_id)


def _after_feedback(reading: Reading, hits: Sequence[ObjectiveRolledUp], kind: str) -> str:
    spoken = first_feedback(reading, kind)
    if spoken is None:
        return "No feedback in this run spoke of it."
    stages = [s.stage_id for s in reading.arc.stages]
    later = stages[stages.index(spoken.stage_id) + 1 :]
    again = [o for o in hits if o.stage_id in later]
    if not again:
        return ""
    chances = [
        o for o in reading.arc.objectives if o.stage_id in later and _is_chance(reading, o, kind)
    ]
    named = "named it" if names_kind(spoken, kind) else "came where it was marked"
    return (
        f"The feedback on {reading.name(spoken)} {named}, and in the stages that followed it was "
        f"there again on {number_word(len(again))} of {number_word(len(chances))}."
    )


def _meaning(reading: Reading, signal: Signal, hits: Sequence[ObjectiveRolledUp]) -> str:
    if signal.verdict == "worsening":
        last = reading.stage(hits[-1].stage_id) if hits else "the end"
        return f"It had been gone in between and was back by {last}, so it is not settled yet."
    told = first_feedback(reading, signal.name) is not None
    meanings = (
        (
            (
                "Being told has not been enough: it will take a fixed step in the way you work, "
                "one that happens before the work leaves you."
            ),
            "Knowing of it is not the trouble; there is no moment yet at which you look for it.",
            "",
        )
        if told
        else (
            "It does not hang on one task, so it will not go away with the next one either.",
            "The tasks changed and it stayed.",
            "",
        )
    )
    return meanings[_place(reading, signal) % len(meanings)]


def _after(reading: Reading, objective: ObjectiveRolledUp) -> tuple[ObjectiveRolledUp, ...]:
    objectives = reading.arc.objectives
    return objectives[objectives.index(objective) + 1 :]


def _is_chance(reading: Reading, objective: ObjectiveRolledUp, kind: str) -> bool:
    named = any(o.opportunities for o in reading.arc.objectives)
    return not named or shows(objective, kind) or kind in (objective.opportunities or ())
