"""Quotations: do words in marks stand in a cited source, and are they of whom the prose says?"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from consumer.arc import Arc
from consumer.assembly.attribution import LEARNER, SPEAKER, is_said_outright, speaker_of
from consumer.assembly.folding import find_words, fold
from consumer.assembly.grounding import Sources, SourceText
from consumer.assembly.prose import Marked
from schemas.review import Evidence


@dataclass(frozen=True, slots=True)
class Quotations:
    """The texts of a run, its own names, and persona ids by what prose calls them."""

    sources: Sources
    names: tuple[str, ...]
    called: Mapping[str, str]

    def fault(
        self,
        text: str,
        marked: Marked,
        evidence: Sequence[Evidence] | None,
        persona_id: str | None,
    ) -> str | None:
        """Say what is wrong with words in marks of `text`, None where nothing is.

        They must stand in a source that `evidence` cites (any source where it is None) or be a name
        of the run, and be of whom the prose around them says. `persona_id` is who tells it, in a
        perspective.
        """
        before, after = text[: marked.start], text[marked.end :]
        if not marked.is_quotation and not is_said_outright(before):
            return None
        if marked.is_quotation and not self._says(marked.words, evidence):
            return "words in quotation marks do not stand in a cited source"
        speaker = speaker_of(before, after, self.called)
        if speaker is None:
            return None
        if speaker == LEARNER:
            if not self._says(marked.words, evidence, by=_by_learner):
                return "words in quotation marks are said to be the learner's and are not"
        else:
            said_by = persona_id if speaker == SPEAKER else speaker
            if not self._says(marked.words, evidence, by=lambda s: _by_persona(s, said_by)):
                return "words in quotation marks are said to be a persona's and are not"
        return None

    def _says(
        self,
        span: str,
        evidence: Sequence[Evidence] | None,
        *,
        by: Callable[[SourceText], bool] = lambda _: True,
    ) -> bool:
        """Tell whether a cited source, where wanted one of somebody's, has these words."""
        wanted = fold(span)
        if any(wanted.casefold() == fold(name).casefold() for name in self.names):
            return True
        cited = filter(by, self._cited(evidence))
        return any(find_words(t.text, wanted) is not None for s in cited for t in s.texts)

    def _cited(self, evidence: Sequence[Evidence] | None) -> Iterable[SourceText]:
        if evidence is None:
            return self.sources
        return (source for item in evidence for source in self.sources.find(item))


def index_quotations(arc: Arc, sources: Sources, names: tuple[str, ...]) -> Quotations:
    """Collect what the quotations of an arc's review are held against, once."""
    return Quotations(sources, names, _called(arc))


def _by_learner(source: SourceText) -> bool:
    return source.by_learner


def _by_persona(source: SourceText, persona_id: str | None) -> bool:
    return source.persona_id == persona_id and not source.by_learner


def _called(arc: Arc) -> Mapping[str, str]:
    """Return persona ids by the names that prose calls them by: the whole, and the first alone."""
    personas = [p for p in arc.trigger.personas if p.name.strip()]
    firsts = Counter(p.name.split()[0] for p in personas)
    called = {p.name.split()[0]: p.persona_id for p in personas if firsts[p.name.split()[0]] == 1}
    return called | {p.name: p.persona_id for p in personas}
