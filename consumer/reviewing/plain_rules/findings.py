"""What went well, where it kept sticking, and what to push on next."""

from collections.abc import Sequence
from typing import Final

from consumer.arc import Arc
from consumer.drafts import Citation, KeptStuckDraft, NextPushDraft, WentWellDraft
from consumer.reviewing.plain_rules.quotes import (
    best_messages,
    cite_artefact,
    cite_message,
    cite_objective,
    excerpt,
    spread,
    weight_of,
)
from consumer.reviewing.plain_rules.words import counted, kind_words, listed, ratio, stage_title
from schemas.events import ObjectiveRolledUp

GOOD_SCORE: Final = 0.7
HARD_ATTEMPTS: Final = 3
MAX_EVIDENCE: Final = 4
MIN_WEIGHT: Final = 5.0


def went_well(arc: Arc) -> tuple[WentWellDraft, ...]:
    """Return up to three strengths: the best work, a recovery, and a message that shows how."""
    drafts = (_best_work(arc), _recovery(arc), _good_words(arc))
    return tuple(draft for draft in drafts if draft is not None)


def kept_stuck(arc: Arc) -> tuple[KeptStuckDraft, ...]:
    """Return up to three sticking points: issue kinds seen twice, then the hardest objective."""
    kinds = [kind for kind, shown in _by_kind(arc) if len(shown) >= 2][:2]
    drafts = [_stuck_on(arc, kind) for kind in kinds]
    hardest = _hardest(arc)
    if hardest is not None:
        drafts.append(hardest)
    return tuple(drafts)


def next_pushes(arc: Arc) -> tuple[NextPushDraft, ...]:
    """Return up to three pushes, each with a reason from the record and a way to check it."""
    drafts = []
    kinds = _by_kind(arc)
    if kinds:
        drafts.append(_push_on_kind(arc, *kinds[0]))
    hinted = [objective for objective in arc.objectives if objective.hints > 0]
    if hinted:
        drafts.append(_push_on_hints(hinted))
    low = [o for o in arc.objectives if o.score is not None and o.score < GOOD_SCORE]
    if low:
        drafts.append(_push_on_score(low))
    return tuple(drafts)


def _by_kind(arc: Arc) -> list[tuple[str, list[ObjectiveRolledUp]]]:
    shown: dict[str, list[ObjectiveRolledUp]] = {}
    for objective in arc.objectives:
        for kind in dict.fromkeys(issue.kind for issue in objective.issues):
            shown.setdefault(kind, []).append(objective)
    return sorted(shown.items(), key=lambda item: (-len(item[1]), item[0]))


def _best_work(arc: Arc) -> WentWellDraft | None:
    good = [o for o in arc.objectives if o.score is not None and o.score >= GOOD_SCORE]
    if not good:
        return None
    top = sorted(good, key=lambda o: (-(o.score or 0), o.attempts, o.hints))[:3]
    titles = [f"{o.title} ({ratio(o.score or 0)})" for o in top]
    clean = [o for o in top if o.attempts == 1 and o.hints == 0]
    how = " on the first try and without a hint" if len(clean) == len(top) else ""
    return WentWellDraft(
        statement=f"Your strongest work was {listed(titles)}{how}.",
        evidence=tuple(cite_objective(o) for o in top),
    )


def _recovery(arc: Arc) -> WentWellDraft | None:
    gains = [
        (o.score - o.first_score, o)
        for o in arc.objectives
        if o.score is not None and o.first_score is not None and o.attempts > 1
    ]
    gained = max(gains, key=lambda pair: pair[0], default=None)
    if gained is None or gained[0] < 0.2 or (gained[1].score or 0) < GOOD_SCORE:
        return None
    objective = gained[1]
    return WentWellDraft(
        statement=(
            f"On {objective.title} you started at {ratio(objective.first_score or 0)} and did not "
            f"leave it there: after {counted(objective.attempts, 'attempt')} it stood at "
            f"{ratio(objective.score or 0)}."
        ),
        evidence=(cite_objective(objective),),
    )


def _good_words(arc: Arc) -> WentWellDraft | None:
    texts: list[tuple[float, str, Citation]] = [
        (weight_of(excerpt(m.text) or ""), m.stage_id, cite_message(m))
        for m in best_messages(arc.messages, most=3)
    ]
    texts += [
        (weight_of(excerpt(a.text) or ""), a.stage_id, cite_artefact(a))
        for a in arc.artefacts
        if excerpt(a.text)
    ]
    best = max(texts, key=lambda item: item[0], default=None)
    if best is None or best[0] < MIN_WEIGHT:
        return None
    return WentWellDraft(
        statement=(
            f"In {stage_title(arc, best[1])} you put something on the table that others could "
            "work with: a position together with what it rests on."
        ),
        evidence=(best[2],),
    )


def _stuck_on(arc: Arc, kind: str) -> KeptStuckDraft:
    shown = dict(_by_kind(arc))[kind]
    titles = [stage_title(arc, s) for s in dict.fromkeys(o.stage_id for o in shown)]
    where = listed(titles) if len(titles) <= 3 else f"{titles[0]} through {titles[-1]}"
    extra = sum(max(o.attempts - 1, 0) for o in shown)
    cost = " Most of those objectives took more than one attempt." if extra >= len(shown) else ""
    return KeptStuckDraft(
        statement=(
            f"{kind_words(kind).capitalize()} held you up on {len(shown)} objectives, in "
            f"{where}.{cost}"
        ),
        issue_kind=kind,
        evidence=tuple(cite_objective(o, kind=kind) for o in spread(shown, most=MAX_EVIDENCE)),
    )


def _hardest(arc: Arc) -> KeptStuckDraft | None:
    hard = [o for o in arc.objectives if o.attempts >= HARD_ATTEMPTS]
    if not hard:
        return None
    worst = max(hard, key=lambda o: (o.attempts, -(o.score or 0)))
    ended = f" and ended at {ratio(worst.score)}" if worst.score is not None else ""
    return KeptStuckDraft(
        statement=f"{worst.title} was the steepest single climb: {worst.attempts} attempts{ended}.",
        issue_kind=None,
        evidence=(cite_objective(worst),),
    )


def _push_on_kind(arc: Arc, kind: str, shown: Sequence[ObjectiveRolledUp]) -> NextPushDraft:
    last = shown[-1]
    words = kind_words(kind)
    return NextPushDraft(
        action=f"Before you hand anything in, read it once for nothing but {words}.",
        why=(
            f"It was seen on {counted(len(shown), 'objective')}, the last time at {last.title} in "
            f"{stage_title(arc, last.stage_id)}."
        ),
        check=f"The next time an objective gives it a chance, no note on {words} comes back.",
        evidence=tuple(cite_objective(o, kind=kind) for o in spread(shown, most=2)),
    )


def _push_on_hints(hinted: Sequence[ObjectiveRolledUp]) -> NextPushDraft:
    most = max(hinted, key=lambda objective: objective.hints)
    return NextPushDraft(
        action="Write down your own first attempt, however rough, before you open a hint.",
        why=(
            f"You used hints on {counted(len(hinted), 'objective')}, most on {most.title} "
            f"({counted(most.hints, 'hint')})."
        ),
        check="On the next objective of that sort your first attempt is there before any hint is.",
        evidence=tuple(cite_objective(o) for o in dict.fromkeys((hinted[0], most))),
    )


def _push_on_score(low: Sequence[ObjectiveRolledUp]) -> NextPushDraft:
    lowest = min(low, key=lambda objective: objective.score or 0)
    return NextPushDraft(
        action=f"Go back to {lowest.title} and do the part that was missing, on paper.",
        why=f"It ended at {ratio(lowest.score or 0)}, the lowest of the run.",
        check="Ask one of the team to say what would still stop them from using it.",
        evidence=(cite_objective(lowest),),
    )
