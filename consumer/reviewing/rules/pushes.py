"""Pushes: what to push on next, each with an action, a reason and a check."""

from consumer.drafts import Citation, NextPushDraft
from consumer.reviewing.rules.advice import step_for
from consumer.reviewing.rules.citing import bounded, cite, issue_note, spread
from consumer.reviewing.rules.reading import Reading
from consumer.reviewing.rules.sticking import lowest, repeated_kinds
from consumer.reviewing.rules.wording import (
    after_tries,
    capital,
    count,
    figure,
    kind_words,
    listed,
    quoted_words,
)
from consumer.signals.occurrence import names_kind, says_kind
from schemas.events import ObjectiveRolledUp

MAX_PUSHES = 3


def pushes_of(reading: Reading) -> tuple[NextPushDraft, ...]:
    """Draft at most three, the one with the most behind it first."""
    kind, habit = _against_kind(reading, top_kind(reading)), _against_habit(reading)
    # What a pattern bears comes before what was only noted.
    first = (kind, habit) if reading.claims("recurring_issue") else (habit, kind)
    found = dict.fromkeys((*first, _redo(reading), _before_hints(reading)))
    drafts = found if any(found) else (_last_resort(reading),)
    return tuple(d for d in drafts if d is not None and _stands(reading, d))[:MAX_PUSHES]


def top_kind(reading: Reading) -> str | None:
    """Return the kind most worth a push: one that recurs by the signals, else the most costly."""
    claimed = reading.claims("recurring_issue")
    if claimed:
        return claimed[0].name
    fixed = _gone(reading)
    return next((kind for kind in repeated_kinds(reading) if kind not in fixed), None)


def _gone(reading: Reading) -> frozenset[str]:
    """Return the kinds that a pattern says are gone: nothing is left to push on."""
    return frozenset(signal.name for signal in reading.claims("fixed_issue"))


def _against_kind(reading: Reading, kind: str | None) -> NextPushDraft | None:
    if kind is None:
        return None
    hits = reading.showing(kind)
    last = hits[-1]
    note = issue_note(last, kind)
    noted = quoted_words(note or "")
    step = step_for(kind, noted=noted)
    why, citations = _why(reading, kind, last, noted="" if noted in step.action else noted)
    return NextPushDraft(
        action=f"{step.action}.",
        why=why,
        check=f"{step.check}.",
        evidence=bounded((*citations, cite(last, note))),
    )


def _why(
    reading: Reading, kind: str, last: ObjectiveRolledUp, *, noted: str
) -> tuple[str, tuple[Citation, ...]]:
    """Return the reason against a kind: what feedback said of it, then where it was last."""
    words, stage = kind_words(kind), reading.stage(last.stage_id)
    until = reading.arc.objectives[: reading.arc.objectives.index(last) + 1]
    spoken = next((o for o in until if names_kind(o, kind)), None)
    # Where only a tag says that feedback spoke of it, its words would not be understood so.
    said = quoted_words(spoken.feedback or "") if spoken and says_kind(spoken, kind) else ""
    came = f"in {stage} it was noted again" if spoken is not last else "it was noted there last"
    note = f": {noted}." if noted else "."
    if spoken is not None and said:
        told = f"In {reading.stage(spoken.stage_id)} you were told: {said}."
        return f"{told} {capital(came)}{note}", (cite(spoken, spoken.feedback),)
    if spoken is not None:
        where = reading.stage(spoken.stage_id)
        return f"Feedback in {where} spoke of {words}, and {came}{note}", ()
    return f"{capital(words)} came up last in {stage}{note}", ()


def _against_habit(reading: Reading) -> NextPushDraft | None:
    """Push on taking or asking for help, or on rating one's own work, where signals claim it."""
    leans = any(signal.verdict == "worsening" for signal in reading.claims("independence"))
    more = _before_hints(reading) if leans else None
    return _ask_sooner(reading) or more or _rate_closer(reading)


def _ask_sooner(reading: Reading) -> NextPushDraft | None:
    low = [o for o in reading.late if o.score is not None and not o.hints]
    low.sort(key=lambda o: o.score or 0.0)
    if not reading.claims("help_avoidance") or not low:
        return None
    return NextPushDraft(
        action="Set yourself a limit: when another attempt changes nothing, ask, and say what "
        "you tried.",
        why=f"{capital(reading.name(low[0]))} ended at {figure(low[0].score or 0.0)} without a "
        "hint taken.",
        check="When the next objective resists you, its record holds a hint and a better last "
        "score.",
        evidence=tuple(map(cite, low[:2])),
    )


def _rate_closer(reading: Reading) -> NextPushDraft | None:
    calibrations = reading.claims("calibration")
    rated = [a.stage_id for a in reading.arc.artefacts if a.self_rating is not None]
    witnesses = spread([o for o in reading.scored if o.stage_id in rated], limit=3)
    if not calibrations or not witnesses:
        return None
    off = figure(abs(calibrations[0].value or 0.0))
    side = "high" if (calibrations[0].value or 0.0) > 0 else "low"
    weighs = "cost it points" if side == "high" else "earn it points"
    return NextPushDraft(
        action=f"Before you rate a text, name the one thing in it that would {weighs}, then rate.",
        why=f"Your ratings are {off} too {side} on average.",
        check=f"The gap between your rating and the score comes out smaller than {off}.",
        evidence=tuple(map(cite, witnesses)),
    )


def _redo(reading: Reading) -> NextPushDraft | None:
    worst = lowest(reading)
    if worst is None:
        return None
    issues = sorted({kind_words(issue.kind) for issue in worst.issues})
    left = f", and what is noted there is {listed(issues)}" if issues else ""
    return NextPushDraft(
        action=f"Do {reading.name(worst)} again from an empty page, without looking at your last "
        "version until you are through.",
        why=f"Nothing ended lower: {figure(worst.score or 0.0)}{after_tries(worst)}{left}.",
        check="The new version reaches the pass mark at its first try.",
        evidence=(cite(worst),),
    )


def _before_hints(reading: Reading) -> NextPushDraft | None:
    """Push on trying first, where hints came before a try late in the run.

    Not where a pattern says that the learner no longer needs them, or asks too little.
    """
    early_asks = [o for o in reading.late if o.hint_before_first_attempt]
    hinted = early_asks or [o for o in reading.late if o.hints > 1]
    freed = any(signal.verdict == "improving" for signal in reading.claims("independence"))
    if not hinted or freed or reading.claims("help_avoidance"):
        return None
    example = hinted[-1]
    took = count(example.hints, "hint") if example.hints else "a hint"
    # The record says that one came before the first try, and not that all did.
    which = ", the first of them" if example.hints > 1 else ""
    asked = f"{which} before the first try" if early_asks else ""
    return NextPushDraft(
        action="Write down your own first answer, however rough, before you open a hint.",
        why=f"On {reading.name(example)}, late in the run, you still took {took}{asked}.",
        check="Beside every hint you open there lies an answer of your own, and you see what the "
        "hint added.",
        evidence=tuple(map(cite, hinted[-2:])),
    )


def _last_resort(reading: Reading) -> NextPushDraft | None:
    """Return the one push of a run with nothing more telling to push on."""
    return _leave_no_hint(reading) or _against_last_issue(reading) or _first_time_right(reading)


def _leave_no_hint(reading: Reading) -> NextPushDraft | None:
    """Push on the objective that took most hints."""
    hinted = [o for o in reading.arc.objectives if o.hints]
    if not hinted:
        return None
    most = max(hinted, key=lambda o: o.hints)
    return NextPushDraft(
        action=f"Tell somebody how you would do {reading.name(most)} now, with no hint at hand.",
        why=f"It took {count(most.hints, 'hint')}, and nothing here took more.",
        check="They can do it from what you told them.",
        evidence=(cite(most),),
    )


def _against_last_issue(reading: Reading) -> NextPushDraft | None:
    """Push against what was noted once."""
    found = (issue.kind for objective in reading.arc.objectives for issue in objective.issues)
    fixed = _gone(reading)
    kinds = [kind for kind in found if kind not in fixed]
    return _against_kind(reading, kinds[-1] if kinds else None)


def _first_time_right(reading: Reading) -> NextPushDraft | None:
    """Push on the first try that fell furthest short."""
    retried = [o for o in reading.arc.objectives if o.attempts > 1]
    if not retried:
        return None
    costly = max(
        retried, key=lambda o: (o.attempts, -(1.0 if o.first_score is None else o.first_score))
    )
    known = costly.first_score is not None and costly.score is not None
    way = (
        f", from {figure(costly.first_score or 0.0)} at the first to {figure(costly.score or 0.0)} "
        "at the last"
        if known
        else ""
    )
    return NextPushDraft(
        action=f"Write down what your first try at {reading.name(costly)} lacked, and look for "
        "that before you hand in the next piece.",
        why=f"It took {count(costly.attempts, 'attempt')}{way}.",
        check="Your next objective comes right at the first try.",
        evidence=(cite(costly),),
    )


def _stands(reading: Reading, draft: NextPushDraft) -> bool:
    texts = (draft.action, draft.why, draft.check)
    return all(reading.stands(text, draft.evidence) for text in texts)
