"""Figures: every number in the prose must be a cell of the signals or of the rollups.

The cells: each signal's value, bounds, n, minimum n and series; each rollup's figures; counts,
sums and means of the rollups over one stage, over the first or last stages, and over the run;
counts of messages, artefacts and the plan's own numbers. A number matches a cell when it is that
cell rounded to the decimals written; ratios may be written as percentages.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consumer.arc import Arc
from schemas.events import ObjectiveRolledUp
from schemas.review import Signal

# A number, not glued to a letter before it ("Q3", "v2" are names).
_NUMBER = re.compile(
    r"(?<![\w.,])[-+−]?(\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d*[.,]\d+|\d+)(?!\d)\s?(%|percent\b)?"
)
_WORDS_FROM_TWO = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|nineteen|twenty"
)
_WORD_NUMBERS = {word: n for n, word in enumerate(_WORDS_FROM_TWO.split("|"), start=2)}
_WORDS = re.compile(rf"\b({_WORDS_FROM_TWO})\b", re.IGNORECASE)
SUCCESS_SCORE = 0.7


@dataclass(frozen=True, slots=True)
class Figures:
    """The cells: `plain` numbers, and `ratios` that may also be written as percentages."""

    plain: frozenset[float]
    ratios: frozenset[float]

    def unverified(self, text: str) -> tuple[str, ...]:
        """Return the numbers in `text`, as written, that are no cell."""
        wrong = [m.group().strip() for m in _NUMBER.finditer(text) if not self._holds(m)]
        wrong += [
            m.group()
            for m in _WORDS.finditer(text)
            if float(_WORD_NUMBERS[m.group().lower()]) not in self.plain
        ]
        return tuple(wrong)

    def _holds(self, match: re.Match[str]) -> bool:
        written, percent = match.group(1), match.group(2)
        if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", written):
            readings = [written.replace(",", "")]
            if written.count(",") == 1 and "." not in written:
                readings.append(written.replace(",", "."))
        else:
            readings = [written.replace(",", ".")]
        return any(self._is_cell(reading, percent=bool(percent)) for reading in readings)

    def _is_cell(self, written: str, *, percent: bool) -> bool:
        number = float(written)
        decimals = len(written.partition(".")[2])
        reach = 0.5 * 10.0**-decimals + 1e-9
        if any(abs(cell - number) <= reach for cell in self.plain):
            return True
        if percent:
            return any(abs(100 * cell - number) <= reach for cell in self.ratios)
        whole = [cell for cell in self.ratios if decimals or cell.is_integer()]
        return any(abs(cell - number) <= reach for cell in whole)


def index_figures(arc: Arc, signals: Sequence[Signal]) -> Figures:
    """Collect the cells of an arc and its signals once."""
    plain: set[float] = set()
    ratios: set[float] = set()
    for signal in signals:
        plain |= {float(signal.n), float(signal.minimum_n)}
        values = [signal.value, signal.low, signal.high, *(p.value for p in signal.series)]
        known = {abs(v) for v in values if v is not None}
        target = ratios if signal.unit == "ratio" else plain
        target |= known
    for objectives in _groups(arc):
        plain.update(_totals(objectives))
        ratios.update(_rates(objectives))
    for rollup in arc.objectives:
        plain |= {float(rollup.attempts), float(rollup.hints)}
        if rollup.active_seconds is not None:
            plain |= {rollup.active_seconds, rollup.active_seconds / 60}
        ratios |= {s for s in (rollup.score, rollup.first_score) if s is not None}
        plain |= {float(issue.attempt) for issue in rollup.issues}
    plain.update(_counts(arc))
    ratios |= {a.self_rating for a in arc.artefacts if a.self_rating is not None}
    return Figures(frozenset(plain), frozenset(ratios))


def _groups(arc: Arc) -> Iterator[tuple[ObjectiveRolledUp, ...]]:
    """Yield the objectives of each stage, of the first and the last stages, and of dimensions."""
    by_stage = [arc.objectives_of(stage.stage_id) for stage in arc.stages]
    yield from by_stage
    for cut in range(1, len(by_stage) + 1):
        yield tuple(o for stage in by_stage[:cut] for o in stage)
        yield tuple(o for stage in by_stage[-cut:] for o in stage)
    for dimension in arc.trigger.xp.dimensions:
        yield tuple(o for o in arc.objectives if dimension.dimension_id in o.dimension_ids)
    half = len(arc.objectives) // 2
    yield from (arc.objectives[:half], arc.objectives[half:])


def _totals(objectives: Sequence[ObjectiveRolledUp]) -> Iterator[float]:
    yield len(objectives)
    yield sum(o.attempts for o in objectives)
    yield sum(o.hints for o in objectives)
    yield sum(o.hints > 0 for o in objectives)
    yield sum(o.hints == 0 for o in objectives)
    yield sum(o.attempts == 1 for o in objectives)
    yield sum(o.attempts > 1 for o in objectives)
    yield sum(bool(o.hint_before_first_attempt) for o in objectives)
    yield sum(o.hint_before_first_attempt is not None for o in objectives)
    yield sum(o.score is not None for o in objectives)
    yield sum(o.score is not None and o.score >= SUCCESS_SCORE for o in objectives)
    yield sum(o.score is not None and o.score < SUCCESS_SCORE for o in objectives)
    first = [o.first_score if o.first_score is not None else o.score for o in objectives]
    yield sum(s is not None and s >= SUCCESS_SCORE for s in first)
    tried_once = zip(objectives, first, strict=True)
    yield sum(o.attempts == 1 and (s is None or s >= SUCCESS_SCORE) for o, s in tried_once)
    yield sum(len(o.issues) for o in objectives)
    yield sum(bool(o.issues) for o in objectives)
    for kind in {issue.kind for o in objectives for issue in o.issues}:
        yield sum(any(i.kind == kind for i in o.issues) for o in objectives)
        yield sum(i.kind == kind for o in objectives for i in o.issues)
        yield sum(kind in (o.opportunities or ()) for o in objectives)
        yield len({o.stage_id for o in objectives if any(i.kind == kind for i in o.issues)})
    seconds = [o.active_seconds for o in objectives if o.active_seconds is not None]
    if seconds:
        yield sum(seconds)
        yield sum(seconds) / 60
        yield len(seconds)
    if objectives:
        yield sum(o.hints for o in objectives) / len(objectives)
        yield sum(o.attempts for o in objectives) / len(objectives)


def _rates(objectives: Sequence[ObjectiveRolledUp]) -> Iterator[float]:
    for known in (
        [o.score for o in objectives if o.score is not None],
        [o.first_score for o in objectives if o.first_score is not None],
    ):
        if known:
            yield sum(known) / len(known)
            yield min(known)
            yield max(known)


def _counts(arc: Arc) -> Iterator[float]:
    """Yield the counts of the run, its stages' ordinals and the plan's numbers."""
    yield from range(1, len(arc.stages) + 1)
    yield len(arc.trigger.personas)
    yield len(arc.trigger.xp.dimensions)
    yield arc.trigger.xp.expected_total
    yield from (d.max_xp for d in arc.trigger.xp.dimensions if d.max_xp is not None)
    yield from (s.expected_minutes for s in arc.stages if s.expected_minutes is not None)
    run_seconds = (arc.trigger.completed_at - arc.trigger.started_at).total_seconds()
    yield from (run_seconds / 60, run_seconds / 3600)
    expected = arc.trigger.expected
    manifest = (expected.objective_rollups, expected.messages, expected.artefacts)
    yield from (number for number in manifest if number is not None)
    threads = [arc.messages, *(arc.thread(p.persona_id) for p in arc.trigger.personas)]
    for thread in threads:
        for stage_id in (None, *(s.stage_id for s in arc.stages)):
            part = [m for m in thread if stage_id in (None, m.stage_id)]
            yield len(part)
            yield sum(m.sender == "user" for m in part)
            yield sum(m.sender == "persona" for m in part)
        yield len({m.stage_id for m in thread})
    yield len(arc.artefacts)
    yield len({a.artefact_id for a in arc.artefacts})
    yield from (a.revision for a in arc.artefacts)
    for kind in {a.kind for a in arc.artefacts}:
        yield sum(a.kind == kind for a in arc.artefacts)
    for stage in arc.stages:
        yield sum(a.stage_id == stage.stage_id for a in arc.artefacts)
    yield sum(len(a.text.split()) for a in arc.artefacts)
