"""Pace: did the learner get faster against the time each stage should take?

Per stage ln(active ÷ expected minutes), Theil–Sen slope over the stages, exact Kendall p. A claim
needs 4 stages, p ≤ .10 and a change of 10 % a stage. A stage with an untimed objective is left
out; without expected times stages differ and are not compared.
"""

from math import expm1, log

from consumer.arc import Arc
from consumer.signals.inference import kendall_p, theil_sen, theil_sen_interval
from consumer.signals.series import rounded, series, too_little
from schemas.review import Signal, Verdict

MINIMUM_STAGES = 4
MAX_P = 0.10
MIN_CHANGE_PERCENT = 10.0
CONFIDENCE = 0.90
UNIT = "percent a stage"
NAME = "active time against expected time"


def pace(arc: Arc) -> Signal:
    """Return the pace signal: change a stage in percent, below 0 is faster."""
    ratios = _ratios(arc)
    if len(ratios) < MINIMUM_STAGES:
        return too_little(
            arc,
            signal_id="pace",
            kind="pace",
            name=NAME,
            unit=UNIT,
            n=len(ratios),
            minimum_n=MINIMUM_STAGES,
            by_stage=_by_stage(arc, ratios),
        )
    points = [(float(index), log(ratio)) for index, ratio in ratios.items()]
    value = _percent(theil_sen(points))
    low, high = (_percent(s) for s in theil_sen_interval(points, confidence=CONFIDENCE))
    return Signal(
        signal_id="pace",
        kind="pace",
        name=NAME,
        verdict=_verdict(value, low, high, kendall_p([y for _, y in points])),
        value=rounded(value),
        unit=UNIT,
        low=rounded(low),
        high=rounded(high),
        n=len(points),
        minimum_n=MINIMUM_STAGES,
        series=series(arc, _by_stage(arc, ratios)),
    )


def _verdict(value: float, low: float, high: float, p: float) -> Verdict:
    if p <= MAX_P and abs(value) >= MIN_CHANGE_PERCENT:
        return "improving" if value < 0 else "worsening"
    if low >= -MIN_CHANGE_PERCENT and high <= MIN_CHANGE_PERCENT:
        return "steady"
    return "unclear"


def _ratios(arc: Arc) -> dict[int, float]:
    ratios = {}
    for index, stage in enumerate(arc.stages):
        seconds = [objective.active_seconds for objective in arc.objectives_of(stage.stage_id)]
        timed = [one for one in seconds if one is not None]
        # A total of nothing has no logarithm, and says nothing about pace either.
        if stage.expected_minutes and timed and len(timed) == len(seconds) and sum(timed) > 0:
            ratios[index] = sum(timed) / 60 / stage.expected_minutes
    return ratios


def _by_stage(arc: Arc, ratios: dict[int, float]) -> dict[str, float]:
    return {arc.stages[index].stage_id: ratio for index, ratio in ratios.items()}


def _percent(slope: float) -> float:
    # Far beyond any real change; keeps the figure finite for absurd times.
    return 100 * expm1(max(-20.0, min(20.0, slope)))
