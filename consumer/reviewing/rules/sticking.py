"""Sticking points: where work got stuck, told by the spots and not by the pattern again."""

from collections import Counter

from consumer.drafts import KeptStuckDraft
from consumer.reviewing.rules.citing import bounded, cite, cite_issue, spread
from consumer.reviewing.rules.reading import SUCCESS_SCORE, Reading, name_of, shows
from consumer.reviewing.rules.wording import capital, count, figure, kind_words, listed
from schemas.events import ObjectiveRolledUp

MAX_KINDS = 2


def sticking_points_of(reading: Reading) -> tuple[KeptStuckDraft, ...]:
    """Draft at most four: issue kinds that came more than once, the low end, the costly one."""
    claimed = [signal.name for signal in reading.claims("recurring_issue")]
    fixed = {signal.name for signal in reading.claims("fixed_issue")}
    kinds = [kind for kind in repeated_kinds(reading) if kind not in fixed]
    ordered = [*(k for k in kinds if k in claimed), *(k for k in kinds if k not in claimed)]
    drafts = [
        _of_kind(reading, kind, claimed=kind in claimed, place=place)
        for place, kind in enumerate(ordered[:MAX_KINDS])
    ]
    low = lowest(reading)
    if low is not None:
        drafts.append(_left_low(low))
    costly = _costliest(reading, besides=low)
    if costly is not None:
        drafts.append(_cost_much(costly))
    return tuple(d for d in drafts if reading.stands(d.statement, d.evidence))


def repeated_kinds(reading: Reading) -> tuple[str, ...]:
    """Return the kinds of issue that at least two objectives show, the most frequent first."""
    found = Counter(kind for o in reading.arc.objectives for kind in {i.kind for i in o.issues})
    return tuple(sorted((kind for kind, n in found.items() if n > 1), key=lambda k: (-found[k], k)))


def lowest(reading: Reading) -> ObjectiveRolledUp | None:
    """Return the objective that ended lowest below .7, else None."""
    open_ones = [o for o in reading.scored if (o.score or 0.0) < SUCCESS_SCORE]
    return min(open_ones, key=lambda o: (o.score or 0.0, -o.attempts), default=None)


def _of_kind(reading: Reading, kind: str, *, claimed: bool, place: int) -> KeptStuckDraft:
    hits = [o for o in reading.arc.objectives if shows(o, kind)]
    # The last time it happened: the freshest, and after whatever was said about it.
    chosen = hits[-1]
    words = capital(kind_words(kind))
    where = name_of(chosen)
    if claimed:
        text = f"{words}, most lately on {where}."
        low = [o for o in hits if o.score is not None and o.score < SUCCESS_SCORE]
        if low:
            among = "among them " if len(low) > 3 else ""
            text += (
                f" {capital(count(len(low), 'objective'))} with it ended below "
                f"the pass mark, {among}{listed([name_of(o) for o in low[-3:]])}."
            )
    elif place:
        where = listed([name_of(o) for o in spread(hits, limit=3)])
        text = f"{where} share the mark {kind_words(kind)}; that is too thin for a pattern."
    else:
        text = (
            f"{words} was noted on {count(len(hits), 'objective')}, the last of them {where}. "
            "That is too few to call it a pattern, and enough to watch for it."
        )
    citations = tuple(cite_issue(o, kind) for o in (*spread(hits, limit=3), chosen))
    return KeptStuckDraft(statement=text, issue_kind=kind, evidence=bounded(citations))


def _left_low(objective: ObjectiveRolledUp) -> KeptStuckDraft:
    tries = count(objective.attempts, "attempt")
    text = (
        f"{capital(name_of(objective))} ended lowest, at {figure(objective.score or 0.0)} after "
        f"{tries}"
    )
    text += f" and {count(objective.hints, 'hint')}." if objective.hints else " without a hint."
    return KeptStuckDraft(statement=text, issue_kind=None, evidence=(cite(objective),))


def _costliest(reading: Reading, besides: ObjectiveRolledUp | None) -> ObjectiveRolledUp | None:
    retried = [o for o in reading.arc.objectives if o.attempts > 2 and o is not besides]
    return max(retried, key=lambda o: (o.attempts, o.hints), default=None)


def _cost_much(objective: ObjectiveRolledUp) -> KeptStuckDraft:
    help_taken = f" and {count(objective.hints, 'hint')}" if objective.hints else ""
    result = "" if objective.score is None else f" before it stood at {figure(objective.score)}"
    text = (
        f"It took {count(objective.attempts, 'attempt')}{help_taken} on "
        f"{name_of(objective)}{result}."
    )
    return KeptStuckDraft(statement=text, issue_kind=None, evidence=(cite(objective),))
