"""Recovery: of what the first try left open, how much did the retries gain?

Over the objectives that were retried and have both scores: the sum gained over the sum that was
open. From three such objectives on. Present where at least half was gained and the 90 % interval
lies above 0; absent where the interval lies below half.
"""

from consumer.arc import Arc
from consumer.signals.inference import ratio_interval
from consumer.signals.series import CONFIDENCE, Measure, mean_by_stage
from schemas.review import Signal, Verdict

GAINED = 0.5
# A first try that left less than this open had nothing to recover, and would outweigh all others.
LEAST_OPEN = 0.005
_EXACT = 9
RECOVERY = Measure(
    signal_id="recovery",
    kind="recovery",
    name="gained by trying again",
    unit="ratio",
    minimum_n=3,
)


def recovery(arc: Arc) -> Signal:
    """Return the share gained of what was open; the series holds each stage's mean gain."""
    retried = [
        (o.stage_id, o.score - o.first_score, 1 - o.first_score)
        for o in arc.objectives
        if o.attempts > 1 and o.score is not None and o.first_score is not None
        if 1 - o.first_score >= LEAST_OPEN
    ]
    by_stage = mean_by_stage((stage_id, gained / left) for stage_id, gained, left in retried)
    if len(retried) < RECOVERY.minimum_n:
        return RECOVERY.too_little(arc, n=len(retried), by_stage=by_stage)
    gains, opens = [gained for _, gained, _ in retried], [left for _, _, left in retried]
    # Half gained is not to depend on how a float was summed.
    value = round(sum(gains) / sum(opens), _EXACT)
    low, high = ratio_interval(gains, opens, confidence=CONFIDENCE)
    return RECOVERY.signal(
        arc,
        verdict=_verdict(value, low, high),
        value=value,
        interval=(low, min(high, 1.0)),
        n=len(retried),
        by_stage=by_stage,
    )


def _verdict(value: float, low: float, high: float) -> Verdict:
    if value >= GAINED and low > 0:
        return "present"
    return "absent" if high < GAINED else "unclear"
