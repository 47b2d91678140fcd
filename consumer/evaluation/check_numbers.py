"""Numbers: is each that the prose says a figure of the run?

Counted anew from the signals and the records: every number of theirs, and counts, sums, means and
extremes over each stage, over the first and the last stages, halves, dimensions and threads. A
number said holds where it is one of those rounded to the decimals that were written; a share may
be said in percent. Quotations and the run's own names are not the reviewer's numbers.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from math import isclose
from statistics import fmean
from typing import Final

from consumer.arc import Arc
from consumer.evaluation.reviewed import Metric, Reviewed, at_least, prose, titles
from schemas.events import ObjectiveRolledUp
from schemas.review import ReviewReady

_SMALL: Final = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_TENS: Final = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
NUMBER_WORDS: Final = {word: at for at, word in enumerate(_SMALL, start=2)} | _TENS
_QUOTED: Final = re.compile('“[^”]*”|"[^"]*"|‘[^’]*’')
_FIGURE: Final = re.compile(r"(?<![\w.,-])(\d[\d,]*\.?\d*|\.\d+)\s*(%|percent)?(?![\w])")
_WORD: Final = re.compile(rf"\b({'|'.join(NUMBER_WORDS)})\b", re.IGNORECASE)
PASS: Final = 0.7

Test = Callable[[ObjectiveRolledUp], bool]


def number_metrics(reviewed: Sequence[Reviewed]) -> tuple[Metric, ...]:
    """Return the share of the numbers said that are figures of their run."""
    said = [number for one in reviewed for number in _judged(one.arc, one.review)]
    true = sum(said)
    share = true / len(said) if said else None
    return (at_least("numbers found in the tables", share, 1, f"{true} of {len(said)} numbers"),)


def _judged(arc: Arc, review: ReviewReady) -> Iterator[bool]:
    figures = figures_of(arc, review)
    for text in prose(review):
        for number, decimals, is_percent in numbers_in(text, arc):
            yield _is_figure(number, decimals, is_percent=is_percent, figures=figures)


def numbers_in(text: str, arc: Arc) -> Iterator[tuple[float, int, bool]]:
    """Give each number of a text, how many decimals it was written with, and whether in percent."""
    own = without_names(text, arc)
    for match in _FIGURE.finditer(own):
        written = match.group(1).replace(",", "").rstrip(".")
        yield float(written), len(written.partition(".")[2]), match.group(2) is not None
    for match in _WORD.finditer(own):
        yield float(NUMBER_WORDS[match.group(1).lower()]), 0, False


def without_names(text: str, arc: Arc) -> str:
    """Return a text without its quotations and the run's own names."""
    own = _QUOTED.sub(" ", text)
    for name in sorted(_names(arc), key=len, reverse=True):
        own = own.replace(name, " ")
    return own


def _is_figure(number: float, decimals: int, *, is_percent: bool, figures: set[float]) -> bool:
    reach = 0.5 * 10.0**-decimals + 1e-9
    scales = (1.0, 0.01) if is_percent else (1.0,)
    return any(abs(figure - number * s) <= reach * s for figure in figures for s in scales)


def figures_of(arc: Arc, review: ReviewReady) -> set[float]:
    """Return every figure of a run."""
    figures = {float(number) for number in _of_signals(review)}
    for group in groups_of(arc):
        figures.update(float(number) for number in figures_of_group(group))
    figures.update(float(number) for number in _of_plan(arc))
    figures.update(float(number) for number in _of_texts(arc))
    for left in list(figures):
        if 0 < left < 1 and not isclose(left, 1):
            figures.add(1 - left)
    return figures


def _of_signals(review: ReviewReady) -> Iterator[float]:
    for signal in review.signals:
        points = (point.value for point in signal.series)
        for value in (signal.value, signal.low, signal.high, *points):
            if value is not None:
                yield abs(value)
        yield from (signal.n, signal.minimum_n)
        yield sum(point.value is not None for point in signal.series)
        if signal.value is not None and signal.unit == "ratio":
            yield round(signal.value * signal.n)


def groups_of(arc: Arc) -> Iterator[Sequence[ObjectiveRolledUp]]:
    """Give the objectives of stages, of the first and the last of them, halves and dimensions."""
    stages = [arc.objectives_of(stage.stage_id) for stage in arc.stages]
    for at in range(len(stages) + 1):
        yield [o for stage in stages[:at] for o in stage]
        yield [o for stage in stages[at:] for o in stage]
    yield from stages
    middle = len(arc.objectives) // 2
    yield from (arc.objectives[:middle], arc.objectives[len(arc.objectives) - middle :])
    for dimension in arc.trigger.xp.dimensions:
        yield [o for o in arc.objectives if dimension.dimension_id in o.dimension_ids]


def figures_of_group(group: Sequence[ObjectiveRolledUp]) -> Iterator[float]:
    """Give the counts, rates, sums, means and values of some objectives."""
    kinds = {issue.kind for objective in group for issue in objective.issues}
    tests: list[Test] = [
        lambda _: True,
        lambda o: o.hints > 0,
        lambda o: o.hint_before_first_attempt is True,
        lambda o: o.hint_before_first_attempt is not None,
        lambda o: o.attempts == 1,
        lambda o: o.score is not None,
        lambda o: (o.score or 0) >= PASS,
        lambda o: _first(o) >= PASS,
        lambda o: _first(o) >= PASS and o.attempts == 1,
        lambda o: bool(o.issues),
        lambda o: o.active_seconds is not None,
    ]
    for test in tests:
        counted = sum(test(o) for o in group)
        yield from (counted, len(group) - counted)
        if group:
            yield counted / len(group)
    for kind in kinds:
        hit = [shows(o, kind) for o in group]
        chances = [
            one or kind in (o.opportunities or ()) for o, one in zip(group, hit, strict=True)
        ]
        hit_stages = {o.stage_id for o, one in zip(group, hit, strict=True) if one}
        yield from (sum(hit), sum(chances), len(hit_stages))
        yield sum(issue.kind == kind for o in group for issue in o.issues)
    yield from _sums(group)


def shows(objective: ObjectiveRolledUp, kind: str) -> bool:
    """Tell whether an objective shows a kind of issue."""
    return any(issue.kind == kind for issue in objective.issues)


def _sums(group: Sequence[ObjectiveRolledUp]) -> Iterator[float]:
    seconds = [o.active_seconds for o in group if o.active_seconds is not None]
    columns = (
        [float(o.hints) for o in group],
        [float(o.attempts) for o in group],
        [float(len(o.issues)) for o in group],
        [o.score for o in group if o.score is not None],
        [o.first_score for o in group if o.first_score is not None],
        seconds,
        [one / 60 for one in seconds],
    )
    for column in columns:
        if column:
            yield from (sum(column), fmean(column), *column)


def _first(objective: ObjectiveRolledUp) -> float:
    first = objective.first_score if objective.first_score is not None else objective.score
    return PASS if first is None else first


def _of_plan(arc: Arc) -> Iterator[float]:
    trigger = arc.trigger
    yield from range(1, len(arc.stages) + 1)
    yield from (len(trigger.personas), len(trigger.xp.dimensions), trigger.xp.expected_total)
    yield from (d.max_xp for d in trigger.xp.dimensions if d.max_xp is not None)
    yield from (s.expected_minutes for s in arc.stages if s.expected_minutes is not None)
    manifest = trigger.expected
    for count in (manifest.objective_rollups, manifest.messages, manifest.artefacts):
        if count is not None:
            yield count


def _of_texts(arc: Arc) -> Iterator[float]:
    threads = [arc.messages, *(arc.thread(p.persona_id) for p in arc.trigger.personas)]
    for thread in threads:
        for stage_id in (None, *(stage.stage_id for stage in arc.stages)):
            part = [m for m in thread if stage_id in (None, m.stage_id)]
            own = sum(message.sender == "user" for message in part)
            yield from (len(part), own, len(part) - own)
        yield len({message.stage_id for message in thread})
    yield from (len(arc.artefacts), len({a.artefact_id for a in arc.artefacts}))
    yield from (a.self_rating for a in arc.artefacts if a.self_rating is not None)
    yield from (a.revision for a in arc.artefacts)
    yield sum(len(a.text.split()) for a in arc.artefacts)


def _names(arc: Arc) -> set[str]:
    trigger = arc.trigger
    names = set(titles(arc)) | {persona.name for persona in trigger.personas} | arc.issue_kinds
    return {name for name in names if re.search(r"[^\W\d]", name)}
