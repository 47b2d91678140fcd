"""Thresholds: the simulation behind the error levels of the signals and claims.

    python -m consumer.evaluation.thresholds --arcs 4000 --seed 11

Each generated arc (see `factors`) gives candidates: what would be claimed at any error level, with
its p. For each level the table tells, for that kind alone, how many claims are right (precision),
how many planted patterns are claimed (recall), and on how many arcs above the minimum n and without
a pattern something is claimed. `*` marks the level in use. Change one only with a table that shows
better, and say so where it stands.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from consumer.arc import Arc
from consumer.evaluation.factors import BASE_RATES
from consumer.evaluation.generator import Case, case_with_twin
from consumer.evaluation.truth import TruePattern
from consumer.signals import claims, independence, issues, pace
from consumer.signals.compute import compute
from consumer.signals.inference import binomial_tail
from consumer.signals.stuck import misses_of, stuck
from consumer.signals.success import has_hints, has_scores
from consumer.signals.trends import kendall_p
from schemas.review import Direction, SignalKind

FALSE_DISCOVERY_RATES: Final = (0.005, 0.01, 0.02, 0.05)
LEVELS: Final = (0.001, 0.005, 0.01, 0.05, 0.10, 0.20, 1.0)
IN_USE: Final[dict[SignalKind, float]] = {
    "pace": pace.MAX_P,
    "recurring_issue": issues.MAX_P,
    "fixed_issue": issues.FIXED_MAX_P,
    "independence": independence.MAX_P,
    "help_avoidance": independence.MAX_P,
    "stuck": claims.STUCK_MAX_P,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What would be claimed of one arc at any level from `p` on."""

    claim: TruePattern
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """One arc: what is true of it, what could be claimed, and what the signals do claim.

    `recurring` has the issue kinds found to recur, by the false discovery rate allowed.
    """

    case: Case
    candidates: tuple[Candidate, ...]
    claimed: tuple[SignalKind, ...]
    recurring: Mapping[float, frozenset[str]]

    @property
    def is_plain(self) -> bool:
        """Tell whether it has enough in it and no pattern."""
        truth = self.case.truth
        return truth.above_minimum and not truth.patterns and not truth.implied


def simulate(count: int, *, seed: int) -> Iterator[Simulated]:
    """Give the candidates of `count` generated arcs."""
    for index in range(count):
        case = case_with_twin(index, seed=seed)[0]
        arc = case.resolved().arc
        signals = claims.claims(arc, compute(arc, base_rates=BASE_RATES))
        yield Simulated(
            case=case,
            candidates=tuple(candidates(arc)),
            claimed=tuple(s.kind for s in signals if (s.kind, s.verdict) != ("writing", "present")),
            recurring={q: _recurring(arc, q) for q in FALSE_DISCOVERY_RATES},
        )


def candidates(arc: Arc) -> Iterator[Candidate]:
    """Give what the arc's own figures would claim if any p were enough."""
    yield from _pace(arc)
    yield from _issues(arc)
    yield from _help(arc)
    yield from _stuck(arc)


def rows(simulated: Sequence[Simulated], kind: SignalKind) -> Iterator[tuple[str, ...]]:
    """Give a row for each level: level, precision, recall, share of plain arcs with a claim."""
    plain = [one for one in simulated if one.is_plain]
    planted = [(one, t) for one in simulated for t in one.case.truth.patterns if t.kind == kind]
    for level in sorted({*LEVELS, IN_USE[kind]}):
        right = wrong = 0
        for one in simulated:
            truth = one.case.truth
            for claim in _at(one, kind, level):
                if any(true.is_claimed_by(claim) for true in (*truth.patterns, *truth.implied)):
                    right += 1
                else:
                    wrong += 1
        found = sum(any(t.is_claimed_by(c) for c in _at(one, kind, level)) for one, t in planted)
        false = sum(bool(_at(one, kind, level)) for one in plain)
        yield (
            f"{level:g}{' *' if level == IN_USE[kind] else ''}",
            _share(right, right + wrong),
            _share(found, len(planted)),
            _share(false, len(plain)),
        )


def family_rows(simulated: Sequence[Simulated]) -> Iterator[tuple[str, ...]]:
    """Give for each false discovery rate of a run's issue kinds: rate, recall, plain arcs claimed.

    Each kind's own level adds up over the kinds of a run; this rate is what bounds their sum.
    """
    plain = [one for one in simulated if one.is_plain]
    planted = [
        (one, true.name)
        for one in simulated
        for true in one.case.truth.patterns
        if true.kind == "recurring_issue"
    ]
    for q in FALSE_DISCOVERY_RATES:
        found = sum(name in one.recurring[q] for one, name in planted)
        false = sum(bool(one.recurring[q]) for one in plain)
        yield (
            f"{q:g}{' *' if q == issues.FALSE_DISCOVERY_RATE else ''}",
            _share(found, len(planted)),
            _share(false, len(plain)),
        )


def main(
    arcs: Annotated[int, typer.Option(min=20, help="How many arcs to simulate.")] = 2000,
    seed: Annotated[int, typer.Option(help="Same seed, same table.")] = 11,
) -> None:
    """Print for each kind what each error level would claim."""
    console = Console(file=sys.stdout, width=100)
    simulated = list(simulate(arcs, seed=seed))
    for kind in IN_USE:
        table = Table("p ≤", "precision", "recall", "no-pattern arcs claimed", title=kind)
        for row in rows(simulated, kind):
            table.add_row(*row)
        console.print(table)
    table = Table("q", "recall", "no-pattern arcs claimed", title="all issue kinds of a run")
    for row in family_rows(simulated):
        table.add_row(*row)
    console.print(table)
    plain = [one for one in simulated if one.is_plain]
    false = sum(bool(one.claimed) for one in plain)
    console.print(
        f"All kinds as in use: {false} of {len(plain)} arcs above the minimum n and without a "
        f"pattern have a claim ({_share(false, len(plain))})."
    )


def _recurring(arc: Arc, q: float) -> frozenset[str]:
    found = issues.findings(arc, base_rates=BASE_RATES, q=q)
    return frozenset(one.occurrence.kind for one in found if one.recurs)


def _at(one: Simulated, kind: SignalKind, level: float) -> list[TruePattern]:
    return [c.claim for c in one.candidates if c.claim.kind == kind and c.p <= level]


def _pace(arc: Arc) -> Iterator[Candidate]:
    signal = pace.pace(arc)
    if signal.value is None or abs(signal.value) < pace.MIN_CHANGE_PERCENT:
        return
    ratios = pace.time_ratios(arc)
    direction: Direction = "improving" if signal.value < 0 else "worsening"
    yield Candidate(
        claim=TruePattern(kind="pace", direction=direction), p=kendall_p(list(ratios.values()))
    )


def _issues(arc: Arc) -> Iterator[Candidate]:
    for finding in issues.findings(arc, base_rates=BASE_RATES):
        one = finding.occurrence
        stages = {arc.objectives[hit].stage_id for hit in one.hits}
        if len(one.hits) < issues.MIN_HITS or len(stages) < issues.MIN_STAGES:
            continue
        if finding.fixed_p is not None and one.gone_from is not None:
            claim = TruePattern(kind="fixed_issue", name=one.kind, direction="improving")
            yield Candidate(claim=claim, p=finding.fixed_p)
        if finding.recurring_p is not None and not finding.fixed:
            claim = TruePattern(kind="recurring_issue", name=one.kind, direction="present")
            yield Candidate(claim=claim, p=finding.recurring_p)


def _help(arc: Arc) -> Iterator[Candidate]:
    enough = len(arc.objectives) >= independence.MINIMUM_OBJECTIVES
    if not (enough and has_hints(arc) and has_scores(arc)):
        return
    moved = independence.help_change_of(arc)
    p = kendall_p([float(o.hints) for o in arc.objectives])
    if abs(moved.change) < independence.MIN_CHANGE_HINTS:
        return
    if moved.change > 0:
        yield Candidate(claim=TruePattern(kind="independence", direction="worsening"), p=p)
    elif moved.holds and not moved.asks_first_more:
        yield Candidate(claim=TruePattern(kind="independence", direction="improving"), p=p)
    elif (
        moved.loss is not None
        and moved.loss >= independence.AVOIDANCE_LOSS
        and moved.loss_p <= independence.AVOIDANCE_MAX_P
    ):
        yield Candidate(claim=TruePattern(kind="help_avoidance", direction="present"), p=p)


def _stuck(arc: Arc) -> Iterator[Candidate]:
    speaking = [signal for signal in stuck(arc) if signal.verdict == "present"]
    for signal in speaking:
        missed, tried = misses_of(arc, signal.signal_id)
        p = binomial_tail(missed, tried, claims.EVEN) * len(speaking)
        yield Candidate(claim=TruePattern(kind="stuck", direction="present"), p=min(p, 1.0))


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


if __name__ == "__main__":
    typer.run(main)
