"""Summary and headline: the read of the whole arc in a few sentences, with how little there was."""

from consumer.assembly.assertions import MOVED
from consumer.drafts import PatternDraft
from consumer.reviewing.rules.pushes import top_kind
from consumer.reviewing.rules.reading import Reading, mean_score
from consumer.reviewing.rules.wording import (
    capital,
    count,
    figure,
    kind_words,
    listed,
    reached_mark,
)
from consumer.signals.success import SUCCESS_SCORE
from schemas.review import MAX_HEADLINE_CHARACTERS

THIN_OBJECTIVES = 6
# With so few statements and no pattern, assembly itself says how little there was.
THIN_STATEMENTS = 2


def headline_of(reading: Reading, patterns: tuple[PatternDraft, ...]) -> str:
    """Say in one sentence what the arc comes to: its strongest patterns."""
    told = _clauses(patterns)
    clauses = list(told)
    candidates = []
    if len(clauses) > 1:
        link = "and" if told[clauses[0]] == told[clauses[1]] else "while"
        candidates.append(f"{capital(clauses[0])}, {link} {clauses[1]}.")
    if clauses:
        result = _result(reading)
        candidates += [f"{capital(clauses[0])}, and {result}."] if result else []
        candidates.append(f"{capital(clauses[0])}.")
    candidates += [_without_pattern(reading), "A run with too little in it to say how it went."]
    return next(
        c for c in candidates if len(c) <= MAX_HEADLINE_CHARACTERS and reading.stands(c, ())
    )


def summary_of(reading: Reading, patterns: tuple[PatternDraft, ...], *, statements: int) -> str:
    """Say what there was, how it came out, what runs through it, and what cannot be said.

    `statements` is how much praise and how many sticking points the review has.
    """
    # A review with little in it says so in assembly; twice would be once too often.
    is_thin = not patterns and statements <= THIN_STATEMENTS
    sentences = (
        _basis(reading),
        _outcome(reading),
        _talk(reading),
        "" if is_thin else _thread(reading, patterns),
        _next(reading),
        "" if is_thin else _limits(reading),
    )
    kept = [s for s in sentences if s and reading.stands(s, ())]
    if len(kept) < 2:
        kept.append("That is too little to tell how the run went, and nothing more is claimed.")
    return " ".join(kept)


def _clauses(patterns: tuple[PatternDraft, ...]) -> dict[str, bool]:
    """Say each pattern in a clause, where it has one, and whether it is good news."""
    return {clause: _is_good(p) for p in patterns if (clause := _clause(p))}


def _clause(pattern: PatternDraft) -> str:
    """Say a pattern in one clause that can stand beside another."""
    kind, better = kind_words(pattern.name), pattern.direction == "improving"
    stages = count(len(pattern.stage_ids), "stage")
    back = f"{kind} kept coming back, in {stages}"
    clauses = {
        "recurring_issue": back if pattern.direction == "present" else f"{kind} came back late",
        "fixed_issue": f"{kind} went away once it was named",
        "independence": (
            "you came to need fewer hints and your scores held"
            if better
            else "you came to need more hints"
        ),
        "help_avoidance": "you asked for less help and your scores fell with it",
        "pace": f"you got {'faster' if better else 'slower'} against the time expected",
        "first_pass": f"your first tries came right {'more' if better else 'less'} often",
        "stuck": "a run of clean results never came",
        "calibration": "your ratings of your own work part from its scores",
        "recovery": "you won back much of what a first try had missed",
    }
    return clauses.get(pattern.kind, "")


def _is_good(pattern: PatternDraft) -> bool:
    return pattern.direction == "improving" or pattern.kind == "recovery"


def _without_pattern(reading: Reading) -> str:
    scored = reading.scored
    if scored:
        return f"{capital(_result(reading))}; no pattern runs clearly through the stages."
    own = [m for m in reading.arc.messages if m.sender == "user"]
    if own:
        return (
            f"A run told by its conversations: {count(len(own), 'message')} of yours over "
            f"{count(len(reading.stage_ids(own)), 'stage')}, and no scores to compare them by."
        )
    return "Too little came in from this run to say how it went."


def _basis(reading: Reading) -> str:
    arc = reading.arc
    texts = len({artefact.artefact_id for artefact in arc.artefacts})
    return (
        f"This review reads {count(len(arc.objectives), 'objective')}, "
        f"{count(len(arc.messages), 'message')} and {count(texts, 'text')} of your "
        f"own from {count(len(arc.stages), 'stage')}."
    )


def _outcome(reading: Reading) -> str:
    scored = reading.scored
    if not scored:
        return ""
    early, late = mean_score(reading.early), mean_score(reading.late)
    if early is None or late is None:
        mean = figure(mean_score(scored) or 0.0)
        if len(scored) == 1:
            return f"Its score was {mean}."
        return f"The mean score over {count(len(scored), 'objective')} was {mean}."
    if figure(early) == figure(late):
        return (
            f"The mean score stood at {figure(early)}, in {reading.first_part} as in "
            f"{reading.last_part}."
        )
    return (
        f"The mean score was {figure(early)} in {reading.first_part} and {figure(late)} in "
        f"{reading.last_part}."
    )


def _result(reading: Reading) -> str:
    scored = reading.scored
    if not scored:
        return ""
    reached = sum((o.score or 0.0) >= SUCCESS_SCORE for o in scored)
    return reached_mark(reached, len(scored), "scored objective")


def _talk(reading: Reading) -> str:
    """Where nothing was scored, say how the learner's words were spread over the others."""
    if reading.scored:
        return ""
    own = sorted(
        (sum(m.sender == "user" for m in reading.arc.thread(persona.persona_id)), persona.name)
        for persona in reading.arc.trigger.personas
    )
    # Where two are level, neither of them got most or least.
    if len(own) < 2 or own[0][0] == own[1][0] or own[-1][0] == own[-2][0]:
        return ""
    (few, least), (many, most) = own[0], own[-1]
    return (
        f"You wrote most to {most} ({count(many, 'message')}) and least to {least} "
        f"({count(few, 'message')})."
    )


def _thread(reading: Reading, patterns: tuple[PatternDraft, ...]) -> str:
    if not patterns:
        return "No clear trend runs through the stages."
    clauses = list(_clauses(patterns))
    if len(clauses) > 2:
        return f"Beside that, {clauses[2]}."
    return "" if len(patterns) > 1 else _standing_against(reading, patterns[0])


def _standing_against(reading: Reading, pattern: PatternDraft) -> str:
    """Set the one pattern beside the scores, or say that it is the only one."""
    if pattern.kind == "recurring_issue":
        late = mean_score(reading.late)
        early = mean_score(reading.early)
        if early is None or late is None:
            return ""
        if abs(late - early) >= MOVED:
            return f"The scores {'rose all the same' if late > early else 'fell meanwhile'}."
        return "Over the run the scores stayed about where they were."
    return "Nothing else repeats clearly enough to be called a pattern."


def _next(reading: Reading) -> str:
    kind = top_kind(reading)
    if not reading.claims("recurring_issue"):
        if reading.claims("help_avoidance"):
            return "What to work on next is asking before a result is lost."
        if any(signal.verdict == "worsening" for signal in reading.claims("independence")):
            return "What to work on next is a first try of your own before you take a hint."
        if reading.claims("calibration"):
            return "What to work on next is how you rate your own work."
    if kind is None:
        return ""
    words, hits = kind_words(kind).strip("“”"), len(reading.showing(kind))
    return f"What to work on next is “{words}”, marked on {count(hits, 'objective')}."


def _limits(reading: Reading) -> str:
    """Say what could not be told, and why: what was not in the record, or was too little."""
    arc = reading.arc
    if not reading.scored and arc.objectives:
        missing = ["scores"]
        missing += [] if any(o.hints for o in arc.objectives) else ["hints"]
        missing += [] if any(o.issues for o in arc.objectives) else ["issues"]
        missing += [] if arc.artefacts else ["texts of yours"]
        return (
            f"There are no {listed(missing, 'or')} in it, so quality, help and progress stay out "
            "of this review."
        )
    if len(arc.objectives) < THIN_OBJECTIVES:
        return "Take it as a note and not as a verdict: each figure rests on very little."
    pace = next((s for s in reading.signals if s.kind == "pace"), None)
    if pace is None or pace.verdict not in {"too_little_data", "unclear"}:
        return ""
    if not any(stage.expected_minutes for stage in arc.stages):
        return "No stage says how long it should take, so none of this is about your speed."
    if pace.verdict == "unclear":
        return f"Over {count(pace.n, 'stage')} your speed shows no clear trend."
    return "Too few stages were timed to say whether you got faster."
