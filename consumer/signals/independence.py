"""Independence: do hints fall while the score holds, or does help get avoided at a price?

Hints per objective in order: Kendall p ≤ .005 and a change of at least one hint over the arc. The
score holds where its Theil–Sen loss over all stages is at most .10; a loss of .15 or more with
p ≤ .10 is avoidance; in between it is unclear.
"""

from statistics import fmean

from consumer.arc import Arc
from consumer.signals.inference import kendall_p, theil_sen, theil_sen_interval
from consumer.signals.series import mean_by_stage, rounded, series, too_little
from schemas.review import Signal, SignalKind, Verdict

MINIMUM_OBJECTIVES = 8
MAX_P = 0.005
MIN_CHANGE_HINTS = 1.0
HELD_LOSS = 0.10
AVOIDANCE_LOSS = 0.15
AVOIDANCE_MAX_P = 0.10
CONFIDENCE = 0.90
UNIT = "hints an objective, over the arc"


def independence(arc: Arc) -> tuple[Signal, Signal]:
    """Return the signals of independence and of help avoidance; both rest on the same change."""
    hints = [float(objective.hints) for objective in arc.objectives]
    by_stage = _hints_by_stage(arc)
    scores = _scores_by_stage(arc)
    n = len(hints)
    if n < MINIMUM_OBJECTIVES or not any(hints) or not scores:
        return (
            _too_little(arc, "independence", n=n, by_stage=by_stage),
            _too_little(arc, "help_avoidance", n=n, by_stage=by_stage),
        )
    points = [(float(index), value) for index, value in enumerate(hints)]
    span = n - 1
    change = theil_sen(points) * span
    low, high = (one * span for one in theil_sen_interval(points, confidence=CONFIDENCE))
    # The median slope of many equal counts is 0 even where the halves differ, so the size of the
    # change is read from the halves where the slope hides it.
    if change == 0:
        change = _half_change(hints)
        low, high = min(low, change), max(high, change)
    moved = kendall_p(hints) <= MAX_P and abs(change) >= MIN_CHANGE_HINTS
    loss, loss_p = _score_loss(scores)
    avoids = moved and change < 0 and loss >= AVOIDANCE_LOSS and loss_p <= AVOIDANCE_MAX_P
    return tuple(  # type: ignore[return-value]  # two in, two out
        Signal(
            signal_id=kind,
            kind=kind,
            name=name,
            verdict=verdict,
            value=rounded(change),
            unit=UNIT,
            low=rounded(low),
            high=rounded(high),
            n=n,
            minimum_n=MINIMUM_OBJECTIVES,
            series=series(arc, by_stage),
        )
        for kind, name, verdict in (
            ("independence", NAMES["independence"], _independence(moved, change, loss)),
            ("help_avoidance", NAMES["help_avoidance"], _avoidance(moved, change, avoids, loss)),
        )
    )


NAMES: dict[SignalKind, str] = {
    "independence": "hints while scores hold",
    "help_avoidance": "hints fall and scores fall with them",
}


def _independence(moved: bool, change: float, loss: float) -> Verdict:
    if moved and change > 0:
        return "worsening"
    if moved:
        return "improving" if loss <= HELD_LOSS else "unclear"
    return "steady" if abs(change) < MIN_CHANGE_HINTS / 2 else "unclear"


def _avoidance(moved: bool, change: float, avoids: bool, loss: float) -> Verdict:
    if avoids:
        return "present"
    falling = moved and change < 0
    return "unclear" if falling and loss > HELD_LOSS else "absent"


def _too_little(arc: Arc, kind: SignalKind, *, n: int, by_stage: dict[str, float]) -> Signal:
    return too_little(
        arc,
        signal_id=kind,
        kind=kind,
        name=NAMES[kind],
        unit=UNIT,
        n=n,
        minimum_n=MINIMUM_OBJECTIVES,
        by_stage=by_stage,
    )


def _hints_by_stage(arc: Arc) -> dict[str, float]:
    if not any(objective.hints for objective in arc.objectives):
        return {}
    values: dict[str, list[float]] = {}
    for objective in arc.objectives:
        values.setdefault(objective.stage_id, []).append(float(objective.hints))
    return mean_by_stage(values)


def _scores_by_stage(arc: Arc) -> list[tuple[float, float]]:
    values: dict[str, list[float]] = {}
    for objective in arc.objectives:
        if objective.score is not None:
            values.setdefault(objective.stage_id, []).append(objective.score)
    means = mean_by_stage(values)
    order = [stage.stage_id for stage in arc.stages]
    return [(float(order.index(stage_id)), mean) for stage_id, mean in means.items()]


def _score_loss(scores: list[tuple[float, float]]) -> tuple[float, float]:
    if len(scores) < 2:
        return 0.0, 1.0
    span = scores[-1][0] - scores[0][0]
    return -theil_sen(scores) * span, kendall_p([score for _, score in scores])


def _half_change(hints: list[float]) -> float:
    half = len(hints) // 2
    return fmean(hints[-half:]) - fmean(hints[:half])
