"""First pass: does the first try succeed more often late in the arc than early?

A success is one attempt with a first score (else the score) of .7 or more. Early half against late
half with Beta(½, ½) priors; a claim needs six objectives a side and P ≥ .9925.
"""

from consumer.arc import Arc
from consumer.signals.inference import beta_greater, beta_interval
from consumer.signals.series import mean_by_stage, rounded, series, too_little
from schemas.events import ObjectiveRolledUp
from schemas.review import Signal, Verdict

MINIMUM_OBJECTIVES = 12
MIN_PROBABILITY = 0.9925
SUCCESS_SCORE = 0.7
CONFIDENCE = 0.90
NAME = "first-try success, late against early"
UNIT = "ratio"


def is_success(objective: ObjectiveRolledUp) -> bool | None:
    """Tell whether the first try succeeded; None where there is no score to tell by."""
    if objective.attempts > 1:
        return False
    score = objective.first_score if objective.first_score is not None else objective.score
    if score is None:
        return None
    return objective.attempts == 1 and score >= SUCCESS_SCORE


def first_pass(arc: Arc) -> Signal:
    """Return the difference of the first-pass rates, late minus early."""
    has_scores = any(o.score is not None or o.first_score is not None for o in arc.objectives)
    judged = [(o.stage_id, is_success(o)) for o in arc.objectives] if has_scores else []
    known = [(stage_id, success) for stage_id, success in judged if success is not None]
    rates: dict[str, list[float]] = {}
    for stage_id, success in known:
        rates.setdefault(stage_id, []).append(float(success))
    by_stage = mean_by_stage(rates)
    if len(known) < MINIMUM_OBJECTIVES:
        return too_little(
            arc,
            signal_id="first_pass",
            kind="first_pass",
            name=NAME,
            unit=UNIT,
            n=len(known),
            minimum_n=MINIMUM_OBJECTIVES,
            by_stage=by_stage,
        )
    half = len(known) // 2
    early, late = known[:half], known[-half:]
    early_hits, late_hits = (sum(success for _, success in side) for side in (early, late))
    early_low, early_high = beta_interval(early_hits, half, confidence=CONFIDENCE)
    late_low, late_high = beta_interval(late_hits, half, confidence=CONFIDENCE)
    return Signal(
        signal_id="first_pass",
        kind="first_pass",
        name=NAME,
        verdict=_verdict(beta_greater((late_hits, half), (early_hits, half))),
        value=rounded((late_hits - early_hits) / half),
        unit=UNIT,
        low=rounded(max(-1.0, late_low - early_high)),
        high=rounded(min(1.0, late_high - early_low)),
        n=len(known),
        minimum_n=MINIMUM_OBJECTIVES,
        series=series(arc, by_stage),
    )


def _verdict(probability: float) -> Verdict:
    if probability >= MIN_PROBABILITY:
        return "improving"
    return "worsening" if 1 - probability >= MIN_PROBABILITY else "unclear"
