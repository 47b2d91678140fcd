"""Independence: do hints fall while the score holds, or does help get avoided at a price?

Hints per objective in order: Kendall p ≤ .005, a change of at least one hint over the arc, and no
more hints before the first attempt late than early. The score holds where its Theil–Sen loss over
the stages is at most .10; a loss of .15 or more with p ≤ .10 is avoidance; between them, unclear.
"""

from dataclasses import dataclass
from statistics import fmean

from consumer.arc import Arc
from consumer.signals.series import CONFIDENCE, Measure, mean_by_stage
from consumer.signals.success import has_hints, has_scores
from consumer.signals.trends import kendall_p, line_change, theil_sen
from schemas.review import Signal, Verdict

MAX_P = 0.005
MIN_CHANGE_HINTS = 1.0
HELD_LOSS = 0.10
AVOIDANCE_LOSS = 0.15
AVOIDANCE_MAX_P = 0.10
# With five objectives no order, however perfect, reaches the p.
MINIMUM_OBJECTIVES = 6
UNIT = "hints an objective, over the arc"
# A loss right at a threshold is not to depend on how a float was summed.
_EXACT = 9

INDEPENDENCE = Measure(
    signal_id="independence",
    kind="independence",
    name="hints while scores hold",
    unit=UNIT,
    minimum_n=MINIMUM_OBJECTIVES,
)
HELP_AVOIDANCE = Measure(
    signal_id="help_avoidance",
    kind="help_avoidance",
    name="hints and scores falling together",
    unit=UNIT,
    minimum_n=MINIMUM_OBJECTIVES,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpChange:
    """How hints and scores moved over one arc; `loss` None where fewer than two stages score."""

    change: float
    low: float
    high: float
    moved: bool
    asks_first_more: bool
    loss: float | None
    loss_p: float

    @property
    def fell(self) -> bool:
        """Tell whether the hints fell beyond chance."""
        return self.moved and self.change < 0

    @property
    def holds(self) -> bool:
        """Tell whether the score held."""
        return self.loss is not None and self.loss <= HELD_LOSS

    @property
    def steady(self) -> bool:
        """Tell whether any change that matters is out of the question."""
        return max(-self.low, self.high) < MIN_CHANGE_HINTS


def independence(arc: Arc) -> tuple[Signal, Signal]:
    """Return the signals of independence and of help avoidance; both rest on the same change.

    The series hold each stage's hints an objective.
    """
    both = (INDEPENDENCE, HELP_AVOIDANCE)
    n = len(arc.objectives)
    hints = (
        mean_by_stage((o.stage_id, float(o.hints)) for o in arc.objectives)
        if has_hints(arc)
        else {}
    )
    if not hints or not has_scores(arc):
        first, second = (measure.too_little(arc, n=0, by_stage=hints) for measure in both)
        return first, second
    if n < MINIMUM_OBJECTIVES:
        first, second = (measure.too_little(arc, n=n, by_stage=hints) for measure in both)
        return first, second
    help_change = help_change_of(arc)
    first, second = (
        measure.signal(
            arc,
            verdict=verdict,
            value=help_change.change,
            interval=(help_change.low, help_change.high),
            n=n,
            by_stage=hints,
        )
        for measure, verdict in zip(
            both, (_independence(help_change), _avoidance(help_change)), strict=True
        )
    )
    return first, second


def help_change_of(arc: Arc) -> HelpChange:
    """Return how hints and scores moved; at least three objectives."""
    hints = [float(objective.hints) for objective in arc.objectives]
    change, low, high = line_change(hints, confidence=CONFIDENCE)
    loss, loss_p = _score_loss(arc)
    return HelpChange(
        change=change,
        low=low,
        high=high,
        moved=abs(round(change, _EXACT)) >= MIN_CHANGE_HINTS and kendall_p(hints) <= MAX_P,
        asks_first_more=_asks_first_more(arc),
        loss=loss,
        loss_p=loss_p,
    )


def stage_scores(arc: Arc) -> dict[str, float]:
    """Return the mean score of each stage; the first scores in a run that has no others."""
    final = [(o.stage_id, o.score) for o in arc.objectives]
    if all(score is None for _, score in final):
        final = [(o.stage_id, o.first_score) for o in arc.objectives]
    return mean_by_stage((stage_id, score) for stage_id, score in final if score is not None)


def _score_loss(arc: Arc) -> tuple[float | None, float]:
    means = stage_scores(arc)
    points = [
        (float(index), means[stage.stage_id])
        for index, stage in enumerate(arc.stages)
        if stage.stage_id in means
    ]
    if len(points) < 2:
        return None, 1.0
    span = points[-1][0] - points[0][0]
    return round(-theil_sen(points) * span, _EXACT), kendall_p([score for _, score in points])


def _asks_first_more(arc: Arc) -> bool:
    # Of an odd number the middle objective is in neither half.
    known = [o.hint_before_first_attempt for o in arc.objectives]
    half = len(known) // 2
    early, late = (
        [one for one in side if one is not None] for side in (known[:half], known[-half:])
    )
    return bool(early and late) and fmean(late) > fmean(early)


def _independence(help_change: HelpChange) -> Verdict:
    if help_change.fell:
        return "improving" if help_change.holds and not help_change.asks_first_more else "unclear"
    if help_change.moved:
        return "worsening"
    return "steady" if help_change.steady else "unclear"


def _avoidance(help_change: HelpChange) -> Verdict:
    loss = help_change.loss
    if help_change.fell and loss is not None:
        if loss >= AVOIDANCE_LOSS and help_change.loss_p <= AVOIDANCE_MAX_P:
            return "present"
        return "absent" if help_change.holds else "unclear"
    rose = help_change.moved and help_change.change > 0
    return "absent" if rose or help_change.steady or help_change.holds else "unclear"
