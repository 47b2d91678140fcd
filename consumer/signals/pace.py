"""Pace: did the learner get faster against the time that each stage should take?

Per stage ln(active ÷ expected minutes), Theil–Sen slope over the stages, exact Kendall p. A claim
needs 4 stages, p ≤ .10 and a change of 10 % a stage. A stage with an untimed objective is left
out; without expected times stages differ and are not compared.
"""

from math import expm1, log

from consumer.arc import Arc
from consumer.signals.series import CONFIDENCE, Measure
from consumer.signals.trends import kendall_p, theil_sen, theil_sen_interval
from schemas.fields import MAX_FIGURE
from schemas.review import Signal, Verdict

MAX_P = 0.10
MIN_CHANGE_PERCENT = 10.0
# exp() of a slope beyond this means nothing for working times and would leave JSON's range.
MAX_SLOPE = 20.0
_EXACT = 9
PACE = Measure(
    signal_id="pace",
    kind="pace",
    name="active time against expected time",
    unit="percent a stage",
    minimum_n=4,
)


def pace(arc: Arc) -> Signal:
    """Return the change of pace in percent a stage, below 0 is faster.

    The series holds active ÷ expected time of each stage compared.
    """
    ratios = time_ratios(arc)
    by_stage = {arc.stages[index].stage_id: ratio for index, ratio in ratios.items()}
    if len(ratios) < PACE.minimum_n:
        return PACE.too_little(arc, n=len(ratios), by_stage=by_stage)
    points = [(float(index), log(ratio)) for index, ratio in ratios.items()]
    value = _percent(theil_sen(points))
    low, high = (_percent(slope) for slope in theil_sen_interval(points, confidence=CONFIDENCE))
    return PACE.signal(
        arc,
        verdict=_verdict(value, low, high, kendall_p([y for _, y in points])),
        value=value,
        interval=(low, high),
        n=len(points),
        by_stage=by_stage,
    )


def time_ratios(arc: Arc) -> dict[int, float]:
    """Return active ÷ expected time by the index of each stage that can be compared."""
    seconds: dict[str, list[float | None]] = {}
    for objective in arc.objectives:
        seconds.setdefault(objective.stage_id, []).append(objective.active_seconds)
    ratios = {}
    for index, stage in enumerate(arc.stages):
        timed = [one for one in seconds.get(stage.stage_id, []) if one is not None]
        whole = len(timed) == len(seconds.get(stage.stage_id, []))
        if stage.expected_minutes is None or not whole:
            continue
        ratio = sum(timed) / 60 / stage.expected_minutes
        # No time at all has no logarithm, and beyond all measure no review can carry it; neither
        # says anything about pace.
        if 0 < ratio <= MAX_FIGURE:
            ratios[index] = ratio
    return ratios


def _verdict(value: float, low: float, high: float, p: float) -> Verdict:
    # A change right at the threshold is not to depend on how a float was summed.
    if p <= MAX_P and abs(round(value, _EXACT)) >= MIN_CHANGE_PERCENT:
        return "improving" if value < 0 else "worsening"
    if low >= -MIN_CHANGE_PERCENT and high <= MIN_CHANGE_PERCENT:
        return "steady"
    return "unclear"


def _percent(slope: float) -> float:
    return 100 * expm1(max(-MAX_SLOPE, min(MAX_SLOPE, slope)))
