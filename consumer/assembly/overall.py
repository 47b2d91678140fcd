"""Overall: a run's lowest, highest and mean score, and no hints at all, are so where prose says so.

"Your lowest score was .60" is a cell of some table where one objective has .60, and untrue where
another has .40. Read are the clauses of English prose that name nothing else: of the scores in one
that speaks of a lowest or highest at least one must be the run's, in one that speaks of a mean the
run's too, or, where it speaks of a part of the run or of several scores, some part's. "You took no
hints" is true of a run without any.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from consumer.arc import Arc
from consumer.assembly.bindings import clauses_of, is_said, scores_said
from consumer.assembly.figures import groups_of
from consumer.assembly.folding import find_words
from schemas.events import ObjectiveRolledUp

_OF: Final = r"\b(?:your|the)(?: \w+)?"
_LOWEST: Final = re.compile(
    rf"{_OF} (?:lowest|worst|weakest) (?:scor\w+|result|mark)\b", re.IGNORECASE
)
_HIGHEST: Final = re.compile(
    rf"{_OF} (?:highest|best|strongest|top) (?:scor\w+|result|mark)\b", re.IGNORECASE
)
_MEAN: Final = re.compile(rf"{_OF} (?:mean|average)\b|\bon average\b|\baveraged\b", re.IGNORECASE)
_NO_HINTS: Final = re.compile(
    r"\byou(?:['’]ve| have)? (?:never )?(?:took|used|needed|opened|asked for|had) "
    r"(?:no|not a single|zero) hints?\b|\byou never (?:took|used|needed|opened) an? hint\b|"
    r"\byou did(?:n['’]t| not) (?:take|use|need|open) (?:a single|any) hints?\b",
    re.IGNORECASE,
)
# What narrows a clause to a part of the run.
_PART: Final = re.compile(
    r"\b(?:first|second|third|fourth|fifth|last|final|early|earlier|late|later|hal(?:f|ves)|stages?|"
    r"part|there|here|them|these|those|this|that|where|when|with|without|before|after)\b",
    re.IGNORECASE,
)
# What else may have a lowest, a highest and a mean.
_OTHER: Final = re.compile(r"\b(?:tries|attempts?|hints?|rat(?:ed?|ings?))\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Overall:
    """The run's extremes and means, of last scores and of first ones, and its parts' means."""

    names: tuple[str, ...]
    lowest: frozenset[float]
    highest: frozenset[float]
    means: frozenset[float]
    part_means: frozenset[float]
    has_hints: bool

    def faults(self, text: str) -> Iterator[str]:
        """Name what `text` says of the run's scores as a whole and what is not so."""
        for clause in clauses_of(text):
            if any(find_words(clause, name) is not None for name in self.names):
                continue
            said, is_part = scores_said(clause), bool(_PART.search(clause))
            if self.has_hints and not is_part and _NO_HINTS.search(clause):
                yield "it says that no hint was taken: some were"
            if not said:
                continue
            is_part = is_part or bool(_OTHER.search(clause))
            for words, allowed in ((_LOWEST, self.lowest), (_HIGHEST, self.highest)):
                if not is_part and words.search(clause) and not is_said(allowed, said):
                    yield "it calls a score the lowest or highest that is not"
            means = self.part_means if is_part or len(said) > 1 else self.means
            if _MEAN.search(clause) and not is_said(means, said):
                yield "it calls a score the mean that is not"


def index_overall(arc: Arc, names: Sequence[str]) -> Overall:
    """Collect a run's extremes and means once; `names` are those of what has figures of its own."""
    whole = [known for known in _known(arc.objectives) if known]
    parts = [known for group in groups_of(arc) for known in _known(group) if known]
    return Overall(
        names=tuple(names),
        lowest=frozenset(map(min, whole)),
        highest=frozenset(map(max, whole)),
        means=frozenset(map(fmean, whole)),
        part_means=frozenset(map(fmean, parts)),
        has_hints=any(o.hints for o in arc.objectives),
    )


def _known(objectives: Sequence[ObjectiveRolledUp]) -> tuple[list[float], list[float]]:
    lasts = [o.score for o in objectives if o.score is not None]
    return lasts, [o.first_score for o in objectives if o.first_score is not None]
