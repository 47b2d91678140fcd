"""Calibration: does the learner's own rating lie above or below what the stage scored?

For each artefact the latest revision's self-rating minus the mean score of its stage's objectives.
A claim needs |mean| ≥ .10 and an exact two-sided sign-flip p ≤ .05, so at least six pairs. Absent
where the 90 % interval lies within ± .10.
"""

from statistics import fmean

from consumer.arc import Arc
from consumer.signals.independence import stage_scores
from consumer.signals.inference import ratio_interval, sign_flip_p
from consumer.signals.own_texts import own_texts
from consumer.signals.series import CONFIDENCE, Measure, mean_by_stage
from schemas.review import Signal, Verdict

MAX_P = 0.05
MIN_GAP = 0.10
MINIMUM_PAIRS = 6


def calibration(arc: Arc) -> Signal:
    """Return the mean gap; the series holds each stage's mean gap."""
    scores = stage_scores(arc)
    gaps = [
        (artefact.stage_id, artefact.self_rating - scores[artefact.stage_id])
        for artefact in own_texts(arc)
        # A text handed in again, with a word changed, is no second judgement.
        if artefact.is_new and artefact.self_rating is not None and artefact.stage_id in scores
    ]
    values = [gap for _, gap in gaps]
    mean = fmean(values) if values else 0.0
    measure = Measure(
        signal_id="calibration",
        kind="calibration",
        name="under_rating" if mean < 0 else "over_rating",
        unit="points of 1",
        minimum_n=MINIMUM_PAIRS,
    )
    by_stage = mean_by_stage(gaps)
    if len(gaps) < MINIMUM_PAIRS:
        return measure.too_little(arc, n=len(gaps), by_stage=by_stage)
    low, high = ratio_interval(values, [1.0] * len(values), confidence=CONFIDENCE)
    return measure.signal(
        arc,
        verdict=_verdict(round(mean, 9), low, high, sign_flip_p(values)),
        value=mean,
        interval=(max(low, -1.0), min(high, 1.0)),
        n=len(gaps),
        by_stage=by_stage,
    )


def _verdict(mean: float, low: float, high: float, p: float) -> Verdict:
    if abs(mean) >= MIN_GAP and p <= MAX_P:
        return "present"
    return "absent" if low > -MIN_GAP and high < MIN_GAP else "unclear"
