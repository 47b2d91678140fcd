"""Occurrence: where each issue kind had its chance, where it hit, and when it was spoken of.

A chance is an objective whose `opportunities` name the kind; where no objective of the run names
any, every objective. A hit is a chance that shows the kind, however often: tries repeated within
one objective count once. Feedback counts for a kind where `feedback_kinds` or its words name it,
or where it follows an issue of the kind.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from consumer.arc import Arc
from consumer.signals.words import is_dense
from schemas.events import ObjectiveRolledUp

_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One kind over one arc.

    All are indexes of the arc's objectives, ascending: `shown` of those that show the kind, `hits`
    of those of them that were a chance, `feedback` of those whose feedback speaks of it.
    """

    kind: str
    chances: tuple[int, ...]
    shown: tuple[int, ...]
    hits: tuple[int, ...]
    feedback: tuple[int, ...]

    @property
    def occurs(self) -> bool:
        """Tell whether the kind was seen; one that was only tested for was not."""
        return bool(self.shown)

    @property
    def after_feedback(self) -> tuple[int, ...]:
        """Return the hits after the first feedback on the kind."""
        return tuple(hit for hit in self.hits if self.feedback and hit > self.feedback[0])

    @property
    def gone_from(self) -> int | None:
        """Return the index of the first feedback after which the kind is gone; None if never."""
        if not self.hits:
            return None
        # Where it was no chance by the record but showed all the same, it was not gone.
        return next((index for index in self.feedback if index >= self.shown[-1]), None)

    def chances_after(self, index: int) -> int:
        """Return how many chances come after the objective at `index`."""
        return sum(chance > index for chance in self.chances)

    def longest_break(self) -> tuple[int, int]:
        """Return the longest run of clean chances between two that show it, and its beginning."""
        breaks = [
            (sum(first < chance < second for chance in self.chances), first)
            for first, second in pairwise(self.shown)
        ]
        return max(breaks, key=lambda one: one[0], default=(0, 0))


def occurrences(arc: Arc) -> tuple[Occurrence, ...]:
    """Return every kind that occurs or was tested for, in alphabetical order."""
    shown = [frozenset(issue.kind for issue in o.issues) for o in arc.objectives]
    named = [frozenset(o.opportunities or ()) for o in arc.objectives]
    any_named = any(named)
    texts = [f" {_words(o.feedback or '')} " for o in arc.objectives]
    found = []
    for kind in sorted(frozenset[str]().union(*shown, *named)):
        chances = tuple(
            index for index, kinds in enumerate(named) if not any_named or kind in kinds
        )
        hits = tuple(index for index in chances if kind in shown[index])
        showing = tuple(index for index, kinds in enumerate(shown) if kind in kinds)
        # A kind with one hit claims nothing, so its feedback need not be looked for.
        feedback = _feedback(arc.objectives, kind, shown, texts) if len(hits) > 1 else ()
        found.append(
            Occurrence(kind=kind, chances=chances, shown=showing, hits=hits, feedback=feedback)
        )
    return tuple(found)


def names_kind(objective: ObjectiveRolledUp, kind: str) -> bool:
    """Tell whether an objective's feedback names a kind, by its tags or in its words."""
    return kind in (objective.feedback_kinds or ()) or says_kind(objective, kind)


def says_kind(objective: ObjectiveRolledUp, kind: str) -> bool:
    """Tell whether an objective's feedback names a kind in its words."""
    return _names(f" {_words(objective.feedback or '')} ", _words(kind))


def _feedback(
    objectives: tuple[ObjectiveRolledUp, ...],
    kind: str,
    shown: list[frozenset[str]],
    texts: list[str],
) -> tuple[int, ...]:
    words = _words(kind)
    spoken = []
    for index, objective in enumerate(objectives):
        text = texts[index]
        if kind in (objective.feedback_kinds or ()) or (
            not text.isspace() and (kind in shown[index] or _names(text, words))
        ):
            spoken.append(index)
    return tuple(spoken)


def _names(text: str, words: str) -> bool:
    # Whole words, or their plural; a script without spaces does not set its words apart.
    if is_dense(words):
        return words in text
    return bool(words) and any(f" {words}{ending} " in text for ending in ("", "s", "es"))


def _words(text: str) -> str:
    return _NO_WORD.sub(" ", text).casefold().strip()
