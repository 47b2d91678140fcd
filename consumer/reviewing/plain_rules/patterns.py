"""Patterns: only what a signal claims, told with its figures and the stages it rests on."""

from collections.abc import Callable
from typing import Final

from consumer.arc import Arc
from consumer.drafts import Citation, PatternDraft
from consumer.reviewing.plain_rules.quotes import cite_objective, spread
from consumer.reviewing.plain_rules.words import counted, kind_words, ratio, stage_title
from schemas.events import ObjectiveRolledUp
from schemas.review import Confidence, Direction, Signal

CLAIMS: Final = frozenset({"improving", "worsening", "present"})
MAX_PATTERNS: Final = 5
MAX_EVIDENCE: Final = 6
# Most useful to the learner first: what to change, then what has changed.
ORDER: Final = (
    "recurring_issue",
    "help_avoidance",
    "independence",
    "fixed_issue",
    "pace",
    "first_pass",
)


def pattern_drafts(arc: Arc, signals: tuple[Signal, ...]) -> tuple[PatternDraft, ...]:
    """Return up to five patterns, each named by the signal that claims it."""
    claims = [s for s in signals if s.verdict in CLAIMS and s.kind in ORDER]
    claims.sort(key=lambda signal: ORDER.index(signal.kind))
    drafts = (_draft(arc, signal) for signal in claims)
    return tuple(draft for draft in drafts if draft is not None)[:MAX_PATTERNS]


def _draft(arc: Arc, signal: Signal) -> PatternDraft | None:
    objectives = _resting_on(arc, signal)
    stage_ids = tuple(dict.fromkeys(objective.stage_id for objective in objectives))
    if len(stage_ids) < 2:
        return None
    kind = signal.name if signal.kind in {"recurring_issue", "fixed_issue"} else None
    evidence: tuple[Citation, ...] = tuple(
        cite_objective(objective, kind=kind) for objective in spread(objectives, most=MAX_EVIDENCE)
    )
    return PatternDraft(
        kind=signal.kind,
        name=signal.name,
        direction=_direction(signal),
        statement=STATEMENTS[signal.kind](arc, signal, objectives),
        confidence=_confidence(signal),
        stage_ids=stage_ids,
        signal_ids=(signal.signal_id,),
        evidence=evidence,
    )


def _direction(signal: Signal) -> Direction:
    if signal.verdict == "improving":
        return "improving"
    return "worsening" if signal.verdict == "worsening" else "present"


def _confidence(signal: Signal) -> Confidence:
    if signal.n >= 3 * signal.minimum_n:
        return "high"
    return "medium" if signal.n > signal.minimum_n else "low"


def _resting_on(arc: Arc, signal: Signal) -> tuple[ObjectiveRolledUp, ...]:
    if signal.kind == "recurring_issue":
        return tuple(o for o in arc.objectives if _shows(o, signal.name))
    if signal.kind == "fixed_issue":
        shown = [i for i, o in enumerate(arc.objectives) if _shows(o, signal.name)]
        return (*(arc.objectives[i] for i in shown), *arc.objectives[shown[-1] + 1 :][-2:])
    measured = {point.stage_id for point in signal.series if point.value is not None}
    return tuple(o for o in arc.objectives if o.stage_id in measured)


def _shows(objective: ObjectiveRolledUp, kind: str) -> bool:
    return any(issue.kind == kind for issue in objective.issues)


def _pace(arc: Arc, signal: Signal, _objectives: tuple[ObjectiveRolledUp, ...]) -> str:
    first, last = _ends(signal)
    faster = signal.verdict == "improving"
    meaning = (
        "You were not only quicker at the end: you were quicker than the plan asked of that stage, "
        "measured the same way throughout."
        if faster and last[1] < 1
        else "Against the plan, each stage cost you less than the one before it."
        if faster
        else "The later work cost you more than the plan allows for, and the gap kept growing."
    )
    return (
        f"Against the time planned for each stage you got "
        f"{'faster' if faster else 'slower'} by about {abs(signal.value or 0):.0f} % a stage over "
        f"{signal.n} comparable stages: from {first[1]:.2f} of the planned time in "
        f"{stage_title(arc, first[0])} to {last[1]:.2f} in {stage_title(arc, last[0])}. {meaning}"
    )


def _recurring(arc: Arc, signal: Signal, objectives: tuple[ObjectiveRolledUp, ...]) -> str:
    hits = len(objectives)
    stages = len({objective.stage_id for objective in objectives})
    first, last = objectives[0], objectives[-1]
    told = (
        f"The same kind of issue, {kind_words(signal.name)}, came up in {hits} of the "
        f"{signal.n} objectives that gave it a chance, across {stages} stages: first at "
        f"{first.title}, and still at {last.title}."
    )
    spoken = [o for o in objectives if o.feedback]
    later = [o for o in objectives if spoken and o is not spoken[0]]
    if signal.verdict == "worsening":
        return (
            f"{told} It had gone quiet in the middle and returned late, so it is not settled yet."
        )
    if later:
        return (
            f"{told} It went on after feedback had named it, so the reminder alone is not enough."
        )
    return f"{told} No other kind of issue in this run came back like this."


def _fixed(_arc: Arc, signal: Signal, objectives: tuple[ObjectiveRolledUp, ...]) -> str:
    before = sum(_shows(objective, signal.name) for objective in objectives)
    return (
        f"{kind_words(signal.name).capitalize()} was yours {before} times early on; after the "
        f"feedback on it you had {counted(signal.n, 'more chance')} to repeat it and did not. "
        "You took the point and it held."
    )


def _independence(arc: Arc, signal: Signal, _objectives: tuple[ObjectiveRolledUp, ...]) -> str:
    first, last = _ends(signal)
    held = _score_ends(arc, first[0], last[0])
    if signal.verdict == "worsening":
        return (
            f"You leaned on hints more as the work went on: {first[1]:.1f} an objective in "
            f"{stage_title(arc, first[0])}, {last[1]:.1f} in {stage_title(arc, last[0])}, over "
            f"{signal.n} objectives."
        )
    kept = f", and your scores held ({held})" if held else ""
    return (
        f"In {stage_title(arc, first[0])} you took {first[1]:.1f} hints an objective; by "
        f"{stage_title(arc, last[0])} it was {last[1]:.1f}{kept}. Over {signal.n} objectives that "
        "is a real fall: you needed the push less and paid nothing for it."
    )


def _avoidance(arc: Arc, signal: Signal, _objectives: tuple[ObjectiveRolledUp, ...]) -> str:
    first, last = _ends(signal)
    lost = _score_ends(arc, first[0], last[0])
    return (
        f"You asked for less help as you went, from {first[1]:.1f} hints an objective to "
        f"{last[1]:.1f}, but the scores went down with it ({lost}). That is not independence yet: "
        "the help you left out was help you still needed."
    )


def _first_pass(arc: Arc, signal: Signal, _objectives: tuple[ObjectiveRolledUp, ...]) -> str:
    up = signal.verdict == "improving"
    first, last = _ends(signal)
    return (
        f"First tries landed {'more' if up else 'less'} often late than early, over {signal.n} "
        f"objectives: a rate of {ratio(first[1])} in {stage_title(arc, first[0])} against "
        f"{ratio(last[1])} in {stage_title(arc, last[0])}. "
        + ("You were ready before you began." if up else "You began before you were ready.")
    )


STATEMENTS: Final[dict[str, Callable[[Arc, Signal, tuple[ObjectiveRolledUp, ...]], str]]] = {
    "pace": _pace,
    "recurring_issue": _recurring,
    "fixed_issue": _fixed,
    "independence": _independence,
    "help_avoidance": _avoidance,
    "first_pass": _first_pass,
}


def _ends(signal: Signal) -> tuple[tuple[str, float], tuple[str, float]]:
    measured = [(point.stage_id, point.value) for point in signal.series if point.value is not None]
    return measured[0], measured[-1]


def _score_ends(arc: Arc, first: str, last: str) -> str:
    means = []
    for stage_id in (first, last):
        scores = [o.score for o in arc.objectives_of(stage_id) if o.score is not None]
        if scores:
            means.append(ratio(sum(scores) / len(scores)))
    return ", then ".join(means) if len(means) == 2 else ""
