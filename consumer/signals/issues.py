"""Issues: which kind keeps coming back, and which went away after it was spoken of.

With a base rate of the kind: the exact binomial tail of its hits. Without: Fisher's exact test of
the kind against the run's other kinds, and with fewer than two others no claim. A claim needs 3
hits in 2 stages, or 2 where both came after feedback on the kind. Fixed: all hits (3 in 2 stages)
lie before some feedback on the kind and none after it; since that means where the *last* hit
lies, Fisher's test of before against after is exact for it. p ≤ .005 (fixed: ≤ .01), and
Benjamini–Hochberg over all kinds so tested: at q = .05 for fixed, .01 for recurring. At q = .05
that step never binds below eleven kinds, so the errors of all kinds add up. Of 3,000 generated arcs
(seeds 4, 7, 8), .01 instead of .05 took the wrong recurring claims from 27 to 12 and the arcs
without a pattern that got any claim from 31 to 26 of 854, for 2 of 323 recurrences
(`consumer.evaluation.thresholds` prints such a table). Fixed wins over recurring.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

from consumer.arc import Arc
from consumer.signals.inference import (
    benjamini_hochberg,
    binomial_tail,
    fisher_greater,
    rate_interval,
)
from consumer.signals.occurrence import Occurrence, occurrences
from consumer.signals.series import CONFIDENCE, Measure, mean_by_stage, signal_id_of
from schemas.review import Signal, SignalKind, Verdict

MIN_CHANCES = 3
MIN_HITS = 3
MIN_HITS_AFTER_FEEDBACK = 2
MIN_STAGES = 2
MIN_OTHER_KINDS = 2
MAX_P = 0.005
FIXED_MAX_P = 0.01
FALSE_DISCOVERY_RATE = 0.01
FIXED_FALSE_DISCOVERY_RATE = 0.05
# A break this long between two hits must be this rare for as many hits in any order.
RETURN_MAX_P = 0.05
# No more often than is usual for the kind, or than the run's other kinds.
USUAL_P = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the tests say of one kind; a p is None where there was nothing to test by."""

    occurrence: Occurrence
    recurring_p: float | None
    fixed_p: float | None
    recurs: bool = False
    fixed: bool = False


def issues(arc: Arc, *, base_rates: Mapping[str, float] | None) -> tuple[Signal, ...]:
    """Return one signal for each kind that occurs, the best supported first.

    Then one `fixed_issue` for each kind that was spoken of and did not go, or not surely.
    """
    found = list(findings(arc, base_rates=base_rates))
    ordinals = {finding.occurrence.kind: at for at, finding in enumerate(found, start=1)}
    found.sort(
        key=lambda one: (
            not (one.recurs or one.fixed),
            min(p for p in (one.recurring_p, one.fixed_p, 1.0) if p is not None),
            -len(one.occurrence.hits),
            one.occurrence.kind,
        )
    )
    told = [_signal(arc, finding, ordinals[finding.occurrence.kind]) for finding in found]
    told += [
        _not_fixed(arc, finding.occurrence, ordinals[finding.occurrence.kind])
        for finding in found
        if finding.fixed_p is not None and not finding.fixed
    ]
    return tuple(told)


def findings(
    arc: Arc, *, base_rates: Mapping[str, float] | None, q: float = FALSE_DISCOVERY_RATE
) -> tuple[Finding, ...]:
    """Return what the tests say of each kind that occurs, in alphabetical order.

    `q` is the false discovery rate of the recurring kinds; a simulation asks for others.
    """
    known = occurrences(arc)
    kinds = [one for one in known if one.occurs]
    hits, chances = sum(len(one.hits) for one in known), sum(len(one.chances) for one in known)
    others = sum(bool(one.chances) for one in known) - 1
    recurring = [
        _recurring_p(
            one,
            rate=(base_rates or {}).get(one.kind),
            others=others,
            other_hits=hits - len(one.hits),
            other_chances=chances - len(one.chances),
        )
        for one in kinds
    ]
    fixed = [_fixed_p(one) for one in kinds]
    # A kind that had its chances and never occurred was tested too.
    unseen = len(known) - len(kinds)
    recurring_true = _discoveries(recurring, unseen=unseen, q=q)
    fixed_true = _discoveries(fixed, unseen=0, q=FIXED_FALSE_DISCOVERY_RATE)
    return tuple(
        Finding(
            occurrence=one,
            recurring_p=p,
            fixed_p=fixed_p,
            recurs=recurs and p is not None and p <= MAX_P and _is_enough(one, arc),
            fixed=is_fixed
            and fixed_p is not None
            and fixed_p <= FIXED_MAX_P
            and _stages(one, arc) >= MIN_STAGES,
        )
        for one, p, fixed_p, recurs, is_fixed in zip(
            kinds, recurring, fixed, recurring_true, fixed_true, strict=True
        )
    )


def _recurring_p(
    one: Occurrence, *, rate: float | None, others: int, other_hits: int, other_chances: int
) -> float | None:
    if not one.chances:
        return None
    if rate is not None:
        return binomial_tail(len(one.hits), len(one.chances), rate)
    if others < MIN_OTHER_KINDS:
        return None
    return fisher_greater(len(one.hits), len(one.chances), other_hits, other_chances)


def _fixed_p(one: Occurrence) -> float | None:
    if len(one.hits) < MIN_HITS or not one.feedback:
        return None
    index = one.gone_from
    later = 0 if index is None else one.chances_after(index)
    if later < MIN_CHANCES:
        return 1.0
    return fisher_greater(len(one.hits), len(one.chances) - later, 0, later)


def _discoveries(p_values: Sequence[float | None], *, unseen: int, q: float) -> tuple[bool, ...]:
    """Return which p are discoveries among themselves and `unseen` kinds that never occurred."""
    tested = [p for p in p_values if p is not None] + [1.0] * unseen
    passed = iter(benjamini_hochberg(tested, q=q))
    return tuple(p is not None and next(passed) for p in p_values)


def _stages(one: Occurrence, arc: Arc) -> int:
    return len({arc.objectives[hit].stage_id for hit in one.hits})


def _is_enough(one: Occurrence, arc: Arc) -> bool:
    after = len(one.after_feedback)
    enough = len(one.hits) >= MIN_HITS or after >= MIN_HITS_AFTER_FEEDBACK
    return enough and len(one.chances) >= MIN_CHANCES and _stages(one, arc) >= MIN_STAGES


def _signal(arc: Arc, finding: Finding, ordinal: int) -> Signal:
    one = finding.occurrence
    if finding.fixed and one.gone_from is not None:
        n = one.chances_after(one.gone_from)
        return _rate(arc, one, ordinal, kind="fixed_issue", verdict="improving", hits=0, n=n)
    return _rate(
        arc,
        one,
        ordinal,
        kind="recurring_issue",
        verdict=_verdict(finding),
        hits=len(one.hits),
        n=len(one.chances),
    )


def _not_fixed(arc: Arc, one: Occurrence, ordinal: int) -> Signal:
    spoken = one.feedback[0] if one.gone_from is None else one.gone_from
    again = sum(hit > spoken for hit in one.hits)
    return _rate(
        arc,
        one,
        ordinal,
        kind="fixed_issue",
        verdict="absent" if again else "unclear",
        hits=again,
        n=one.chances_after(spoken),
    )


def _rate(
    arc: Arc,
    one: Occurrence,
    ordinal: int,
    *,
    kind: SignalKind,
    verdict: Verdict,
    hits: int,
    n: int,
) -> Signal:
    measure = Measure(
        signal_id=signal_id_of(kind, one.kind, ordinal),
        kind=kind,
        name=one.kind,
        unit="ratio",
        minimum_n=MIN_CHANCES,
    )
    hit = frozenset(one.hits)
    by_stage = mean_by_stage((arc.objectives[at].stage_id, float(at in hit)) for at in one.chances)
    if n < MIN_CHANCES:
        return measure.too_little(arc, n=n, by_stage=by_stage)
    return measure.signal(
        arc,
        verdict=verdict,
        value=hits / n,
        interval=rate_interval(hits, n, confidence=CONFIDENCE),
        n=n,
        by_stage=by_stage,
    )


def _verdict(finding: Finding) -> Verdict:
    one, p = finding.occurrence, finding.recurring_p
    if finding.recurs:
        return "worsening" if returns_late(one) else "present"
    usual = p is not None and p >= USUAL_P
    return "absent" if usual or len(one.hits) < MIN_HITS_AFTER_FEEDBACK else "unclear"


def returns_late(one: Occurrence) -> bool:
    """Tell whether the kind went away after feedback, for rarely long, and came back at the end."""
    clean, began = one.longest_break()
    if not any(index <= began for index in one.feedback):
        return False
    n, hits = len(one.chances), len(one.hits)
    last_third = one.chances[-max(n // 3, 1)]
    if one.hits[-1] < last_third:
        return False
    # By Bonferroni over the breaks between hits: one of them holds at least `clean` of the rest.
    orders = (hits - 1) * comb(n - clean, hits)
    return orders <= RETURN_MAX_P * comb(n, hits)
