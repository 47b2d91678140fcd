"""Factors: what is planted in one generated arc, drawn from a seed.

Of every 20 arcs 5 stay below the minimum n, 6 are above it and hold no pattern, and 9 hold one or
two, of every kind that a review can claim. Everything else that differs between real runs is drawn
for all alike: difficulty that grows with the order, noise, outliers, missing times, kinds of issue
that are common in general, how many personas, texts, dimensions and points there are. Decoys lie
close to a pattern: learners who just about pass at the first try (nobody stuck), in runs with
another pattern, and retries that win back a little less than half (no recovery), in any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

Issue = Literal["recurring", "fixed", "returning"]
Help = Literal["none", "flat", "independent", "avoiding", "leaning"]
Evidence = Literal["usual", "rising", "falling"]
Gains = Literal["usual", "middling", "good"]

# How often each kind occurs in general: what an operator gives as ISSUE_BASE_RATES. The last two
# are decoys, common in everybody's work.
BASE_RATES: Final = {
    "unstated_assumption": 0.08,
    "missing_source": 0.06,
    "late_update": 0.05,
    "vague_owner": 0.08,
    "no_next_step": 0.05,
    "loose_wording": 0.40,
    "untidy_format": 0.30,
}
# Kinds without a base rate, for runs of platforms that keep none.
UNRATED: Final = ("skipped_check", "wrong_unit", "no_fallback", "stale_figure", "unread_brief")
UNRATED_RATE: Final = 0.07
DECOYS: Final = frozenset({"loose_wording", "untidy_format"})
PLANTED_RATE: Final = (0.55, 0.90)
SLOPES: Final = (0.05, 0.10, 0.15, 0.20, 0.25)
NOISE_CV: Final = (0.2, 0.4)
OUTLIER_RATE: Final = 0.04
OUTLIER_TIMES: Final = 3.0
SCORE_NOISE: Final = 0.05
# Each objective offers a ladder of four hints; these are the shares of it that are taken.
HINT_LADDER: Final = 4
HINTS_MANY, HINTS_FEW, HINTS_USUAL = 0.85, 0.05, 0.2
AVOIDANCE_LOSS: Final = 0.38
# What a retry wins back of what the first try left open; at half or more it is recovery.
GAIN_SHARES: Final[Mapping[Gains, tuple[float, float]]] = {
    "usual": (0.20, 0.45),
    "middling": (0.30, 0.62),
    "good": (0.55, 0.95),
}
DECOY_RATE: Final = 0.2
SCORED: Final = frozenset({"help", "calibration", "first_pass", "recovery", "stuck"})
# The qualities, lowest and highest, of runs in which first tries are to fail, or just about pass.
FAILING: Final[Mapping[str, tuple[float, float]]] = {
    "recovery": (0.40, 0.68),
    "stuck": (0.30, 0.64),
}
PASSING: Final = (0.62, 0.86)
# One factor, or two at once.
PLANTED: Final = (
    ("pace",),
    ("issue",),
    ("help",),
    ("pace", "issue"),
    ("issue", "help"),
    ("pace", "help"),
    ("calibration",),
    ("first_pass",),
    ("writing",),
    ("asking",),
    ("calibration", "issue"),
    ("writing", "pace"),
    ("first_pass", "asking"),
    ("recovery",),
    ("stuck",),
    ("stuck", "recovery"),
    ("recovery", "pace"),
    ("stuck", "issue"),
)
RATING_NOISE: Final = 0.10
RATING_GAPS: Final = (0.10, 0.30)
FIRST_RISES: Final = (0.20, 0.50)
# What the learner's sentences are: the share that give evidence, and that ask.
EVIDENCE_FEW, EVIDENCE_USUAL = 0.05, 0.15
EVIDENCE_MANY: Final = (0.25, 0.60)
ASKING_RATES: Final = (0.15, 0.50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """One arc's plan. Rates and qualities 0 to 1, `slope` the change of pace a stage (-.1: faster).

    `objectives` counts those of each stage; `rates` are the kinds of issue that the run may show,
    each with how often it does by nature; `touched` the kind that the issue factor is about.
    `rating_gap` is how far above the scores the learner rates the own work, `first_rise` how much
    the first tries gain over the arc, `evidence_share` how many of the sentences give evidence
    where that rises or falls, `asking` how many messages ask (0: the usual few), `gains` how much
    retries win back; `is_stuck` tells whether first tries are made to fail.
    """

    index: int
    thin: bool
    objectives: tuple[int, ...]
    expected_known: bool
    scored: bool
    untimed_rate: float
    noise_cv: float
    slope: float
    rates: dict[str, float]
    rated: bool
    names_chances: bool
    issue: Issue | None
    touched: str | None
    touched_rate: float
    help: Help
    rating_gap: float
    first_rise: float
    gains: Gains
    is_stuck: bool
    evidence: Evidence
    evidence_share: float
    asking: float
    quality: tuple[float, ...]
    points: int
    capped: bool
    personas: int
    artefacts: int
    text_sentences: int

    @property
    def stages(self) -> int:
        """Return how many stages the run has."""
        return len(self.objectives)


def draw(seed: int, index: int) -> Factors:
    """Return the plan of the arc number `index`; same seed and index, same plan."""
    source = Random(f"{seed}/{index}")  # noqa: S311 - a simulation is to repeat
    tries = Random(f"{seed}/{index}/tries")  # noqa: S311 - disturbs nothing else that is drawn
    place = index % 20
    thin, planted = place < 5, place >= 11
    kinds = source.choice(PLANTED) if planted else ()
    least = 6 if "pace" in kinds else 5 if planted else 4
    stages = source.randint(1, 3) if thin else source.randint(least, 10)
    fewest = 3 if {"help", "first_pass", "stuck"} & set(kinds) else 2
    objectives = tuple(
        source.randint(0, 1) if thin else source.randint(fewest, 4) for _ in range(stages)
    )
    expected_known = "pace" in kinds or source.random() < 0.7
    rated = source.random() < 0.65
    rates = _rates(source, rated=rated)
    issue: Issue | None = None
    if "issue" in kinds:
        issue = source.choice(("recurring", "recurring", "fixed", "returning"))
    dimensions = source.randint(1, 12)
    low = 0.40 if planted and "help" not in kinds and source.random() < 0.6 else 0.64
    high = 0.97
    rating_gap = first_rise = 0.0
    if "calibration" in kinds:
        rating_gap = source.choice((-1, 1)) * source.uniform(*RATING_GAPS)
        # Who rates the own work higher than it was needs room above it, and the other way round.
        low, high = (0.40, 0.72) if rating_gap > 0 else (0.64, 0.97)
    if "first_pass" in kinds:
        first_rise = source.choice((-1, 1)) * source.uniform(*FIRST_RISES)
        low, high = 0.66, 0.78
    for kind in FAILING.keys() & set(kinds):
        low, high = FAILING[kind]
    gains: Gains = "middling" if tries.random() < DECOY_RATE else "usual"
    if planted and not SCORED & set(kinds) and tries.random() < DECOY_RATE:
        low, high = PASSING
    evidence: Evidence = source.choice(("rising", "falling")) if "writing" in kinds else "usual"
    calm: Help = source.choice(("none", "flat", "flat"))
    moved: Help = source.choice(("independent", "independent", "avoiding", "leaning"))
    return Factors(
        index=index,
        thin=thin,
        objectives=objectives,
        expected_known=expected_known,
        scored=bool(SCORED & set(kinds)) or source.random() < 0.92,
        untimed_rate=source.choice((0.0, 0.0, 0.04)),
        noise_cv=source.choice(NOISE_CV),
        slope=source.choice(SLOPES) * source.choice((-1, 1)) if "pace" in kinds else 0.0,
        rates=rates,
        rated=rated,
        names_chances=issue is None and source.random() < 0.3,
        issue=issue,
        touched=source.choice(sorted(set(rates) - DECOYS)) if issue else None,
        touched_rate=source.uniform(*PLANTED_RATE),
        help=moved if "help" in kinds else calm,
        rating_gap=rating_gap,
        first_rise=first_rise,
        gains="good" if "recovery" in kinds else gains,
        is_stuck="stuck" in kinds,
        evidence=evidence,
        evidence_share=source.uniform(*EVIDENCE_MANY),
        asking=source.uniform(*ASKING_RATES) if "asking" in kinds else 0.0,
        quality=tuple(source.uniform(low, high) for _ in range(dimensions)),
        points=source.choice((1, 7, 50, 100, 240, 500, 1000)),
        capped=source.random() < 0.7,
        personas=3 if "asking" in kinds else source.randint(0, 3),
        artefacts=_artefacts(source, kinds, stages=stages, thin=thin),
        text_sentences=_sentences(source, kinds, thin=thin),
    )


def _artefacts(source: Random, kinds: Sequence[str], *, stages: int, thin: bool) -> int:
    if "calibration" in kinds:
        return source.randint(6, 10)
    if "writing" in kinds:
        return source.randint(4, 6)
    return source.randint(0, 1) if thin else source.randint(0, stages)


def _sentences(source: Random, kinds: Sequence[str], *, thin: bool) -> int:
    if "writing" in kinds:
        return 36
    if "calibration" in kinds:
        return 6
    return source.choice((1, 2)) if thin else source.choice((2, 5, 25))


def _rates(source: Random, *, rated: bool) -> dict[str, float]:
    if not rated:
        return dict.fromkeys(UNRATED, UNRATED_RATE)
    rare = source.sample(sorted(set(BASE_RATES) - DECOYS), source.randint(3, 5))
    decoys = source.sample(sorted(DECOYS), source.randint(1, 2))
    return {kind: BASE_RATES[kind] for kind in (*rare, *decoys)}
