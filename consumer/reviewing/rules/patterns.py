"""Patterns: one draft for each signal that bears a claim."""

from collections.abc import Callable, Mapping
from typing import Final, get_args

from consumer.assembly.patterns import MAX_PATTERNS
from consumer.drafts import PatternDraft
from consumer.reviewing.rules.citing import bounded
from consumer.reviewing.rules.pattern_issues import fixed_issue, recurring_issue
from consumer.reviewing.rules.pattern_progress import (
    first_pass,
    help_avoidance,
    independence,
    pace,
    recovery,
    stuck,
)
from consumer.reviewing.rules.pattern_words import calibration, help_seeking, writing
from consumer.reviewing.rules.proposal import Proposal
from consumer.reviewing.rules.reading import Reading
from consumer.signals.claims import confidence_of
from schemas.review import Direction, Signal, SignalKind

Writer = Callable[[Reading, Signal], Proposal]

_WRITERS: Final[Mapping[SignalKind, Writer]] = {
    "recurring_issue": recurring_issue,
    "help_avoidance": help_avoidance,
    "independence": independence,
    "pace": pace,
    "first_pass": first_pass,
    "fixed_issue": fixed_issue,
    "stuck": stuck,
    "calibration": calibration,
    "recovery": recovery,
    "help_seeking": help_seeking,
    "writing": writing,
}


def patterns_of(reading: Reading) -> tuple[PatternDraft, ...]:
    """Draft at most five patterns, the best supported and most useful first.

    A description of the writing is no pattern of the arc; a change in it is. Dimensions that are
    stuck alike are one pattern.
    """
    told = (s for s in reading.claims() if s.kind != "writing" or s.verdict != "present")
    claims = (s for s in told if s.kind != "stuck" or s is reading.claims("stuck")[0])
    drafts = (_draft(reading, signal) for signal in claims)
    return tuple(draft for draft in drafts if draft is not None)[:MAX_PATTERNS]


def _signal_ids(reading: Reading, signal: Signal) -> tuple[str, ...]:
    alike = reading.claims("stuck") if signal.kind == "stuck" else (signal,)
    return tuple(one.signal_id for one in alike)


def _draft(reading: Reading, signal: Signal) -> PatternDraft | None:
    proposal = _WRITERS[signal.kind](reading, signal)
    stages = reading.stage_ids(proposal.records)
    citations = bounded(proposal.citations)
    statement = reading.standing(proposal.sentences, citations)
    if len(stages) < 2 or not statement:
        return None
    return PatternDraft(
        kind=signal.kind,
        name=signal.name,
        direction=next(d for d in get_args(Direction) if d == signal.verdict),
        statement=statement,
        confidence=confidence_of(signal),
        stage_ids=stages,
        signal_ids=_signal_ids(reading, signal),
        evidence=citations,
    )
