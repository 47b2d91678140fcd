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
    text, cited = _recurring(kind, hits) if claimed else _repeated(kind, hits, place)
    citations = bounded([cite_issue(o, kind) for o in cited])
    return KeptStuckDraft(statement=text, issue_kind=kind, evidence=citations)


def _recurring(
    kind: str, hits: list[ObjectiveRolledUp]
) -> tuple[str, tuple[ObjectiveRolledUp, ...]]:
    """Tell what the pattern does not: what it cost, and where it was last."""
    words = capital(kind_words(kind))
    low = [o for o in hits if o.score is not None and o.score < SUCCESS_SCORE]
    if not low:
        text = (
            f"{words} was last noted on {name_of(hits[-1])}; no result fell below the mark for it."
        )
        return text, (hits[-1],)
    among = "among them " if len(low) > 2 else ""
    text = (
        f"{words} goes with the low results: {count(len(low), 'objective')} marked with it ended "
        f"below the pass mark, {among}{listed([name_of(o) for o in low[-2:]])}."
    )
    return text, tuple(low[-2:])


def _repeated(
    kind: str, hits: list[ObjectiveRolledUp], place: int
) -> tuple[str, tuple[ObjectiveRolledUp, ...]]:
    cited = spread(hits, limit=3)
    if place:
        where = listed([name_of(o) for o in cited])
        return f"{where} share the mark {kind_words(kind)}; that is too thin for a pattern.", cited
    text = (
        f"{capital(kind_words(kind))} was noted on {count(len(hits), 'objective')}, the last of "
        f"them {name_of(hits[-1])}. That is too thin to call it a pattern, and enough to watch "
        "for it."
    )
    return text, tuple(dict.fromkeys((*cited, hits[-1])))


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
