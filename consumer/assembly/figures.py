"""Figures: every number in the prose must be a cell of the signals or of the rollups.

The cells: each signal's value, bounds, n, minimum n and series; each rollup's figures; counts,
sums and means of the rollups over one stage, over the first or last stages, and over the run;
counts of messages, artefacts and the plan's own numbers. A number matches a cell when it is that
cell rounded to the decimals written. A percentage must be a ratio or a signal in percent: a count
that happens to be the same number does not carry it. Words for numbers count as numbers.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from consumer.arc import Arc
from consumer.assembly.folding import is_spaceless
from consumer.assembly.number_words import worded_numbers
from consumer.signals.success import SUCCESS_SCORE
from schemas.events import ObjectiveRolledUp
from schemas.review import Signal

# Digits, however grouped and whichever script they are of; what follows decides what they count.
_NUMBER = re.compile(
    r"(?P<of>百分之\s?)?(?P<figure>\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?(?!\d)|\d*[.,]\d+|\d+)(?!\d)"
    r"(?:(?P<thousand>k\b)|\s?(?P<percent>%|(?:percent(?:age)?|per cent|pct|prozent|pour cent|"
    r"por ciento|por cento|per cento|procent|процент\w*|パーセント)(?!\w)))?",
    re.IGNORECASE,
)
_SIGNS = str.maketrans({"％": "%", "٪": "%", "٫": ".", "٬": ",", "．": "."})


@dataclass(frozen=True, slots=True)
class Figures:
    """The cells: `plain` numbers, `ratios` of 1, and `percents` that are measured as such."""

    plain: frozenset[float]
    ratios: frozenset[float]
    percents: frozenset[float] = frozenset()

    def unverified(self, text: str, language: str = "en") -> tuple[str, ...]:
        """Return the numbers in `text`, as written in `language`, that are no cell.

        Digits glued to a letter before them ("Q3", "v2") are names and not read here.
        """
        plain_signs = text.translate(_SIGNS)
        wrong = [
            match.group().strip()
            for match in _NUMBER.finditer(plain_signs)
            if not _is_glued(plain_signs, match.start()) and not self._holds(match)
        ]
        for number in worded_numbers(plain_signs, language):
            reach = 0.005 if number.is_ratio else 1e-9
            known = number.value is not None and self._is_cell(
                number.value, reach=reach, percent=number.is_ratio, per=1
            )
            if not known:
                wrong.append(number.written)
        wrong += [c for c in text if _is_odd_numeral(c) and not self._holds_numeral(c)]
        return tuple(wrong)

    def _holds(self, match: re.Match[str]) -> bool:
        percent = bool(match.group("percent") or match.group("of"))
        times = 1000 if match.group("thousand") else 1
        for reading in _readings(match.group("figure")):
            decimals = len(reading.partition(".")[2])
            reach = 0.5 * 10.0**-decimals * times + 1e-9
            if self._is_cell(
                float(reading) * times,
                reach=reach,
                percent=percent,
                per=100 if percent else 1,
                whole=not decimals,
            ):
                return True
        return False

    def _holds_numeral(self, numeral: str) -> bool:
        return self._is_cell(unicodedata.numeric(numeral), reach=1e-9, percent=False, per=1)

    def _is_cell(
        self, number: float, *, reach: float, percent: bool, per: int, whole: bool = False
    ) -> bool:
        """Look a number up; a ratio is met `per` 1 or 100, and never rounded to a whole number."""
        if percent and _is_near(number * 100 / per, self.percents, reach * 100 / per):
            return True
        if not percent and _is_near(number, self.plain, reach):
            return True
        if not percent and whole:
            return number in self.ratios
        return _is_near(number / per, self.ratios, reach / per)


def _readings(written: str) -> Iterator[str]:
    """Yield what digits may mean: points and commas part thousands or decimals by language."""
    if re.fullmatch(r"\d{1,3}([, ]\d{3})+(\.\d+)?", written):
        yield re.sub(r"[, ]", "", written)
        if written.count(",") != 1 or "." in written:
            return
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+", written):
        yield written.replace(".", "")
    if written.count(",") + written.count(".") <= 1:
        yield written.replace(",", ".")


def _is_near(number: float, cells: Iterable[float], reach: float) -> bool:
    return any(abs(cell - number) <= reach for cell in cells)


def _is_glued(text: str, start: int) -> bool:
    """Tell whether digits belong to the word or number before them."""
    before = text[start - 1] if start else " "
    if text[start].isdigit():
        return before.isalnum() and not is_spaceless(before)
    return before.isdigit()


def _is_odd_numeral(character: str) -> bool:
    """Tell whether one character is a number without being a digit: ½, ², Ⅳ, ⑤."""
    return character.isnumeric() and not character.isdecimal() and not is_spaceless(character)


def index_figures(arc: Arc, signals: Sequence[Signal]) -> Figures:
    """Collect the cells of an arc and its signals once."""
    plain: set[float] = set()
    ratios: set[float] = set()
    percents: set[float] = set()
    for signal in signals:
        plain |= {float(signal.n), float(signal.minimum_n)}
        known = {abs(v) for v in (signal.value, signal.low, signal.high) if v is not None}
        by_stage = {abs(p.value) for p in signal.series if p.value is not None}
        target = ratios if signal.unit == "ratio" else plain
        target |= known | by_stage
        if signal.unit.startswith("percent"):
            # By stage it is the time taken over the time expected.
            percents |= known | {100 * taken for taken in by_stage}
    for objectives in groups_of(arc):
        plain.update(totals_of(objectives))
        ratios.update(_rates(objectives))
    for rollup in arc.objectives:
        plain |= {float(rollup.attempts), float(rollup.hints)}
        if rollup.active_seconds is not None:
            plain |= {rollup.active_seconds, rollup.active_seconds / 60}
        ratios |= {s for s in (rollup.score, rollup.first_score) if s is not None}
        plain |= {float(issue.attempt) for issue in rollup.issues}
    plain.update(_counts(arc))
    ratios |= {a.self_rating for a in arc.artefacts if a.self_rating is not None}
    return Figures(frozenset(plain), frozenset(ratios), frozenset(percents))


def groups_of(arc: Arc) -> Iterator[tuple[ObjectiveRolledUp, ...]]:
    """Yield the objectives of each stage, of the first and the last stages, and of dimensions."""
    by_stage = [arc.objectives_of(stage.stage_id) for stage in arc.stages]
    yield from by_stage
    for cut in range(1, len(by_stage) + 1):
        yield tuple(o for stage in by_stage[:cut] for o in stage)
        yield tuple(o for stage in by_stage[-cut:] for o in stage)
    for dimension in arc.trigger.xp.dimensions:
        yield tuple(o for o in arc.objectives if dimension.dimension_id in o.dimension_ids)
    half = len(arc.objectives) // 2
    # Of an odd number the middle one is in neither half, as where first tries are compared.
    yield from (arc.objectives[:half], arc.objectives[len(arc.objectives) - half :])


def totals_of(objectives: Sequence[ObjectiveRolledUp]) -> Iterator[float]:
    """Yield the counts, sums and means of some objectives."""
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
    yield from _issue_totals(objectives)
    seconds = [o.active_seconds for o in objectives if o.active_seconds is not None]
    if seconds:
        yield sum(seconds)
        yield sum(seconds) / 60
        yield len(seconds)
    if objectives:
        yield sum(o.hints for o in objectives) / len(objectives)
        yield sum(o.attempts for o in objectives) / len(objectives)


def _issue_totals(objectives: Sequence[ObjectiveRolledUp]) -> Iterator[float]:
    """Yield of each kind: objectives that show it, marks, objectives that test for it, stages."""
    marks = Counter(issue.kind for o in objectives for issue in o.issues)
    shown = {(o.objective_id, o.stage_id, issue.kind) for o in objectives for issue in o.issues}
    showing = Counter(kind for _, _, kind in shown)
    stages = Counter(kind for _, kind in {(stage_id, kind) for _, stage_id, kind in shown})
    tested = Counter(kind for o in objectives for kind in set(o.opportunities or ()))
    for kind, count in marks.items():
        yield from (showing[kind], count, tested[kind], stages[kind])


def _rates(objectives: Sequence[ObjectiveRolledUp]) -> Iterator[float]:
    for known in (
        [o.score for o in objectives if o.score is not None],
        [o.first_score for o in objectives if o.first_score is not None],
    ):
        if known:
            yield sum(known) / len(known)


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
    for counts in message_counts(arc):
        yield from counts
    yield len(arc.artefacts)
    yield len({a.artefact_id for a in arc.artefacts})
    yield from (a.revision for a in arc.artefacts)
    for kind in {a.kind for a in arc.artefacts}:
        yield sum(a.kind == kind for a in arc.artefacts)
    for stage in arc.stages:
        yield sum(a.stage_id == stage.stage_id for a in arc.artefacts)
    yield sum(len(a.text.split()) for a in arc.artefacts)


def message_counts(arc: Arc) -> Iterator[list[float]]:
    """Yield the counts of all messages and of each thread, whole and stage by stage."""
    for thread in (arc.messages, *(arc.thread(p.persona_id) for p in arc.trigger.personas)):
        for stage_id in (None, *(s.stage_id for s in arc.stages)):
            part = [m for m in thread if stage_id in (None, m.stage_id)]
            own = sum(m.sender == "user" for m in part)
            yield [len(part), own, len(part) - own]
