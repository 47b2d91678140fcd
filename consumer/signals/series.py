"""Building signals: what every kind's signal has alike, and one figure a stage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from consumer.arc import Arc
from schemas.fields import MAX_ID_CHARACTERS
from schemas.review import SeriesPoint, Signal, SignalKind, Verdict

CONFIDENCE = 0.90
DECIMALS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a signal measures: its identity, its unit, and from how many data points it speaks."""

    signal_id: str
    kind: SignalKind
    name: str
    unit: str
    minimum_n: int

    def signal(
        self,
        arc: Arc,
        *,
        verdict: Verdict,
        value: float | None,
        interval: tuple[float, float] | None,
        n: int,
        by_stage: Mapping[str, float],
    ) -> Signal:
        """Return the signal, figures rounded as published, the interval around the value."""
        low, high = interval if interval is not None and value is not None else (None, None)
        if value is not None and low is not None and high is not None:
            low, high = min(low, value), max(high, value)
        return Signal(
            signal_id=self.signal_id,
            kind=self.kind,
            name=self.name,
            verdict=verdict,
            value=rounded(value),
            unit=self.unit,
            low=rounded(low),
            high=rounded(high),
            n=n,
            minimum_n=self.minimum_n,
            series=series(arc, by_stage),
        )

    def too_little(
        self, arc: Arc, *, n: int, by_stage: Mapping[str, float] | None = None
    ) -> Signal:
        """Return the signal that claims nothing; what was measured a stage still stands."""
        return self.signal(
            arc,
            verdict="too_little_data",
            value=None,
            interval=None,
            n=n,
            by_stage=by_stage or {},
        )


def signal_id_of(prefix: str, name: str, ordinal: int) -> str:
    """Return the id of one of several signals of a kind, by name, or by ordinal if that is long."""
    signal_id = f"{prefix}:{name}"
    # The other separator keeps a short id from ever meeting a named one.
    return signal_id if len(signal_id) <= MAX_ID_CHARACTERS else f"{prefix}#{ordinal}"


def series(arc: Arc, values: Mapping[str, float]) -> tuple[SeriesPoint, ...]:
    """Return every stage in order with its figure, None where nothing was measured."""
    return tuple(
        SeriesPoint(stage_id=stage.stage_id, value=rounded(values.get(stage.stage_id)))
        for stage in arc.stages
    )


def mean_by_stage(values: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Return the mean of each stage among (stage id, value) pairs."""
    gathered: dict[str, list[float]] = {}
    for stage_id, value in values:
        gathered.setdefault(stage_id, []).append(value)
    return {stage_id: fmean(found) for stage_id, found in gathered.items()}


def rounded(value: float | None) -> float | None:
    """Return the figure as it is published; the published one is the one that prose may name."""
    # Adding 0.0 turns -0.0 into 0.0.
    return None if value is None else round(value, DECIMALS) + 0.0
