"""Moves: where prose says that scores went from one figure to another, they went in that order.

That .90 and .40 each stand in some table does not make "your scores went from .90 to .40" true.
Read are the clauses of English prose that speak of scores and set two figures one after the other.
The first must be a score, or a mean, of something that was over before what the second is of began:
an objective, a stage, the first or last stages, a half of the objectives, of the run or of a
dimension; or they are the first and the last score of one objective.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from consumer.arc import Arc
from consumer.assembly.bindings import clauses_of, is_said, scores_said
from consumer.assembly.figures import groups_of
from schemas.events import ObjectiveRolledUp

_SCORED: Final = re.compile(r"\b(?:scor\w+|results?|marks?|means?|average\w*)\b", re.IGNORECASE)
# "With scores from .60 to .90" is a range.
_MOVED: Final = re.compile(
    r"\b(?:went|go(?:es|ing)?|rose|rise[sn]?|rising|fell|fall(?:s|en|ing)?|climbed|dropped|moved|grew|"
    r"slipped|sank|slid|improved|declined|brought|took|lifted|raised|came|reached|held|then)\b",
    re.IGNORECASE,
)
# What else is measured and has figures like a score's.
_MEASURED: Final = re.compile(
    r"\b(?:time|pace|hints?|shares?|rates?|ratios?|sentences?|questions?|ratings?)\b", re.IGNORECASE
)
_FIGURE: Final = r"(?:[01][.,]|\.)\d{1,3}(?![\w%])(?! ?%)"
_MOVE: Final = re.compile(
    rf"\bfrom (?:[a-z]+ ){{0,5}}(?P<before>{_FIGURE})[^.;:!?]{{0,60}}? to (?:[a-z]+ ){{0,5}}"
    rf"(?P<after>{_FIGURE})|"
    rf"(?P<earlier>{_FIGURE}),? (?:and )?then (?P<later>{_FIGURE})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Span:
    """Scores of something, or their mean, and which objectives it reaches over, in their order."""

    score: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Moves:
    """What scores there are along a run, and between which two an objective was tried again."""

    spans: tuple[Span, ...]
    retried: tuple[tuple[float, float], ...]

    def faults(self, text: str) -> Iterator[str]:
        """Name what `text` says that went from one score to another and did not."""
        for clause in clauses_of(text):
            if _MEASURED.search(clause) or not (_SCORED.search(clause) and _MOVED.search(clause)):
                continue
            for match in _MOVE.finditer(clause):
                before = scores_said(match.group("before") or match.group("earlier"))
                after = scores_said(match.group("after") or match.group("later"))
                if not self._holds(before, after):
                    yield "it says that scores went from one figure to another, and they did not"

    def _holds(
        self, before: Sequence[tuple[float, float]], after: Sequence[tuple[float, float]]
    ) -> bool:
        if any(is_said((a,), before) and is_said((b,), after) for a, b in self.retried):
            return True
        over = min((s.last for s in self.spans if is_said((s.score,), before)), default=None)
        begun = max((s.first for s in self.spans if is_said((s.score,), after)), default=None)
        return over is not None and begun is not None and over < begun


def index_moves(arc: Arc) -> Moves:
    """Collect an arc's scores in their order once."""
    place = {id(o): number for number, o in enumerate(arc.objectives)}
    groups = [*groups_of(arc), *_dimensions_parts(arc), *((o,) for o in arc.objectives)]
    return Moves(
        spans=tuple(
            Span(fmean(known), place[id(group[0])], place[id(group[-1])])
            for group in groups
            for known in _known(group)
            if known
        ),
        retried=tuple(
            (o.first_score, o.score)
            for o in arc.objectives
            if o.first_score is not None and o.score is not None
        ),
    )


def _dimensions_parts(arc: Arc) -> Iterator[tuple[ObjectiveRolledUp, ...]]:
    """Yield what exercises each dimension in the first and in the last stages."""
    order = [stage.stage_id for stage in arc.stages]
    for dimension in arc.trigger.xp.dimensions:
        its = [o for o in arc.objectives if dimension.dimension_id in o.dimension_ids]
        for cut in range(1, len(order)):
            yield tuple(o for o in its if o.stage_id in order[:cut])
            yield tuple(o for o in its if o.stage_id in order[cut:])


def _known(objectives: Sequence[ObjectiveRolledUp]) -> tuple[list[float], list[float]]:
    lasts = [o.score for o in objectives if o.score is not None]
    return lasts, [o.first_score for o in objectives if o.first_score is not None]
