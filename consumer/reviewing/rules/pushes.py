"""Pushes: what to push on next, each with an action, a reason and a check."""

from consumer.drafts import Citation, NextPushDraft
from consumer.reviewing.rules.advice import step_for
from consumer.reviewing.rules.citing import bounded, cite, cite_issue, spread
from consumer.reviewing.rules.pattern_issues import first_feedback
from consumer.reviewing.rules.reading import Reading, name_of, shows
from consumer.reviewing.rules.sticking import lowest, repeated_kinds
from consumer.reviewing.rules.wording import capital, count, figure, kind_words, quoted_words

MAX_PUSHES = 3


def pushes_of(reading: Reading) -> tuple[NextPushDraft, ...]:
    """Draft at most three, the one with the most behind it first."""
    found = (
        _against_kind(reading),
        _against_habit(reading),
        _redo(reading),
        _before_hints(reading),
    )
    drafts = [draft for draft in found if draft is not None]
    return tuple(d for d in drafts if _stands(reading, d))[:MAX_PUSHES]


def top_kind(reading: Reading) -> str | None:
    """Return the kind most worth a push: one that recurs by the signals, else the most frequent."""
    claimed = reading.claims("recurring_issue")
    if claimed:
        return claimed[0].name
    fixed = {signal.name for signal in reading.claims("fixed_issue")}
    return next((kind for kind in repeated_kinds(reading) if kind not in fixed), None)


def _against_kind(reading: Reading) -> NextPushDraft | None:
    kind = top_kind(reading)
    if kind is None:
        return None
    hits = [o for o in reading.arc.objectives if shows(o, kind)]
    spoken = first_feedback(reading, kind)
    said = quoted_words(spoken.feedback or "") if spoken else ""
    last = reading.stage(hits[-1].stage_id)
    why = (
        f"{capital(count(len(hits), 'objective'))} were marked with {kind_words(kind)}, the last "
        f"in {last}."
    )
    if said and spoken is not None:
        stage = reading.stage(spoken.stage_id)
        why += f" In {stage} you were told: {said}."
    citations: tuple[Citation, ...] = (cite_issue(hits[-1], kind),)
    if spoken is not None and said:
        citations = (cite(spoken, spoken.feedback), *citations)
    return NextPushDraft(
        action=f"{step_for(kind).action}.",
        why=why,
        check=f"Your next piece of work passes without a mark for {kind_words(kind)}, and you can "
        "point to the line that kept it out.",
        evidence=bounded(citations),
    )


def _against_habit(reading: Reading) -> NextPushDraft | None:
    """Push on what the signals found in the way of working, beside issues."""
    low = [o for o in reading.late if o.score is not None and not o.hints]
    low.sort(key=lambda o: o.score or 0.0)
    if reading.claims("help_avoidance") and low:
        return NextPushDraft(
            action="Set yourself a limit: when another attempt changes nothing, ask, and say what "
            "you tried.",
            why=f"{name_of(low[0])} ended at {figure(low[0].score or 0.0)} without a hint taken.",
            check="The next objective that resists you shows a hint and a better last score.",
            evidence=tuple(map(cite, low[:2])),
        )
    calibrations = reading.claims("calibration")
    rated = [a.stage_id for a in reading.arc.artefacts if a.self_rating is not None]
    witnesses = spread([o for o in reading.scored if o.stage_id in rated], limit=3)
    if calibrations and witnesses:
        off = figure(abs(calibrations[0].value or 0.0))
        side = "high" if (calibrations[0].value or 0.0) > 0 else "low"
        return NextPushDraft(
            action="Before you rate a text, name the one thing in it that would cost it points, "
            "then rate.",
            why=f"Your ratings are {off} too {side} on average.",
            check=f"The next gap between your rating and the score is smaller than {off}.",
            evidence=tuple(map(cite, witnesses)),
        )
    return None


def _redo(reading: Reading) -> NextPushDraft | None:
    worst = lowest(reading)
    if worst is None:
        return None
    spent = count(worst.attempts, "attempt")
    issues = sorted({kind_words(issue.kind) for issue in worst.issues})
    left = f", and what is noted there is {' and '.join(issues)}" if issues else ""
    return NextPushDraft(
        action=f"Do {name_of(worst)} again from an empty page, without looking at your last "
        "version until you are through.",
        why=f"Nothing ended lower: {figure(worst.score or 0.0)} after {spent}{left}.",
        check=f"It gets past {figure(worst.score or 0.0)} at the first try, and you can say which "
        "decision made the difference.",
        evidence=(cite(worst),),
    )


def _before_hints(reading: Reading) -> NextPushDraft | None:
    """Push on trying first, where hints came before a try late in the run."""
    early_asks = [o for o in reading.late if o.hint_before_first_attempt]
    hinted = early_asks or [o for o in reading.late if o.hints > 1]
    if not hinted or reading.claims("help_avoidance"):
        return None
    example = hinted[-1]
    asked = " before the first try" if early_asks else ""
    return NextPushDraft(
        action="Write down your own first answer, however rough, before you open a hint.",
        why=f"On {name_of(example)}, late in the run, you still took "
        f"{count(example.hints, 'hint')}{asked}.",
        check="On the next objective you can show what you had before the hint, and what it "
        "changed.",
        evidence=tuple(map(cite, hinted[-2:])),
    )


def _stands(reading: Reading, draft: NextPushDraft) -> bool:
    texts = (draft.action, draft.why, draft.check)
    return all(reading.stands(text, draft.evidence) for text in texts)
