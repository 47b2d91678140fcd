"""Patterns: what no single stage could show, claimed only where a signal or two quotes bear it."""

from collections.abc import Sequence
from typing import get_args

from consumer.assembly.facts import Facts
from consumer.assembly.items import Faults, ground_all, learners_only, statement
from consumer.assembly.naming import shown_id
from consumer.drafts import PatternDraft
from consumer.signals.claims import confidence_of
from schemas.fields import MAX_NAME_CHARACTERS
from schemas.review import MAX_EVIDENCE, Confidence, Direction, Evidence, Pattern, Signal

MAX_PATTERNS = 5

# Kinds a reviewer may claim from quotes alone; all others are matters of measurement.
_QUOTABLE_KINDS = frozenset({"recurring_issue", "help_seeking", "writing"})


def check_pattern(draft: PatternDraft, facts: Facts, *, pattern_id: str) -> Pattern | Faults:
    """Check one pattern; what it claims and how surely follow its first signal, if it names one."""
    text = statement(draft.statement)
    faults: list[str] = [] if text else ["the statement is empty"]
    stage_ids = _known_stages(draft, facts)
    if len(stage_ids) < 2:
        faults.append("a pattern needs at least two stages of this run")
    claims = _claims(draft, facts, faults)
    found = ground_all(draft.evidence, facts)
    first = claims[0] if claims else None
    if (first.kind if first else draft.kind) == "writing":
        found = learners_only(found, facts, objectives=False)
    faults += found.faults
    evidence = _spread(tuple(e for e in found.evidence if e.stage_id in stage_ids))
    if len({e.stage_id for e in evidence}) < 2:
        faults.append("its evidence lies in fewer than two of its stages")
    if first is None:
        faults += _quoted_faults(draft, facts, evidence, stage_ids)
    faults += facts.prose_faults(text, evidence)
    if faults:
        return tuple(dict.fromkeys(faults))
    return Pattern(
        pattern_id=pattern_id,
        kind=first.kind if first else draft.kind,
        name=first.name if first else statement(draft.name)[:MAX_NAME_CHARACTERS],
        direction=_direction(first) if first else "present",
        statement=text,
        confidence=confidence_of(first) if first else _modest(draft.confidence),
        stage_ids=stage_ids,
        signal_ids=tuple(signal.signal_id for signal in claims),
        evidence=evidence,
    )


def _known_stages(draft: PatternDraft, facts: Facts) -> tuple[str, ...]:
    return tuple(s.stage_id for s in facts.arc.stages if s.stage_id in draft.stage_ids)


def _claims(draft: PatternDraft, facts: Facts, faults: list[str]) -> tuple[Signal, ...]:
    """Return the named signals that bear a claim; the first one must."""
    by_id = {signal.signal_id: signal for signal in facts.signals}
    named = tuple(dict.fromkeys(draft.signal_ids))
    unknown = [signal_id for signal_id in named if signal_id not in by_id]
    if unknown:
        faults.append(f"signal {shown_id(unknown[0])} does not exist")
        return ()
    signals = [by_id[signal_id] for signal_id in named]
    if signals and signals[0] not in facts.claims:
        first = signals[0]
        faults.append(f"signal {first.signal_id!r} ({first.verdict}) bears no pattern")
        return ()
    return tuple(signal for signal in signals if signal in facts.claims)


def _quoted_faults(
    draft: PatternDraft, facts: Facts, evidence: Sequence[Evidence], stage_ids: Sequence[str]
) -> list[str]:
    """Check a pattern without a signal: it quotes two stages and overrules no measurement."""
    faults: list[str] = []
    if draft.kind not in _QUOTABLE_KINDS:
        return [f"a pattern of kind {draft.kind} must name a signal that claims it"]
    if not statement(draft.name):
        faults.append("the name is empty")
    quoted = {e.stage_id for e in evidence if e.quote is not None and e.stage_id in stage_ids}
    if len(quoted) < 2:
        faults.append("without a signal it must quote two of its stages")
    measured = [s for s in facts.signals if s.kind == draft.kind]
    if draft.kind == "recurring_issue":
        # An issue kind that was measured and not found to recur must not return by quotes.
        spoken = f"{draft.name} {draft.statement}".replace("_", " ").casefold()
        kinds = facts.arc.issue_kinds
        if any(kind.replace("_", " ").casefold() in spoken for kind in kinds):
            faults.append("the signals do not show that this issue kind recurs")
    elif not any(s.verdict not in {"too_little_data", "absent"} for s in measured):
        faults.append(f"the {draft.kind} signals do not allow this pattern")
    return faults


def _spread(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Keep the first eight in order, but never only one stage where there are two."""
    kept = evidence[:MAX_EVIDENCE]
    stages = {e.stage_id for e in kept}
    other = next((e for e in evidence[MAX_EVIDENCE:] if e.stage_id not in stages), None)
    return (*kept[:-1], other) if len(stages) == 1 and other else kept


def _direction(signal: Signal) -> Direction:
    return next(d for d in get_args(Direction) if d == signal.verdict)


def _modest(confidence: Confidence) -> Confidence:
    return "medium" if confidence == "high" else confidence
