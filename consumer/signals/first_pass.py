"""First pass: does the first try succeed more often late in the arc than early?

The early half of the objectives against the late half, with Beta(½, ½) priors; a claim needs six
objectives a side and P ≥ .9925. Of an odd number the middle one is in neither.
"""

from consumer.arc import Arc
from consumer.signals.inference import beta_greater, rate_difference_interval
from consumer.signals.series import CONFIDENCE, Measure, mean_by_stage
from consumer.signals.success import is_success, knows_successes
from schemas.review import Signal, Verdict

MIN_PROBABILITY = 0.9925
FIRST_PASS = Measure(
    signal_id="first_pass",
    kind="first_pass",
    name="first-try success, late against early",
    unit="ratio",
    minimum_n=12,
)


def first_pass(arc: Arc) -> Signal:
    """Return the difference of the rates of first-try success, late half minus early half.

    The series holds each stage's rate.
    """
    if not knows_successes(arc):
        return FIRST_PASS.too_little(arc, n=0)
    successes = [is_success(objective) for objective in arc.objectives]
    n = len(successes)
    by_stage = mean_by_stage(
        (objective.stage_id, float(success))
        for objective, success in zip(arc.objectives, successes, strict=True)
    )
    if n < FIRST_PASS.minimum_n:
        return FIRST_PASS.too_little(arc, n=n, by_stage=by_stage)
    half = n // 2
    early, late = (sum(successes[:half]), half), (sum(successes[-half:]), half)
    return FIRST_PASS.signal(
        arc,
        verdict=_verdict(beta_greater(late, early)),
        value=(late[0] - early[0]) / half,
        interval=rate_difference_interval(late, early, confidence=CONFIDENCE),
        n=n,
        by_stage=by_stage,
    )


def _verdict(probability: float) -> Verdict:
    if probability >= MIN_PROBABILITY:
        return "improving"
    return "worsening" if 1 - probability >= MIN_PROBABILITY else "unclear"
