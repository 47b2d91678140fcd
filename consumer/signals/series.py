"""Building signals: one figure a stage, and the signal that says there is too little data."""

from collections.abc import Mapping
from statistics import fmean

from consumer.arc import Arc
from schemas.review import SeriesPoint, Signal, SignalKind

DECIMALS = 4


def series(arc: Arc, values: Mapping[str, float]) -> tuple[SeriesPoint, ...]:
    """Return every stage in order with its figure, None where nothing was measured."""
    return tuple(
        SeriesPoint(stage_id=stage.stage_id, value=rounded(values.get(stage.stage_id)))
        for stage in arc.stages
    )


def mean_by_stage(values: Mapping[str, list[float]]) -> dict[str, float]:
    """Return the mean of each stage that has any value."""
    return {stage_id: fmean(found) for stage_id, found in values.items() if found}


def rounded(value: float | None) -> float | None:
    """Return the figure as it is published; the published one is the one that prose may name."""
    return None if value is None else round(value, DECIMALS) + 0.0


def too_little(
    arc: Arc,
    *,
    signal_id: str,
    kind: SignalKind,
    name: str,
    unit: str,
    n: int,
    minimum_n: int,
    by_stage: Mapping[str, float] | None = None,
) -> Signal:
    """Return the signal that claims nothing."""
    return Signal(
        signal_id=signal_id,
        kind=kind,
        name=name,
        verdict="too_little_data",
        value=None,
        unit=unit,
        low=None,
        high=None,
        n=n,
        minimum_n=minimum_n,
        series=series(arc, by_stage or {}),
    )
