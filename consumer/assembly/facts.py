"""Facts: all that the checks of one arc share, built once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consumer.arc import Arc
from consumer.assembly.assertions import assertion_faults
from consumer.assembly.figures import Figures, index_figures
from consumer.assembly.folding import find_words, fold
from consumer.assembly.function_words import is_in_another
from consumer.assembly.grams import Gram, grams_of
from consumer.assembly.grounding import Sources, SourceText, index_sources, is_long_enough
from consumer.assembly.pairs import Pairs, index_pairs
from consumer.assembly.prose import quoted_spans, without_quotations
from consumer.signals.claims import claims
from schemas.review import Evidence, Reviewer, Signal

# A word that runs into digits: a name where the run's texts have it, else a number in disguise.
_CODE = re.compile(r"(?<![\w.,])[A-Za-zÀ-ɏ_]+-?\d[\w.,]*(?<![.,])")

# "You told me in “Part 2”: “", but neither "you were told: “" nor "you never said so. “".
_YOU_SAID = re.compile(
    r"\byou(?:['’]ve| have| had| also| then| only| once)? "
    r"(?:wrote|said|told|asked|replied|answered|noted|explained|put it)\b[^.!?]*[“\"«‘'„]\s*\Z",
    re.IGNORECASE,
)
MAX_BEFORE_QUOTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One arc, its signals, and what may be cited or said of them.

    `claims` are the signals that may bear a pattern, the best supported and most useful first.
    """

    arc: Arc
    signals: tuple[Signal, ...]
    language: str
    claims: tuple[Signal, ...]
    sources: Sources
    figures: Figures
    pairs: Pairs
    names: tuple[str, ...]
    spoken: frozenset[Gram]

    def prose_faults(
        self, text: str, evidence: Sequence[Evidence] | None = None
    ) -> tuple[str, ...]:
        """Name what `text` says that cannot be verified: quotations, trends, empty praise, numbers.

        And whether it says it in another language than the review's.

        Quoted words must stand in one of the cited sources (any source where `evidence` is None)
        or be a name of the run. Names and verified quotes are masked before numbers are read; a
        quote of a few words could be picked to smuggle a number in, so its numbers are read.
        """
        faults: list[str] = []
        masked = text
        for span in quoted_spans(text):
            if not self._says(span, evidence):
                faults.append("words in quotation marks do not stand in a cited source")
            elif self._is_put_in_mouth(text, span) and not self._says(span, None, by_learner=True):
                faults.append("words in quotation marks are said to be the learner's and are not")
            elif is_long_enough(fold(span)):
                masked = masked.replace(span, " ")
        for name in self.names:
            masked = _without(masked, name)
        if is_in_another(without_quotations(masked), self.language):
            faults.append(f"it is not written in the language {self.language!r}")
        faults += assertion_faults(masked, self.claims)
        if any(gram in self.spoken for gram in grams_of(masked)):
            faults.append("it says words of a message or text as its own: quote them or leave them")
        wrong = [
            *self.figures.unverified(masked, self.language),
            *(code for code in _CODE.findall(masked) if not self._is_written(code)),
        ]
        faults += [f"the number {n} is in no table" for n in dict.fromkeys(wrong)]
        unmatched = self.pairs.unverified(masked, self.language)
        faults += [f"“{pair}” are two numbers of different tables" for pair in unmatched]
        return tuple(dict.fromkeys(faults))

    def _says(
        self, span: str, evidence: Sequence[Evidence] | None, *, by_learner: bool = False
    ) -> bool:
        """Tell whether a cited source, where wanted one of the learner's, has these words."""
        wanted = fold(span)
        if any(wanted.casefold() == fold(name).casefold() for name in self.names):
            return True
        cited = (s for s in self._cited(evidence) if s.by_learner or not by_learner)
        return any(find_words(t.text, wanted) is not None for s in cited for t in s.texts)

    def _is_put_in_mouth(self, text: str, span: str) -> bool:
        """Tell whether the prose says, in English, that the learner said these words."""
        before = text[: text.find(span)][-MAX_BEFORE_QUOTE:]
        for name in self.names:
            before = before.replace(name, "")
        return bool(_YOU_SAID.search(before))

    def _is_written(self, code: str) -> bool:
        """Tell whether a word with digits in it ("Q3", "v2") stands in the run's own texts."""
        return any(
            find_words(t.text, fold(code)) is not None for s in self.sources for t in s.texts
        )

    def _cited(self, evidence: Sequence[Evidence] | None) -> Iterable[SourceText]:
        if evidence is None:
            return self.sources
        return (source for item in evidence for source in self.sources.find(item))


def facts_of(arc: Arc, signals: Sequence[Signal], *, reviewer: Reviewer = "model") -> Facts:
    """Index an arc and its signals; the work is linear in the arc's text.

    Rules write English in words of their own, which nobody may silence by writing them first; a
    model writes in the run's language, and what it repeats of a text may be what that text ordered.
    """
    sources, names = index_sources(arc), _names_of(arc, signals)
    return Facts(
        arc=arc,
        signals=tuple(signals),
        claims=claims(arc, signals),
        language="en" if reviewer == "rules" else arc.trigger.language,
        sources=sources,
        figures=index_figures(arc, signals),
        pairs=index_pairs(arc, signals),
        names=names,
        spoken=frozenset() if reviewer == "rules" else _spoken(sources, names),
    )


def _spoken(sources: Sources, names: Sequence[str]) -> frozenset[Gram]:
    """Return the runs of words that only messages and the learner's texts hold."""
    said: set[Gram] = set()
    shared = {gram for name in names for gram in grams_of(name)}
    for source in sources:
        (shared if source.source == "objective" else said).update(source.grams)
    return frozenset(said - shared)


def _without(text: str, name: str) -> str:
    """Take a name out of a text wherever it stands between words."""
    at = find_words(text, name)
    while at is not None:
        text = f"{text[:at]} {text[at + len(name) :]}"
        at = find_words(text, name, at)
    return text


def _names_of(arc: Arc, signals: Sequence[Signal]) -> tuple[str, ...]:
    """Return the run's own names, the longest first, so that a part never masks the whole."""
    trigger = arc.trigger
    kinds = {issue.kind for o in arc.objectives for issue in o.issues}
    names = {
        *(objective.objective_id for objective in arc.objectives),
        *(signal.unit for signal in signals),
        trigger.scenario.title,
        *(stage.title for stage in trigger.stages),
        *(persona.name for persona in trigger.personas),
        *(persona.role for persona in trigger.personas),
        *(dimension.title for dimension in trigger.xp.dimensions),
        *(objective.title for objective in arc.objectives),
        *kinds,
        *(kind.replace("_", " ") for kind in kinds),
    }
    # A bare number as a name would hide every such number in the prose.
    real = {name for name in names if any(c.isalpha() for c in name)}
    return tuple(sorted(real, key=lambda name: (-len(name), name)))
