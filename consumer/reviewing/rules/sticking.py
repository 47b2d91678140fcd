"""Sticking points: where work got stuck, told by the spots and not by the pattern again."""

from collections import Counter
from collections.abc import Collection, Sequence

from consumer.drafts import KeptStuckDraft
from consumer.reviewing.rules.citing import bounded, cite, cite_issue, spread
from consumer.reviewing.rules.reading import Reading
from consumer.reviewing.rules.wording import (
    after_tries,
    capital,
    count,
    figure,
    kind_words,
    listed,
    part_of,
)
from consumer.signals.success import SUCCESS_SCORE
from schemas.events import ObjectiveRolledUp

MAX_KINDS = 2
# So few hits are too few for any test; more of them and no claim means that others do not differ.
FEW_HITS = 3


def sticking_points_of(reading: Reading, *, praised: Collection[str]) -> tuple[KeptStuckDraft, ...]:
    """Draft at most four: issue kinds that came more than once, the low end, the costly one.

    Objectives that the review praises, by their ids in `praised`, are counted and not named: what
    is told to have gone well is not told to have been stuck.
    """
    claimed = [signal.name for signal in reading.claims("recurring_issue")]
    fixed = {signal.name for signal in reading.claims("fixed_issue")}
    kinds = [kind for kind in repeated_kinds(reading) if kind not in fixed]
    ordered = [*(k for k in kinds if k in claimed), *(k for k in kinds if k not in claimed)]
    drafts: list[KeptStuckDraft] = []
    for kind in ordered:
        hits = reading.showing(kind)
        shown = [o for o in hits if o.objective_id not in praised]
        if shown and len(drafts) < MAX_KINDS:
            text, cited = (
                _recurring(reading, kind, hits, shown)
                if kind in claimed
                else _repeated(reading, kind, hits, shown, place=len(drafts))
            )
            citations = bounded([cite_issue(o, kind) for o in cited])
            drafts.append(KeptStuckDraft(statement=text, issue_kind=kind, evidence=citations))
    low = lowest(reading)
    if low is not None:
        drafts.append(_left_low(reading, low))
    costly = _costliest(reading, praised, besides=low)
    if costly is not None:
        drafts.append(_cost_much(reading, costly))
    return tuple(d for d in drafts if reading.stands(d.statement, d.evidence))


def repeated_kinds(reading: Reading) -> tuple[str, ...]:
    """Return the kinds of issue that at least two objectives show, the most costly first.

    Those come first that most objectives below the pass mark show, then those that most show.
    """
    found: Counter[str] = Counter()
    low: Counter[str] = Counter()
    for objective in reading.arc.objectives:
        kinds = {issue.kind for issue in objective.issues}
        found.update(kinds)
        low.update(kinds if _is_low(objective) else ())
    repeated = (kind for kind, hits in found.items() if hits > 1)
    return tuple(sorted(repeated, key=lambda kind: (-low[kind], -found[kind], kind)))


def lowest(reading: Reading) -> ObjectiveRolledUp | None:
    """Return the objective that ended lowest below .7, else None."""
    open_ones = [o for o in reading.scored if _is_low(o)]
    return min(open_ones, key=lambda o: (o.score or 0.0, -o.attempts), default=None)


def _is_low(objective: ObjectiveRolledUp) -> bool:
    return objective.score is not None and objective.score < SUCCESS_SCORE


def _recurring(
    reading: Reading,
    kind: str,
    hits: Sequence[ObjectiveRolledUp],
    shown: Sequence[ObjectiveRolledUp],
) -> tuple[str, tuple[ObjectiveRolledUp, ...]]:
    """Tell what the pattern does not: what it cost, and where it was last."""
    words = capital(kind_words(kind))
    low = [o for o in hits if _is_low(o)]
    if not low:
        last = shown[-1]
        verb = "was last noted on" if last is hits[-1] else "was noted again on"
        text = f"{words} {verb} {reading.name(last)}; no result fell below the mark for it."
        return text, (last,)
    among = "among them " if len(low) > 2 else ""
    text = (
        f"{words} goes with the low results: {count(len(low), 'objective')} marked with it ended "
        f"below the pass mark, {among}{listed([reading.name(o) for o in low[-2:]])}."
    )
    return text, tuple(low[-2:])


def _repeated(
    reading: Reading,
    kind: str,
    hits: Sequence[ObjectiveRolledUp],
    shown: Sequence[ObjectiveRolledUp],
    *,
    place: int,
) -> tuple[str, tuple[ObjectiveRolledUp, ...]]:
    cited = spread(shown, limit=3)
    few = len(hits) <= FEW_HITS
    if place:
        where = listed([reading.name(o) for o in cited])
        verb = "carries" if len(cited) == 1 else "share"
        verdict = "that is too thin for a pattern" if few else "nothing sets it apart from the rest"
        return f"{where} {verb} the mark {kind_words(kind)}; {verdict}.", cited
    last = shown[-1]
    chances = _chances(reading, kind)
    marked = part_of(len(hits), chances, "objective") if chances else count(len(hits), "objective")
    which = "the last of them" if last is hits[-1] else "among them"
    text = f"{capital(kind_words(kind))} was noted on {marked}, {which} {reading.name(last)}. "
    text += (
        "That is too thin to call it a pattern, and enough to watch for it."
        if few
        else "Whether that is more than usual this run alone cannot tell, so no pattern is claimed."
        if _is_unclear(reading, kind)
        else "That is no more than can be expected of it, so no pattern is claimed."
    )
    return text, tuple(dict.fromkeys((*cited, last)))


def _is_unclear(reading: Reading, kind: str) -> bool:
    """Tell whether the record leaves open if a kind recurs; with little else noted it must."""
    found = (s for s in reading.signals if (s.kind, s.name) == ("recurring_issue", kind))
    return any(signal.verdict == "unclear" for signal in found)


def _chances(reading: Reading, kind: str) -> int:
    """Return on how many objectives a kind could be noted, 0 where it was noted on others too."""
    one = reading.issues[kind]
    return len(one.chances) if one.hits == one.shown else 0


def _left_low(reading: Reading, objective: ObjectiveRolledUp) -> KeptStuckDraft:
    is_alone = sum(o.score == objective.score for o in reading.scored) == 1
    place = "ended lowest" if is_alone else "is among those that ended lowest"
    text = (
        f"{capital(reading.name(objective))} {place}, at {figure(objective.score or 0.0)}"
        f"{after_tries(objective)}"
    )
    link = "and" if objective.attempts else "after"
    text += f" {link} {count(objective.hints, 'hint')}." if objective.hints else " without a hint."
    return KeptStuckDraft(statement=text, issue_kind=None, evidence=(cite(objective),))


def _costliest(
    reading: Reading, praised: Collection[str], besides: ObjectiveRolledUp | None
) -> ObjectiveRolledUp | None:
    retried = [
        o
        for o in reading.arc.objectives
        if o.attempts > 2 and o is not besides and o.objective_id not in praised
    ]
    return max(retried, key=lambda o: (o.attempts, o.hints), default=None)


def _cost_much(reading: Reading, objective: ObjectiveRolledUp) -> KeptStuckDraft:
    help_taken = f" and {count(objective.hints, 'hint')}" if objective.hints else ""
    result = "" if objective.score is None else f" before it stood at {figure(objective.score)}"
    text = (
        f"It took {count(objective.attempts, 'attempt')}{help_taken} on "
        f"{reading.name(objective)}{result}."
    )
    return KeptStuckDraft(statement=text, issue_kind=None, evidence=(cite(objective),))
