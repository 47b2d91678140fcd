"""All signals of an arc, in one fixed order."""

from collections.abc import Mapping

from consumer.arc import Arc
from consumer.signals.calibration import calibration
from consumer.signals.first_pass import first_pass
from consumer.signals.help_seeking import help_seeking
from consumer.signals.independence import independence
from consumer.signals.issues import issues
from consumer.signals.pace import pace
from consumer.signals.recovery import recovery
from consumer.signals.stuck import stuck
from consumer.signals.writing import writing
from schemas.review import MAX_SIGNALS, Signal


def compute(arc: Arc, *, base_rates: Mapping[str, float] | None) -> tuple[Signal, ...]:
    """Return every signal of the arc; same arc, same figures.

    Each kind has at least one signal; an issue kind has one where it occurs, either
    `recurring_issue` or, where it went away after feedback, `fixed_issue`. At most 64 in all,
    what one review can carry: of more issue kinds the best supported stay.

    Args:
        arc: the sound records of one run.
        base_rates: how often each kind of issue occurs in general, 0 to 1; None: unknown.
    """
    others = (
        *independence(arc),
        first_pass(arc),
        recovery(arc),
        *stuck(arc),
        help_seeking(arc),
        calibration(arc),
        *writing(arc),
    )
    room = MAX_SIGNALS - len(others) - 1
    return (pace(arc), *issues(arc, base_rates=base_rates)[:room], *others)
