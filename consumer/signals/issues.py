"""Issues: which kind keeps coming back, and which went away after it was spoken of.

A hit is an objective that shows the kind, a chance one that gave the opportunity (`opportunities`;
where no objective of the run names any, every objective is a chance). With base rates the test is
the exact binomial tail against the kind's rate; without, Fisher's exact test of the kind against
the run's other kinds, of which there must be two. Needs 3 hits in 2 stages, or 2 where both came
after explicit feedback on the kind. p ≤ .005 (fixed: ≤ .01), and Benjamini–Hochberg at q = .05 over
every kind tested. Fixed: gone in at least three chances after feedback. It wins over recurring.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from consumer.arc import Arc
from consumer.signals.inference import (
    benjamini_hochberg,
    beta_interval,
    binomial_tail,
    fisher_greater,
)
from consumer.signals.series import mean_by_stage, rounded, series
from schemas.events import ObjectiveRolledUp
from schemas.review import Signal, Verdict

MINIMUM_CHANCES = 3
MIN_HITS = 3
MIN_HITS_AFTER_FEEDBACK = 2
MIN_STAGES = 2
MIN_OTHER_KINDS = 2
MAX_P = 0.005
FIXED_MAX_P = 0.01
FALSE_DISCOVERY_RATE = 0.05
CONFIDENCE = 0.90
MAX_KINDS = 20
UNIT = "ratio"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRecord:
    """One issue kind over the arc: its chances in order, and which of them hit."""

    kind: str
    chances: tuple[ObjectiveRolledUp, ...]
    hit: tuple[bool, ...]
    feedback_after: int | None

    @property
    def hits(self) -> int:
        """Return how many chances hit."""
        return sum(self.hit)

    @property
    def later(self) -> tuple[bool, ...]:
        """Return the chances after the first feedback on the kind."""
        return () if self.feedback_after is None else self.hit[self.feedback_after + 1 :]


def issues(arc: Arc, *, base_rates: Mapping[str, float] | None) -> tuple[Signal, ...]:
    """Return one signal for each kind that occurs, the most frequent twenty at most."""
    records = kind_records(arc)
    p_values = [_recurrence_p(record, records, base_rates) for record in records]
    fixed_p = [_fixed_p(record) for record in records]
    tested = [p for p in (*p_values, *fixed_p) if p is not None]
    passed = iter(benjamini_hochberg(tested, q=FALSE_DISCOVERY_RATE))
    recurs = [p is not None and next(passed) and p <= MAX_P for p in p_values]
    fixes = [p is not None and next(passed) and p <= FIXED_MAX_P for p in fixed_p]
    return tuple(
        _signal(arc, record, index, recurs=recurs[index], fixed=fixes[index], p=p_values[index])
        for index, record in enumerate(records)
    )


def kind_records(arc: Arc) -> tuple[KindRecord, ...]:
    """Return what the arc holds of each kind, the most frequent first."""
    kinds = {issue.kind for objective in arc.objectives for issue in objective.issues}
    named = any(objective.opportunities for objective in arc.objectives)
    records = [_record(arc, kind, named=named) for kind in kinds]
    records.sort(key=lambda record: (-record.hits, record.kind))
    return tuple(records[:MAX_KINDS])


def _record(arc: Arc, kind: str, *, named: bool) -> KindRecord:
    chances, hit, feedback_after = [], [], None
    for objective in arc.objectives:
        shows = any(issue.kind == kind for issue in objective.issues)
        if named and not shows and kind not in (objective.opportunities or ()):
            continue
        chances.append(objective)
        hit.append(shows)
        if feedback_after is None and _speaks_of(objective, kind, shows=shows):
            feedback_after = len(chances) - 1
    return KindRecord(
        kind=kind, chances=tuple(chances), hit=tuple(hit), feedback_after=feedback_after
    )


def _speaks_of(objective: ObjectiveRolledUp, kind: str, *, shows: bool) -> bool:
    if kind in (objective.feedback_kinds or ()):
        return True
    words = kind.replace("_", " ").replace("-", " ").casefold()
    text = (objective.feedback or "").casefold()
    return bool(text) and (shows or words in text)


def _recurrence_p(
    record: KindRecord, records: tuple[KindRecord, ...], base_rates: Mapping[str, float] | None
) -> float | None:
    stages = {o.stage_id for o, hit in zip(record.chances, record.hit, strict=True) if hit}
    enough = record.hits >= MIN_HITS or sum(record.later) >= MIN_HITS_AFTER_FEEDBACK
    if not enough or len(stages) < MIN_STAGES:
        return None
    if base_rates is not None and record.kind in base_rates:
        return binomial_tail(record.hits, len(record.chances), base_rates[record.kind])
    others = [other for other in records if other.kind != record.kind]
    if len(others) < MIN_OTHER_KINDS:
        return None
    return fisher_greater(
        record.hits,
        len(record.chances),
        sum(other.hits for other in others),
        sum(len(other.chances) for other in others),
    )


def _fixed_p(record: KindRecord) -> float | None:
    later = record.later
    if len(later) < MINIMUM_CHANCES or any(later) or record.feedback_after is None:
        return None
    before = record.hit[: record.feedback_after + 1]
    if sum(before) < MIN_HITS:
        return None
    return fisher_greater(sum(before), len(before), sum(later), len(later))


def _signal(
    arc: Arc, record: KindRecord, index: int, *, recurs: bool, fixed: bool, p: float | None
) -> Signal:
    counted = record.later if fixed else record.hit
    n, hits = len(counted), sum(counted)
    low, high = beta_interval(hits, n, confidence=CONFIDENCE) if n else (None, None)
    kind = "fixed_issue" if fixed else "recurring_issue"
    return Signal(
        signal_id=f"{kind}:{index + 1}",
        kind="fixed_issue" if fixed else "recurring_issue",
        name=record.kind,
        verdict="improving" if fixed else _recurring(record, recurs=recurs, p=p),
        value=rounded(hits / n) if n else None,
        unit=UNIT,
        low=rounded(low),
        high=rounded(high),
        n=n,
        minimum_n=MINIMUM_CHANCES,
        series=series(arc, _rate_by_stage(record)),
    )


def _recurring(record: KindRecord, *, recurs: bool, p: float | None) -> Verdict:
    if len(record.chances) < MINIMUM_CHANCES:
        return "too_little_data"
    if recurs:
        return "worsening" if _returns_late(record) else "present"
    return "unclear" if p is not None or record.hits >= MIN_HITS_AFTER_FEEDBACK else "absent"


def _returns_late(record: KindRecord) -> bool:
    # Away for a third of its chances after feedback, and back in the last third.
    third = len(record.hit) // 3
    middle, last = record.hit[third : 2 * third], record.hit[2 * third :]
    spoken_early = record.feedback_after is not None and record.feedback_after < max(third, 1)
    return bool(third >= MINIMUM_CHANCES and spoken_early and not any(middle) and sum(last) >= 2)


def _rate_by_stage(record: KindRecord) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for objective, hit in zip(record.chances, record.hit, strict=True):
        values.setdefault(objective.stage_id, []).append(float(hit))
    return mean_by_stage(values)
