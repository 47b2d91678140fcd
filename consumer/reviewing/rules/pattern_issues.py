"""Patterns of issues: a kind that keeps coming back, and a kind that went away once named."""

from collections.abc import Sequence

from consumer.reviewing.rules.citing import cite, cite_issue, spread
from consumer.reviewing.rules.proposal import Proposal
from consumer.reviewing.rules.reading import EVERY_STAGE, Reading
from consumer.reviewing.rules.wording import capital, count, kind_words, number_word
from consumer.signals.occurrence import Occurrence, names_kind
from schemas.events import ObjectiveRolledUp
from schemas.review import Signal


def recurring_issue(reading: Reading, signal: Signal) -> Proposal:
    """Say where a kind came back, how often, and what its feedback changed."""
    kind = signal.name
    one = reading.issues[kind]
    hits = reading.objectives(one.hits)
    chosen = spread(hits, limit=5)
    sentences = (
        _opening(reading, signal, hits),
        _after_feedback(reading, one),
        _meaning(reading, signal, one),
    )
    citations = tuple(cite_issue(o, kind) for o in chosen)
    return Proposal(sentences, hits, citations)


def fixed_issue(reading: Reading, signal: Signal) -> Proposal:
    """Say that a kind went away after it was spoken of."""
    kind = signal.name
    one = reading.issues[kind]
    if one.gone_from is None:
        return Proposal((), (), ())
    hits, spoken = reading.objectives(one.hits), reading.arc.objectives[one.gone_from]
    clear = reading.objectives(index for index in one.chances if index > one.gone_from)
    after = f"after the feedback on {reading.name(spoken)}"
    once = sum(index <= one.gone_from for index in one.feedback) == 1
    noted, chances = count(len(hits), "objective"), number_word(signal.n)
    frames = (
        (
            (
                f"You got rid of something: {kind_words(kind)} was noted on {noted}, and {after} "
                f"on none of the {chances} that could have shown it."
            ),
            "Whatever you changed after that, keep it.",
        ),
        (
            (
                f"{capital(kind_words(kind))} is behind you: {noted} had it, and {after} it is "
                f"gone, though {chances} gave the chance."
            ),
            "Hearing of it once was enough here." if once else "",
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
    citations = (
        *(cite_issue(o, kind) for o in hits[:2]),
        cite(spoken),
        *map(cite, clear[-2:]),
    )
    return Proposal(sentences, (*hits, *clear), citations)


def _opening(reading: Reading, signal: Signal, hits: Sequence[ObjectiveRolledUp]) -> str:
    words = kind_words(signal.name)
    number, chances = number_word(len(hits)), number_word(signal.n)
    where = reading.stages(hits)
    came = "came back" if signal.verdict == "worsening" else "kept coming back"
    have = "has" if where == EVERY_STAGE else "have"
    frames = (
        (
            f"{capital(words)} {came}: {number} of the {chances} objectives that gave "
            f"the chance for it were marked with it, in {where}."
        ),
        f"On {number} of {chances} chances the mark was {words}, spread over {where}.",
        (
            f"{capital(where)} {have} one thing in common: {words}, on {number} objectives of "
            f"{chances} where it could occur."
        ),
    )
    return frames[_place(reading, signal) % len(frames)]


def _place(reading: Reading, signal: Signal) -> int:
    """Return which of its kind a claim is; several in one run are each told in another frame."""
    return [s.signal_id for s in reading.claims(signal.kind)].index(signal.signal_id)


def _after_feedback(reading: Reading, one: Occurrence) -> str:
    if not one.feedback:
        return "No feedback in this run spoke of it."
    spoken = reading.arc.objectives[one.feedback[0]]
    again, chances = _in_later_stages(reading, one)
    named = "named it" if names_kind(spoken, one.kind) else "came where it was marked"
    told = f"The feedback on {reading.name(spoken)} {named}, and in the stages that followed it was"
    if again:
        return f"{told} there again on {number_word(again)} of {number_word(chances)}."
    return f"{told} noted on none of {number_word(chances)}." if chances else ""


def _in_later_stages(reading: Reading, one: Occurrence) -> tuple[int, int]:
    """Return the hits and the chances in the stages after the one that the kind was spoken of in.

    Both are 0 where nothing spoke of it.
    """
    if not one.feedback:
        return 0, 0
    stages = [s.stage_id for s in reading.arc.stages]
    spoken = reading.arc.objectives[one.feedback[0]]
    later = stages[stages.index(spoken.stage_id) + 1 :]
    hits, chances = (
        sum(o.stage_id in later for o in reading.objectives(indexes))
        for indexes in (one.hits, one.chances)
    )
    return hits, chances


def _meaning(reading: Reading, signal: Signal, one: Occurrence) -> str:
    if signal.verdict == "worsening":
        last = reading.stage(reading.arc.objectives[one.hits[-1]].stage_id)
        return f"It had been gone in between and was back by {last}, so it is not settled yet."
    again, chances = _in_later_stages(reading, one)
    if chances and not again:
        return "That is a good sign, and too little to call it gone."
    # Only what came again in a stage after the feedback shows that being told was not enough.
    meanings = (
        (
            (
                "Being told has not been enough: it will take a fixed step in the way you work, "
                "one that happens before the work leaves you."
            ),
            "Knowing of it is not the trouble; there is no moment yet at which you look for it.",
            "",
        )
        if again
        else (
            "It does not hang on one task, so it will not go away with the next one either.",
            "The tasks changed and it stayed.",
            "",
        )
    )
    return meanings[_place(reading, signal) % len(meanings)]
