"""Headline, summary, the writing and the rationales: the frame around the findings."""

from typing import Final

from consumer.arc import Arc
from consumer.drafts import DimensionScore, PatternDraft, WritingStyleDraft
from consumer.reviewing.plain_rules.quotes import cite_artefact, cite_objective, excerpt
from consumer.reviewing.plain_rules.words import counted, kind_words, listed, ratio
from schemas.events import XpDimension
from schemas.review import Signal

THIN_OBJECTIVES: Final = 4
_HEADLINES: Final = {
    ("pace", "improving"): "You got faster, measured against what each stage should take",
    ("pace", "worsening"): "The stages took you longer and longer against their plan",
    ("independence", "improving"): "You needed fewer hints as you went, and the work held",
    ("independence", "worsening"): "You leaned on hints more as the work went on",
    ("help_avoidance", "present"): "You took less help than the work still needed",
    ("first_pass", "improving"): "Your first tries landed more often late than early",
    ("first_pass", "worsening"): "Your first tries landed less often late than early",
}


def headline(arc: Arc, patterns: tuple[PatternDraft, ...]) -> str:
    """Return the read of the whole arc in one sentence."""
    if patterns:
        return f"{_told(patterns[0])}."
    if len(arc.objectives) < THIN_OBJECTIVES:
        return "There is too little on record here to read an arc."
    return (
        f"Over {counted(len(arc.stages), 'stage')} no clear trend shows, and this review does not "
        "make one up."
    )


def summary(arc: Arc, signals: tuple[Signal, ...], patterns: tuple[PatternDraft, ...]) -> str:
    """Return two to six sentences: what there was, what it shows, what it cannot show."""
    own = sum(message.sender == "user" for message in arc.messages)
    sentences = [
        f"This review rests on {counted(len(arc.objectives), 'objective')} in "
        f"{counted(len(arc.stages), 'stage')}, {counted(len(arc.messages), 'message')} "
        f"({own} of them yours) and {counted(len(arc.artefacts), 'text')} of your own."
    ]
    scores = [o.score for o in arc.objectives if o.score is not None]
    if scores:
        sentences.append(
            f"Your scores average {ratio(sum(scores) / len(scores))}, from {ratio(min(scores))} to "
            f"{ratio(max(scores))}."
        )
    if patterns:
        told = [_told(pattern) for pattern in patterns[:2]]
        sentences.append(f"Across the stages: {'; '.join(t[0].lower() + t[1:] for t in told)}.")
    else:
        sentences.append("No pattern across the stages is firm enough to be called one.")
    thin = [_LACKS[s.kind] for s in signals if s.verdict == "too_little_data" and s.kind in _LACKS]
    if thin:
        sentences.append(f"There was too little to speak of {listed(list(dict.fromkeys(thin)))}.")
    return " ".join(sentences)


_LACKS: Final = {
    "pace": "pace",
    "independence": "independence",
    "first_pass": "first tries",
    "writing": "your writing",
}


def writing_style(arc: Arc, signals: tuple[Signal, ...]) -> WritingStyleDraft | None:
    """Return what these texts show; None where there are too few words to tell."""
    signal = next((s for s in signals if s.kind == "writing"), None)
    quotable = [a for a in arc.artefacts if excerpt(a.text)]
    if signal is None or signal.value is None or signal.verdict == "too_little_data":
        return None
    if not quotable:
        return None
    chosen = quotable[:1] if len(quotable) == 1 else [quotable[0], quotable[-1]]
    return WritingStyleDraft(
        statement=(
            f"In these notes you write sentences of {signal.value:.0f} words on average, over "
            f"{signal.n} words in all. That is a description of these texts, not a verdict."
        ),
        evidence=tuple(cite_artefact(artefact) for artefact in chosen),
    )


def dimension_score(arc: Arc, dimension: XpDimension) -> DimensionScore:
    """Return the reason for a dimension's points, from its own objectives; the points are code's."""
    objectives = [o for o in arc.objectives if dimension.dimension_id in o.dimension_ids]
    scores = [o.score for o in objectives if o.score is not None]
    if not objectives:
        rationale = "No objective exercised this dimension, so it is given the mean of the others."
    elif not scores:
        rationale = (
            f"Rests on {counted(len(objectives), 'objective')} without a score: what was tried "
            "counts, how well it went is not known."
        )
    else:
        hints = sum(o.hints for o in objectives)
        rationale = (
            f"Rests on {counted(len(objectives), 'objective')} with a mean score of "
            f"{ratio(sum(scores) / len(scores))} and {counted(hints, 'hint')}."
        )
    best = sorted(objectives, key=lambda o: -(o.score or 0))[:2]
    return DimensionScore(
        dimension_id=dimension.dimension_id,
        raw_xp=None,
        rationale=rationale,
        evidence=tuple(cite_objective(o) for o in best),
    )


def _told(pattern: PatternDraft) -> str:
    known = _HEADLINES.get((pattern.kind, pattern.direction))
    if known is not None:
        return known
    words = kind_words(pattern.name)
    if pattern.kind == "fixed_issue":
        return f"After the feedback, {words} did not come back"
    return f"One kind of issue kept coming back: {words}"
