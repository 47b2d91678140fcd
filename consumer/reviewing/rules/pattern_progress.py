"""Patterns of progress: pace, independence and its counterfeit, first tries, recovery, stuck."""

from consumer.assembly.assertions import MOVED
from consumer.reviewing.rules.citing import spread
from consumer.reviewing.rules.proposal import Proposal, from_objectives
from consumer.reviewing.rules.reading import Reading, mean_score
from consumer.reviewing.rules.wording import (
    count,
    figure,
    listed,
    number_word,
    percent,
    plain_number,
)
from consumer.signals.independence import HELD_LOSS
from consumer.signals.success import SUCCESS_SCORE, is_success
from schemas.events import ObjectiveRolledUp, XpDimension
from schemas.review import Signal


def pace(reading: Reading, signal: Signal) -> Proposal:
    """Say how the time per stage moved against the time expected."""
    measured = [p.stage_id for p in signal.series if p.value is not None]
    faster = signal.verdict == "improving"
    change = f"{abs(signal.value or 0.0):.0f} %"
    stages = count(signal.n, "stage")
    opening = (
        f"You worked faster as the run went on: held against its expected time, each stage took "
        f"about {change} less than the one before it, over {stages}."
        if faster
        else f"The work took longer and longer: held against its expected time, each stage took "
        f"about {change} more than the one before it, over {stages}."
    )
    ends = [] if len(measured) < 2 else [measured[0], measured[-1]]
    times = [_time_of(reading, stage_id) for stage_id in ends]
    sentence = f"{times[0]}; {times[1]}." if all(times) and times else ""
    objectives = [o for o in reading.arc.objectives if o.stage_id in measured]
    return from_objectives(
        (opening, sentence, _scores_beside(reading, faster=faster)),
        spread(objectives),
        over=objectives,
    )


def independence(reading: Reading, signal: Signal) -> Proposal:
    """Say how hints moved while the score held."""
    early, late = reading.early, reading.late
    before = (
        f"In {reading.first_part} you took {count(_hints(early), 'hint')} on "
        f"{count(len(early), 'objective')}; in {reading.last_part}, {number_word(_hints(late))} on "
        f"{number_word(len(late))}"
    )
    scores = _two_means(early, late)
    held = f", and your scores held ({scores})" if scores else ""
    first = _asked_before_trying(early, late)
    if signal.verdict == "improving":
        sentences = (f"{before}{held}.", first, "You no longer need the push to begin.")
        chosen = (*spread(_most_hinted(early), limit=2), *spread(_unaided(late), limit=2))
        return from_objectives(sentences, chosen, over=reading.arc.objectives)
    sentences = (
        f"{before}: you leaned on help more as the run went on.",
        first,
        _scores_meanwhile(early, late),
    )
    return from_objectives(
        sentences,
        (*spread(_unaided(early), limit=2), *spread(_most_hinted(late), limit=2)),
        over=reading.arc.objectives,
    )


def help_avoidance(reading: Reading, signal: Signal) -> Proposal:
    """Say that fewer hints came at the price of the score."""
    early, late = reading.early, reading.late
    sentences = (
        (
            f"You stopped asking before you could do without: {count(_hints(early), 'hint')} over "
            f"the first half of the stages, {number_word(_hints(late))} over the last."
        ),
        _scores_lost(early, late),
        (
            f"It shows over {count(signal.n, 'objective')}. Fewer hints would be independence if "
            "the results had held; they did not, so this is help left lying."
        ),
    )
    low = [o for o in _unaided(late) if (o.score or 0.0) < SUCCESS_SCORE] or list(late)
    return from_objectives(
        sentences,
        (*spread(_most_hinted(early), limit=2), *spread(low, limit=2)),
        over=reading.arc.objectives,
    )


def first_pass(reading: Reading, signal: Signal) -> Proposal:
    """Say how often the first try did it, early against late."""
    half = len(reading.arc.objectives) // 2
    early, late = reading.arc.objectives[:half], reading.arc.objectives[-half:]
    counts = (
        f"Of the first {number_word(len(early))} objectives {number_word(_at_once(early))} came "
        f"right at the first try; of the last {number_word(len(late))}, "
        f"{number_word(_at_once(late))}."
    )
    meaning = (
        "What you hand in first has become what counts, not a draft for someone else to correct."
        if signal.verdict == "improving"
        else "The later work was not checked against the same bar before it went out, or it was "
        "harder; the record cannot tell which."
    )
    rose = signal.verdict == "improving"
    misses = [o for o in (early if rose else late) if not is_success(o)]
    hits = [o for o in (late if rose else early) if is_success(o)]
    pair = (misses or early, hits or late) if rose else (hits or early, misses or late)
    return from_objectives(
        (counts, meaning),
        (*spread(pair[0], limit=2), *spread(pair[1], limit=2)),
        over=reading.arc.objectives,
    )


def recovery(reading: Reading, signal: Signal) -> Proposal:
    """Say how much of a failed first try was won back."""
    retried = sorted(
        (o for o in reading.scored if o.attempts > 1 and o.first_score is not None),
        key=lambda o: (o.first_score or 0.0) - (o.score or 0.0),
    )
    example = ""
    if retried:
        best = retried[0]
        example = (
            f"The furthest way back was {reading.name(best)}, from "
            f"{figure(best.first_score or 0.0)} to {figure(best.score or 0.0)}."
        )
    sentences = (
        (
            f"Where a first try fell short you won back {percent(signal.value or 0.0)} of what was "
            f"missing, taken over {number_word(signal.n)} retried objectives."
        ),
        example,
        "A poor first attempt tells little about where your work ends.",
    )
    return from_objectives(sentences, spread(retried), over=retried)


def stuck(reading: Reading, signal: Signal) -> Proposal:
    """Say how long the run went without a stretch of clean work, in all its dimensions at once."""
    stretches = [(s, _dimension_of(reading, s)) for s in reading.claims(signal.kind)]
    dimensions = [(s, dimension) for s, dimension in stretches if dimension is not None]
    over = reading.arc.objectives
    opening = (
        "No three objectives in a row came right at the first try, in a stretch of "
        f"{plain_number(signal.value or 0.0)}."
    )
    if dimensions:
        ids = {dimension.dimension_id for _, dimension in dimensions}
        over = tuple(o for o in over if ids & set(o.dimension_ids))
        where = [f"{d.title} (a stretch of {plain_number(s.value or 0)})" for s, d in dimensions]
        opening = f"No three objectives in a row came right at the first try in {listed(where)}."
    missed = [o for o in over if not is_success(o)]
    meaning = (
        "Single good results are there; what is missing is a run of them, which tells a skill "
        "from a good day."
        if len(missed) < len(over)
        else "Not a single first try came right, so look at how you begin rather than at any one "
        "task."
    )
    return from_objectives((opening, meaning), spread(missed), over=missed)


def _dimension_of(reading: Reading, signal: Signal) -> XpDimension | None:
    dimensions = reading.arc.trigger.xp.dimensions
    return next((d for d in dimensions if signal.name == d.title), None)


def _time_of(reading: Reading, stage_id: str) -> str:
    stage = next(s for s in reading.arc.stages if s.stage_id == stage_id)
    seconds = [o.active_seconds or 0.0 for o in reading.arc.objectives_of(stage_id)]
    if not stage.expected_minutes:
        return ""
    taken, expected = f"{sum(seconds) / 60:.0f}", plain_number(stage.expected_minutes)
    return (
        f"{reading.stage(stage_id)} took {taken} minute{'' if taken == '1' else 's'} where "
        f"{expected} {'was' if expected == '1' else 'were'} expected"
    )


def _scores_beside(reading: Reading, *, faster: bool) -> str:
    """Set the scores beside the time, and no cause between them: the record shows none."""
    early, late = mean_score(reading.early), mean_score(reading.late)
    if early is None or late is None:
        return "There are no scores beside it, so what the change in time did to the work is open."
    scores = f"({figure(early)} in {reading.first_part}, {figure(late)} in {reading.last_part})"
    if faster:
        if early - late <= HELD_LOSS:
            return f"The scores held {scores}, so nothing in them speaks of haste."
        return f"The scores fell meanwhile {scores}: sooner done, and not done as well."
    return _slower_beside(late - early, scores)


def _slower_beside(rise: float, scores: str) -> str:
    if rise >= HELD_LOSS:
        return f"The scores rose meanwhile {scores}: it took longer, and it was done better."
    if abs(rise) < MOVED:
        return f"The scores stayed about level {scores}: more time, and no more to show for it."
    if rise > 0:
        return f"The scores rose a little {scores}: more time, and a little more to show for it."
    return f"The scores did not rise with it {scores}: more time, and no more to show for it."


def _two_means(early: tuple[ObjectiveRolledUp, ...], late: tuple[ObjectiveRolledUp, ...]) -> str:
    before, after = mean_score(early), mean_score(late)
    return "" if before is None or after is None else f"{figure(before)}, then {figure(after)}"


def _scores_lost(early: tuple[ObjectiveRolledUp, ...], late: tuple[ObjectiveRolledUp, ...]) -> str:
    """Say what the scores lost; the means of two halves may hide a loss over all the stages."""
    before, after = mean_score(early), mean_score(late)
    if before is None or after is None or float(figure(after)) >= float(figure(before)):
        return ""
    return f"The scores went down with them, from a mean of {figure(before)} to {figure(after)}."


def _scores_meanwhile(
    early: tuple[ObjectiveRolledUp, ...], late: tuple[ObjectiveRolledUp, ...]
) -> str:
    before, after = mean_score(early), mean_score(late)
    if before is None or after is None:
        return ""
    if figure(before) == figure(after):
        return f"Your mean score stood at {figure(after)} meanwhile, early and late."
    return f"Your scores went from {figure(before)} to {figure(after)} meanwhile."


def _asked_before_trying(
    early: tuple[ObjectiveRolledUp, ...], late: tuple[ObjectiveRolledUp, ...]
) -> str:
    known = [[o for o in side if o.hint_before_first_attempt is not None] for side in (early, late)]
    asked = [sum(bool(o.hint_before_first_attempt) for o in side) for side in known]
    if not all(known) or asked[0] == asked[1]:
        return ""
    return (
        f"Asking before the first try went from {number_word(asked[0])} of "
        f"{number_word(len(known[0]))} to {number_word(asked[1])} of {number_word(len(known[1]))}."
    )


def _hints(objectives: tuple[ObjectiveRolledUp, ...]) -> int:
    return sum(o.hints for o in objectives)


def _most_hinted(objectives: tuple[ObjectiveRolledUp, ...]) -> list[ObjectiveRolledUp]:
    return sorted((o for o in objectives if o.hints), key=lambda o: -o.hints) or list(objectives)


def _unaided(objectives: tuple[ObjectiveRolledUp, ...]) -> list[ObjectiveRolledUp]:
    return [o for o in objectives if not o.hints] or list(objectives)


def _at_once(objectives: tuple[ObjectiveRolledUp, ...]) -> int:
    return sum(is_success(o) for o in objectives)
