"""All signals of an arc, in one fixed order."""

from collections.abc import Mapping

from consumer.arc import Arc
from consumer.signals.first_pass import first_pass
from consumer.signals.independence import independence
from consumer.signals.issues import issues
from consumer.signals.pace import pace
from consumer.signals.writing import writing
from schemas.review import Signal


def compute(arc: Arc, *, base_rates: Mapping[str, float] | None) -> tuple[Signal, ...]:
    """Return every signal of the arc; same arc, same figures.

    Args:
        arc: the sound records of one run.
        base_rates: how often each kind of issue occurs in general, 0 to 1; None: unknown.
    """
    return (
        pace(arc),
        *issues(arc, base_rates=base_rates),
        *independence(arc),
        first_pass(arc),
        writing(arc),
    )
