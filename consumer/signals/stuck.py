"""Stuck: ten objectives or more, and never three first-try successes in a row.

The measure of wheel-spinning (Beck and Gong 2013), over the run and over each dimension with ten
objectives. Three in a row once, and it is not that; a long stretch beside it stays unclear.
"""

from collections.abc import Iterator, Sequence

from consumer.arc import Arc
from consumer.signals.series import Measure, mean_by_stage, signal_id_of
from consumer.signals.success import is_success, knows_successes
from schemas.events import ObjectiveRolledUp
from schemas.review import Signal, Verdict

MINIMUM_OBJECTIVES = 10
IN_A_ROW = 3
RUN_ID = "stuck"
RUN_NAME = "the whole run"


def stuck(arc: Arc) -> tuple[Signal, ...]:
    """Return the signal of the run, then one for each dimension that has ten objectives.

    A dimension that holds the same objectives as the run, or as another, says nothing more and
    has none. The series hold each stage's rate of first-try success.
    """
    if not knows_successes(arc):
        return (_measure(RUN_ID, RUN_NAME).too_little(arc, n=0),)
    return tuple(_signal(arc, measure, objectives) for measure, objectives in _stretches(arc))


def misses_of(arc: Arc, signal_id: str) -> tuple[int, int]:
    """Return how many objectives of a `stuck` signal missed at the first try, and of how many."""
    for measure, objectives in _stretches(arc):
        if measure.signal_id == signal_id:
            return sum(not is_success(o) for o in objectives), len(objectives)
    return 0, 0


def longest_stretch(successes: Sequence[bool]) -> int:
    """Return the length of the longest stretch without three successes in a row."""
    longest = start = row = 0
    for index, success in enumerate(successes):
        row = row + 1 if success else 0
        if row >= IN_A_ROW:
            # The stretch begins anew at the second of the three.
            start = index - IN_A_ROW + 2
        longest = max(longest, index - start + 1)
    return longest


def _stretches(arc: Arc) -> Iterator[tuple[Measure, Sequence[ObjectiveRolledUp]]]:
    yield _measure(RUN_ID, RUN_NAME), arc.objectives
    seen = {tuple(o.objective_id for o in arc.objectives)}
    for ordinal, dimension in enumerate(arc.trigger.xp.dimensions, start=1):
        exercised = [o for o in arc.objectives if dimension.dimension_id in o.dimension_ids]
        which = tuple(o.objective_id for o in exercised)
        if len(exercised) < MINIMUM_OBJECTIVES or which in seen:
            continue
        seen.add(which)
        signal_id = signal_id_of(RUN_ID, dimension.dimension_id, ordinal)
        yield _measure(signal_id, dimension.title), exercised


def _signal(arc: Arc, measure: Measure, objectives: Sequence[ObjectiveRolledUp]) -> Signal:
    successes = [is_success(objective) for objective in objectives]
    n = len(successes)
    by_stage = mean_by_stage(
        (objective.stage_id, float(success))
        for objective, success in zip(objectives, successes, strict=True)
    )
    if n < MINIMUM_OBJECTIVES:
        return measure.too_little(arc, n=n, by_stage=by_stage)
    stretch = longest_stretch(successes)
    return measure.signal(
        arc, verdict=_verdict(stretch, n), value=stretch, interval=None, n=n, by_stage=by_stage
    )


def _verdict(stretch: int, n: int) -> Verdict:
    if stretch == n:
        return "present"
    return "absent" if stretch < MINIMUM_OBJECTIVES else "unclear"


def _measure(signal_id: str, name: str) -> Measure:
    return Measure(
        signal_id=signal_id,
        kind="stuck",
        name=name,
        unit="objectives",
        minimum_n=MINIMUM_OBJECTIVES,
    )
