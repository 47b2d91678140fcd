"""Facts: all that the checks of one arc share, built once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consumer.arc import Arc
from consumer.assembly.assertions import ScoresMoved, assertion_faults, scores_moved
from consumer.assembly.bindings import Bindings, index_bindings
from consumer.assembly.figures import Figures, index_figures
from consumer.assembly.folding import find_words, fold
from consumer.assembly.function_words import is_in_another
from consumer.assembly.grams import Gram, grams_of
from consumer.assembly.grounding import Sources, index_sources, is_long_enough
from consumer.assembly.judgements import judgement_faults
from consumer.assembly.markup import has_markup
from consumer.assembly.moves import Moves, index_moves
from consumer.assembly.overall import Overall, index_overall
from consumer.assembly.pairs import Pairs, index_pairs
from consumer.assembly.places import other_names, stages_named
from consumer.assembly.prose import STOPS, marked_words
from consumer.assembly.quantifiers import counts_without_figures, says_every_stage, says_repeatedly
from consumer.assembly.quotations import Quotations, index_quotations
from consumer.assembly.scripts import mixes_scripts
from consumer.signals.claims import claims
from schemas.review import MAX_EVIDENCE, Evidence, Reviewer, Signal

# A word that runs into digits: a name where the run's texts have it, else a number in disguise.
_CODE = re.compile(r"(?<![\w.,])[A-Za-zÀ-ɏ_]+-?\d[\w.,]*(?<![.,])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One arc, its signals, and what may be cited or said of them.

    `claims` are the signals that may bear a pattern, the best supported and most useful first.
    """

    arc: Arc
    signals: tuple[Signal, ...]
    reviewer: Reviewer
    language: str
    claims: tuple[Signal, ...]
    sources: Sources
    figures: Figures
    pairs: Pairs
    bindings: Bindings
    overall: Overall
    moves: Moves
    quotations: Quotations
    names: tuple[str, ...]
    others: frozenset[str]
    spoken: frozenset[Gram]
    scores: ScoresMoved | None

    def prose_faults(
        self,
        text: str,
        evidence: Sequence[Evidence] | None = None,
        *,
        persona_id: str | None = None,
    ) -> tuple[str, ...]:
        """Name what `text` says that cannot be verified: quotations, trends, judgements, numbers.

        And whether it says it in another language than the review's, or of a stage that its
        evidence is not of. `persona_id` is who speaks, in a perspective.

        Quoted words must stand in one of the cited sources (any source where `evidence` is None),
        and be of whom the prose says they are, or be a name of the run. Names and verified quotes
        are masked before numbers are read; a quote of a few words could be picked to smuggle a
        number in, so its numbers are read.
        """
        faults: list[str] = []
        masked = text
        for marked in marked_words(text):
            fault = self.quotations.fault(text, marked, evidence, persona_id)
            if fault:
                faults.append(fault)
            elif is_long_enough(fold(marked.words)):
                masked = masked.replace(marked.words, " ")
        for name in self.names:
            masked = _without(masked, name)
        plain = self._unquoted(text)
        if is_in_another(plain, self.language):
            faults.append(f"it is not written in the language {self.language!r}")
        if mixes_scripts(plain):
            faults.append("a word of it mixes letters of two scripts")
        if has_markup(plain):
            faults.append("it has markup or a link: write plain text")
        faults += judgement_faults(plain)
        faults += assertion_faults(plain, self.claims, scores=self.scores)
        if self.reviewer == "model":  # the rules count what they say of stages and of how often
            faults += self._model_faults(text, plain, evidence)
        if any(gram in self.spoken for gram in grams_of(masked)):
            faults.append("it says words of a message or text as its own: quote them or leave them")
        wrong = [
            *self.figures.unverified(masked, self.language),
            *(code for code in _CODE.findall(masked) if not self._is_written(code)),
        ]
        faults += _in_no_table(tuple(dict.fromkeys(wrong)))
        unmatched = self.pairs.unverified(masked, self.language)
        faults += [f"“{pair}” are two numbers of different tables" for pair in unmatched]
        return tuple(dict.fromkeys(faults))

    def _unquoted(self, text: str) -> str:
        """Return a text without its quotations and the run's names; expressions in marks stay."""
        for marked in reversed(list(marked_words(text))):
            if marked.is_quotation:
                text = f"{text[: marked.start]}{text[marked.end :]}"
        for name in self.names:
            text = _without(text, name)
        return text

    def _model_faults(
        self, text: str, plain: str, evidence: Sequence[Evidence] | None
    ) -> Iterator[str]:
        """Hold a model to the record in what it says of stages, beside names, and of how often."""
        if counts_without_figures(plain):
            yield "it says always, never, most or all of something: say how many of how many"
        shown = None if evidence is None else {item.stage_id for item in evidence}
        if says_every_stage(plain) and (
            shown is None or len(shown) < min(len(self.arc.stages), MAX_EVIDENCE)
        ):
            yield "it speaks of every stage: its evidence must lie in every stage"
        yield from self.bindings.faults(text)
        yield from self.overall.faults(text)
        yield from self.moves.faults(text)
        if evidence is not None and len(evidence) < 2 and says_repeatedly(plain):
            yield "it says that something happened repeatedly: cite two places"
        if shown is not None and not stages_named(text, self.arc, self.others) <= shown:
            yield "it names a stage that none of its evidence is of"

    def _is_written(self, code: str) -> bool:
        """Tell whether a word with digits in it ("Q3", "v2") stands in the run's own texts."""
        return any(
            find_words(t.text, fold(code)) is not None for s in self.sources for t in s.texts
        )


def facts_of(arc: Arc, signals: Sequence[Signal], *, reviewer: Reviewer = "model") -> Facts:
    """Index an arc and its signals; the work is linear in the arc's text.

    Rules write English in words of their own, which nobody may silence by writing them first; a
    model writes in the run's language, and what it repeats of a text may be what that text ordered.
    """
    sources, names = index_sources(arc), _names_of(arc, signals)
    return Facts(
        arc=arc,
        signals=tuple(signals),
        reviewer=reviewer,
        claims=claims(arc, signals),
        language="en" if reviewer == "rules" else arc.trigger.language,
        sources=sources,
        figures=index_figures(arc, signals),
        pairs=index_pairs(arc, signals),
        bindings=index_bindings(arc, signals),
        overall=index_overall(arc, names),
        moves=index_moves(arc),
        quotations=index_quotations(arc, sources, names),
        names=names,
        others=frozenset(other_names(arc)),
        scores=scores_moved(arc),
        spoken=frozenset() if reviewer == "rules" else _spoken(sources, names),
    )


def _in_no_table(numbers: Sequence[str]) -> Iterator[str]:
    if len(numbers) == 1:
        yield f"the number {numbers[0]} is in no table"
    elif numbers:
        told = f"{', '.join(numbers[:-1])} and {numbers[-1]}"
        yield f"the numbers {told} are in no table"


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
    names = {
        *(objective.objective_id for objective in arc.objectives),
        *(signal.unit for signal in signals),
        trigger.scenario.title,
        *(stage.title for stage in trigger.stages),
        *(persona.name for persona in trigger.personas),
        *(persona.role for persona in trigger.personas),
        *(dimension.title for dimension in trigger.xp.dimensions),
        *(objective.title for objective in arc.objectives),
        *arc.issue_kinds,
        *(kind.replace("_", " ") for kind in arc.issue_kinds),
        *(kind.replace("_", " ").replace("-", " ") for kind in arc.issue_kinds),
    }
    # In the middle of a sentence a title stands without the stop that ends it.
    names |= {name.strip(STOPS) for name in names}
    # A bare number as a name would hide every such number in the prose.
    real = {name for name in names if any(c.isalpha() for c in name)}
    return tuple(sorted(real, key=lambda name: (-len(name), name)))
