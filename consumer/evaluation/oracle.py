"""The oracle: what the best possible detector claims of a generated arc.

It reads the same events as everybody, and besides knows how they were made: the spread of the
times and how many are outliers, the rate of each kind of issue and the rate that was planted, the
mean of the hints, the quality planted in each dimension. It does not know which arc has a pattern.
Its tests are the most powerful of those models at the error levels that Debrief's signals have,
and it is held to the same least evidence:

- pace (`oracle_pace`): likelihood ratio of a slope against none on the stages' times, with the
  mixture of usual times and outliers; p ≤ .10, 10 % a stage, four stages timed whole;
- a kind of issue: its hits against the rate it has by nature (binomial, uniformly most powerful);
  p ≤ .005, Benjamini-Hochberg at .01 over the run's kinds, three hits in two stages. Fixed: no hit
  after feedback that named it, p ≤ .01 under the rate that was planted, and more hits before it
  than by nature, p ≤ .01;
- help: the score test of a trend in binomial counts of known rate, p ≤ .005, one hint over the arc;
  the scores held where the known-noise estimate of their loss is ≤ .10, avoidance at ≥ .15 and
  p ≤ .10 (Neyman and Pearson 1933; Cox and Hinkley 1974);
- ratings, first tries, texts and questions: `oracle_texts`; retries and getting stuck:
  `oracle_tries`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from consumer.evaluation.arcs import GeneratedArc
from consumer.evaluation.factors import (
    HINT_LADDER,
    HINTS_USUAL,
    SCORE_NOISE,
    Factors,
)
from consumer.evaluation.oracle_pace import best_pace
from consumer.evaluation.oracle_tests import binomial_tail, two_sided
from consumer.evaluation.oracle_texts import best_of_texts, planted_in_texts
from consumer.evaluation.oracle_tries import best_of_tries, planted_in_tries
from consumer.evaluation.rollups import DIFFICULTY_LOSS, Rollup
from consumer.evaluation.truth import TruePattern
from schemas.review import Direction

ISSUE_MAX_P, FIXED_MAX_P, FALSE_DISCOVERY_RATE = 0.005, 0.01, 0.01
HELP_MAX_P, MIN_HINTS, HELD_LOSS, LOSS, LOSS_MAX_P = 0.005, 1.0, 0.10, 0.15, 0.10
MIN_HITS, MIN_HIT_STAGES, MIN_OBJECTIVES = 3, 2, 6


def best_claims(factors: Factors, arc: GeneratedArc) -> tuple[TruePattern, ...]:
    """Return what the best detector claims of the arc."""
    return (
        *best_pace(factors, arc),
        *_issues(factors, arc.rollups),
        *_help(factors, arc.rollups),
        *best_of_texts(factors, arc),
        *best_of_tries(factors, arc.rollups),
    )


def _issues(factors: Factors, rollups: Sequence[Rollup]) -> tuple[TruePattern, ...]:
    tested = [_Kind.of(kind, rate, rollups) for kind, rate in factors.rates.items()]
    tested.sort(key=lambda one: one.p)
    passed = max(
        (
            place
            for place, one in enumerate(tested, start=1)
            if one.p <= FALSE_DISCOVERY_RATE * place / len(tested)
        ),
        default=0,
    )
    found = []
    for place, one in enumerate(tested):
        enough = one.hits >= MIN_HITS and one.hit_stages >= MIN_HIT_STAGES
        if enough and one.before_p <= FIXED_MAX_P and _is_silent(factors, one):
            found.append(TruePattern(kind="fixed_issue", name=one.kind, direction="improving"))
        elif enough and place < passed and one.p <= ISSUE_MAX_P:
            found.append(TruePattern(kind="recurring_issue", name=one.kind, direction="present"))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind's hits, and how likely so many are by nature: in all, and up to its feedback."""

    kind: str
    hits: int
    hit_stages: int
    p: float
    before_p: float
    later: int | None

    @classmethod
    def of(cls, kind: str, rate: float, rollups: Sequence[Rollup]) -> "_Kind":
        chances = [r for r in rollups if r.chances is None or kind in r.chances]
        hits = [r for r in chances if kind in r.kinds]
        named = next((at for at, rollup in enumerate(chances) if kind in rollup.named), None)
        later = chances[len(chances) if named is None else named + 1 :]
        silent = named is not None and not any(kind in rollup.kinds for rollup in later)
        return cls(
            kind=kind,
            hits=len(hits),
            hit_stages=len({rollup.stage for rollup in hits}),
            p=binomial_tail(len(hits), len(chances), rate),
            before_p=binomial_tail(len(hits), len(chances) - len(later), rate),
            later=len(later) if silent else None,
        )


def _is_silent(factors: Factors, one: _Kind) -> bool:
    """Tell whether the kind is gone since it was named, beyond chance at the planted rate."""
    return one.later is not None and (1 - factors.touched_rate) ** one.later <= FIXED_MAX_P


def _help(factors: Factors, rollups: Sequence[Rollup]) -> tuple[TruePattern, ...]:
    if factors.help == "none" or not factors.scored or len(rollups) < MIN_OBJECTIVES:
        return ()
    places = [rollup.place for rollup in rollups]
    middle = fmean(places)
    squares = sum((place - middle) ** 2 for place in places)
    moved = sum((r.place - middle) * r.hints for r in rollups)
    change = moved / squares
    spread = sqrt(HINT_LADDER * HINTS_USUAL * (1 - HINTS_USUAL) * squares)
    if abs(change) < MIN_HINTS or two_sided(moved / spread) > HELP_MAX_P:
        return ()
    if change > 0:
        return (TruePattern(kind="independence", direction="worsening"),)
    rest = [
        r.first_score
        - sum(factors.quality[d] for d in r.dimensions) / len(r.dimensions)
        + DIFFICULTY_LOSS * r.place
        for r in rollups
        if r.first_score is not None
    ]
    slope = sum((p - middle) * y for p, y in zip(places, rest, strict=True)) / squares
    if -slope <= HELD_LOSS:
        return (TruePattern(kind="independence", direction="improving"),)
    if -slope >= LOSS and two_sided(slope * sqrt(squares) / SCORE_NOISE) <= LOSS_MAX_P:
        return (TruePattern(kind="help_avoidance", direction="present"),)
    return ()


def planted(factors: Factors, arc: GeneratedArc) -> tuple[TruePattern, ...]:
    """Return the patterns that the arc's factors make true."""
    found: list[TruePattern] = []
    if factors.slope:
        direction: Direction = "improving" if factors.slope < 0 else "worsening"
        found.append(TruePattern(kind="pace", direction=direction))
    touched = factors.touched
    if factors.issue == "fixed" and any(touched in r.named for r in arc.rollups):
        found.append(TruePattern(kind="fixed_issue", name=touched, direction="improving"))
    elif factors.issue is not None:
        late: Direction = "worsening" if factors.issue == "returning" else "present"
        found.append(TruePattern(kind="recurring_issue", name=touched, direction=late))
    helps: dict[str, TruePattern] = {
        "independent": TruePattern(kind="independence", direction="improving"),
        "leaning": TruePattern(kind="independence", direction="worsening"),
        "avoiding": TruePattern(kind="help_avoidance", direction="present"),
    }
    if factors.help in helps:
        found.append(helps[factors.help])
    return (*found, *planted_in_texts(factors), *planted_in_tries(factors))
