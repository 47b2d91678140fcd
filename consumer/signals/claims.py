"""Claims: which signals are worth a pattern, the best supported and most useful first.

A verdict says what the record shows; a pattern tells a person something about how they work, and
so needs more where a verdict only describes. `stuck`: first tries miss more often than not beyond
chance, p ≤ .05 over all the stretches without three in a row, since ten objectives of somebody who
succeeds at six in ten hold no three in a row in 30 % of cases; a dimension only where the run
itself is not claimed. `recovery`: the whole interval lies at half or above. A simulation backs
both, see `consumer.evaluation.thresholds`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from consumer.arc import Arc
from consumer.signals.inference import binomial_tail
from consumer.signals.recovery import GAINED
from consumer.signals.stuck import RUN_ID, misses_of
from schemas.review import Confidence, Signal, SignalKind, Verdict

STUCK_MAX_P: Final = 0.05
EVEN: Final = 0.5

# What a learner can act on comes before what is only good to know.
USEFULNESS: Final[tuple[SignalKind, ...]] = (
    "recurring_issue",
    "help_avoidance",
    "independence",
    "pace",
    "first_pass",
    "fixed_issue",
    "stuck",
    "calibration",
    "recovery",
    "help_seeking",
    "writing",
)
_CHANGES: Final[frozenset[Verdict]] = frozenset({"improving", "worsening"})
_CLAIMING: Final[Mapping[SignalKind, frozenset[Verdict]]] = {
    "pace": _CHANGES,
    "independence": _CHANGES,
    "first_pass": _CHANGES,
    "writing": _CHANGES | {"present"},
    "fixed_issue": frozenset({"improving"}),
    "recurring_issue": frozenset({"present", "worsening"}),
}
# What these count is the learner's to lengthen.
_AS_MUCH_AS_SAID: Final[frozenset[SignalKind]] = frozenset({"help_seeking", "writing"})
_RANK: Final[Mapping[Confidence, int]] = {"high": 0, "medium": 1, "low": 2}


def claims(arc: Arc, signals: Sequence[Signal]) -> tuple[Signal, ...]:
    """Return the signals that bear a pattern, the best supported and most useful first."""
    speaking = [signal for signal in signals if _speaks(signal)]
    stretches = sum(signal.kind == "stuck" for signal in speaking)
    gone = {signal.name for signal in speaking if signal.kind == "fixed_issue"}
    kept = [
        signal
        for signal in speaking
        if _is_supported(arc, signal, stretches=stretches)
        and not (signal.kind == "recurring_issue" and signal.name in gone)
    ]
    if any(signal.signal_id == RUN_ID for signal in kept):
        kept = [signal for signal in kept if signal.kind != "stuck" or signal.signal_id == RUN_ID]
    # Stable: of one kind the order of the signals, best supported first, stays.
    return tuple(sorted(kept, key=lambda s: rank(confidence_of(s), s.kind)))


def rank(confidence: Confidence, kind: SignalKind) -> tuple[int, int]:
    """Return the place of a pattern among others: by its support, then by its use."""
    return _RANK[confidence], USEFULNESS.index(kind)


def confidence_of(signal: Signal) -> Confidence:
    """Say how well a claim is supported: by how much data, and whether its interval is clear.

    High: at least twice the minimum n and an interval that holds no zero. Low: an interval that
    holds zero. A rate's interval cannot hold zero and says nothing here, so only its n counts; but
    where n is how much the learner said, saying more makes nothing surer.
    """
    if signal.low is not None and signal.high is not None and signal.low < 0 < signal.high:
        return "low"
    enough = signal.n >= 2 * signal.minimum_n and signal.kind not in _AS_MUCH_AS_SAID
    return "high" if enough else "medium"


def _speaks(signal: Signal) -> bool:
    claiming = _CLAIMING.get(signal.kind, frozenset({"present"}))
    return signal.verdict in claiming and signal.n >= signal.minimum_n


def _is_supported(arc: Arc, signal: Signal, *, stretches: int) -> bool:
    if signal.kind == "stuck":
        missed, tried = misses_of(arc, signal.signal_id)
        return binomial_tail(missed, tried, EVEN) <= STUCK_MAX_P / stretches
    if signal.kind == "recovery":
        return signal.low is not None and signal.low >= GAINED
    return True
