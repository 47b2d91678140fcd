"""Summary and headline: the read of the whole arc in a few sentences, with how little there was."""

from consumer.drafts import PatternDraft
from consumer.reviewing.rules.pushes import top_kind
from consumer.reviewing.rules.reading import SUCCESS_SCORE, Reading, mean_score
from consumer.reviewing.rules.wording import capital, count, figure, kind_words, part_of
from schemas.review import MAX_HEADLINE_CHARACTERS

THIN_OBJECTIVES = 6
# With so few statements and no pattern, assembly itself says how little there was.
THIN_STATEMENTS = 2


def headline_of(reading: Reading, patterns: tuple[PatternDraft, ...]) -> str:
    """Say in one sentence what the arc comes to: its strongest patterns."""
    clauses = [clause for p in patterns if (clause := _clause(p))]
    candidates = []
    if len(clauses) > 1:
        good = {_is_good(p) for p in patterns[:2]}
        link = "while" if len(good) > 1 else "and"
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
    sentences = (
        _basis(reading),
        _outcome(reading),
        _thread(reading, patterns),
        _next(reading),
        _limits(reading, is_thin=not patterns and statements <= THIN_STATEMENTS),
    )
    kept = [s for s in sentences if s and reading.stands(s, ())]
    if len(kept) < 2:
        kept.append("That is too little to tell how the run went, and nothing more is claimed.")
    return " ".join(kept)


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
    return pattern.direction == "improving" or pattern.kind in {"recovery", "help_seeking"}


def _without_pattern(reading: Reading) -> str:
    scored = reading.scored
    if scored:
        return f"{capital(_result(reading))}; no pattern runs clearly through the stages."
    if reading.arc.messages:
        own = [m for m in reading.arc.messages if m.sender == "user"]
        return (
            f"A run told by its conversations: {count(len(own), 'message')} of yours over "
            f"{count(len(reading.stage_ids(reading.arc.messages)), 'stage')}, and no scores to "
            "compare the stages by."
        )
    return "Too little came in from this run to say how it went."


def _basis(reading: Reading) -> str:
    arc = reading.arc
    return (
        f"This review reads {count(len(arc.objectives), 'objective')}, "
        f"{count(len(arc.messages), 'message')} and {count(len(arc.artefacts), 'text')} of your "
        f"own from {count(len(arc.stages), 'stage')}."
    )


def _outcome(reading: Reading) -> str:
    scored = reading.scored
    if not scored:
        return ""
    early, late = mean_score(reading.early), mean_score(reading.late)
    if early is None or late is None:
        return f"{capital(_result(reading))}."
    return (
        f"The mean score was {figure(early)} in {reading.first_part} and {figure(late)} in "
        f"{reading.last_part}."
    )


def _result(reading: Reading) -> str:
    scored = reading.scored
    if not scored:
        return ""
    reached = sum((o.score or 0.0) >= SUCCESS_SCORE for o in scored)
    part = part_of(reached, len(scored), "scored objective")
    return f"{part} reached the pass mark"


def _thread(reading: Reading, patterns: tuple[PatternDraft, ...]) -> str:
    if not patterns:
        if len(reading.arc.objectives) < THIN_OBJECTIVES and not reading.arc.messages:
            return ""
        return "Nothing in it repeats clearly enough across stages to be called a pattern."
    clauses = [clause for p in patterns if (clause := _clause(p))]
    if len(clauses) > 2:
        return f"Beside that, {clauses[2]}."
    return "" if len(clauses) > 1 else _standing_against(reading, patterns[0])


def _standing_against(reading: Reading, pattern: PatternDraft) -> str:
    """Set the one pattern beside what did not move with it."""
    if pattern.kind == "recurring_issue":
        late = mean_score(reading.late)
        early = mean_score(reading.early)
        if early is not None and late is not None and late - early >= 0.05:
            return "The scores rose all the same, so the work around it got better."
        return "The work around it stayed where it was."
    return "It is the only thing that repeats clearly enough to be called a pattern."


def _next(reading: Reading) -> str:
    kind = top_kind(reading)
    if kind is None:
        return ""
    return f"The next thing to get rid of is “{kind_words(kind)}”."


def _limits(reading: Reading, *, is_thin: bool) -> str:
    arc = reading.arc
    missing = []
    if not reading.scored:
        missing.append("scores")
    if arc.objectives and not any(o.hints for o in arc.objectives):
        missing.append("hints")
    if not any(o.issues for o in arc.objectives):
        missing.append("issues")
    if not arc.artefacts:
        missing.append("texts of yours")
    if not reading.scored and arc.objectives:
        return (
            f"There are no {' or '.join(missing)} in it, so nothing is said about quality, help or "
            "progress: what follows is what was said, and no more."
        )
    if len(arc.objectives) < THIN_OBJECTIVES and not is_thin:
        return "There is very little to go by here, so take it as a note and not as a verdict."
    if not any(stage.expected_minutes for stage in arc.stages):
        return "Without expected times the stages cannot be compared for pace."
    return ""
