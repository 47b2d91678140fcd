"""Facts: all that the checks of one arc share, built once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from consumer.arc import Arc
from consumer.assembly.figures import Figures, index_figures
from consumer.assembly.folding import fold
from consumer.assembly.grounding import Sources, SourceText, index_sources
from consumer.assembly.prose import quoted_spans
from schemas.review import Evidence, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One arc, its signals, and what may be cited or said of them."""

    arc: Arc
    signals: tuple[Signal, ...]
    sources: Sources
    figures: Figures
    names: tuple[str, ...]

    def prose_faults(
        self, text: str, evidence: Sequence[Evidence] | None = None
    ) -> tuple[str, ...]:
        """Name what `text` says that cannot be verified: words in quotation marks, numbers.

        Quoted words must stand in one of the cited sources (any source where `evidence` is None)
        or be a name of the run. Names and verified quotes are masked before numbers are read.
        """
        faults: list[str] = []
        masked = text
        for span in quoted_spans(text):
            if self._says(span, evidence):
                masked = masked.replace(span, " ")
            else:
                faults.append("words in quotation marks do not stand in a cited source")
        for name in self.names:
            masked = masked.replace(name, " ")
        wrong = self.figures.unverified(masked)
        faults += [f"the number {n} is in no table" for n in dict.fromkeys(wrong)]
        return tuple(dict.fromkeys(faults))

    def _says(self, span: str, evidence: Sequence[Evidence] | None) -> bool:
        wanted = fold(span)
        if any(wanted == fold(name) for name in self.names):
            return True
        return any(wanted in text.text for s in self._cited(evidence) for text in s.texts)

    def _cited(self, evidence: Sequence[Evidence] | None) -> Iterable[SourceText]:
        if evidence is None:
            return self.sources
        return (source for item in evidence for source in self.sources.find(item))


def facts_of(arc: Arc, signals: Sequence[Signal]) -> Facts:
    """Index an arc and its signals; the work is linear in the arc's text."""
    return Facts(
        arc=arc,
        signals=tuple(signals),
        sources=index_sources(arc),
        figures=index_figures(arc, signals),
        names=_names_of(arc),
    )


def _names_of(arc: Arc) -> tuple[str, ...]:
    """Return the run's own names, the longest first, so that a part never masks the whole."""
    trigger = arc.trigger
    kinds = {issue.kind for o in arc.objectives for issue in o.issues}
    names = {
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
