"""Grounding: a citation becomes evidence only where its quote stands in the cited source.

Matching is exact after folding (see `folding`); there is no fuzzy acceptance, because a fuzzy
match can turn "was not a student" into "was a student". For the same reason a quote must begin
and end between words: "able to finish" does not stand in "unable to finish".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from consumer.arc import Arc
from consumer.assembly.codes import codes_of
from consumer.assembly.folding import Folded, find_words, fold, fold_with_map, is_spaceless
from consumer.assembly.grams import Gram, grams_of
from consumer.assembly.naming import shown_id
from consumer.assembly.proper_names import capitalised_words_of
from consumer.drafts import Citation
from schemas.review import MAX_QUOTE_CHARACTERS, Evidence, Source

MINIMUM_WORDS = 6
MINIMUM_CHARACTERS = 6
# A quote that begins right after one of these says the opposite of its source.
_NEGATED = re.compile(
    r"(?:\b(?:not|never|cannot|nor|without|nicht|nie|niemals|kein(?:e|en|er|em|es)?|ohne|jamais|"
    r"nunca|jamás|mai|nooit|niet|geen)|n['’]t) $|(?:不|没|沒|没有|未|لم|لن|ليس) ?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a citation does not count; `reason` names ids, never the learner's words."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class SourceText:
    """One citable source; `texts` are its separately quotable parts.

    `persona_id` is a message's thread; `by_learner` tells who wrote it (an objective: nobody).
    """

    source: Source
    source_id: str
    revision: int | None
    stage_id: str
    persona_id: str | None
    by_learner: bool
    texts: tuple[Folded, ...]

    @cached_property
    def grams(self) -> frozenset[Gram]:
        """Return the runs of words in it."""
        return frozenset(gram for text in self.texts for gram in grams_of(text.text))

    @cached_property
    def codes(self) -> frozenset[str]:
        """Return the words in it that name one thing only."""
        return frozenset(code for text in self.texts for code in codes_of(text.text))

    @cached_property
    def capitals(self) -> frozenset[str]:
        """Return the words in it that begin with a capital."""
        return frozenset(w for text in self.texts for w in capitalised_words_of(text.text))


@dataclass(frozen=True, slots=True)
class Sources:
    """An arc's citable sources, built once an arc by `index_sources`."""

    by_id: Mapping[tuple[Source, str], tuple[SourceText, ...]]

    def __iter__(self) -> Iterator[SourceText]:
        for versions in self.by_id.values():
            yield from versions

    def find(self, citation: Citation | Evidence) -> tuple[SourceText, ...]:
        """Return the cited source's versions, the latest first; none where it does not exist.

        A revision only tells an artefact's versions apart; elsewhere it is ignored.
        """
        versions = self.by_id.get((citation.source, citation.source_id), ())
        if citation.source != "artefact" or citation.revision is None:
            return versions
        return tuple(v for v in versions if v.revision == citation.revision)

    def others_said(self, quote: str) -> bool:
        """Tell whether a persona's message or an objective holds these words.

        A learner's text may hold words copied from there; they are no evidence of the learner's
        own writing.
        """
        wanted = fold(quote)
        return any(
            wanted in text.text for source in self if not source.by_learner for text in source.texts
        )


def index_sources(arc: Arc) -> Sources:
    """Fold every citable text of `arc` once."""
    by_id: dict[tuple[Source, str], tuple[SourceText, ...]] = {}
    for source in _sources_of(arc):
        key = (source.source, source.source_id)
        versions = (*by_id.get(key, ()), source)
        by_id[key] = tuple(sorted(versions, key=lambda v: -(v.revision or 0)))
    return Sources(by_id)


def ground(citation: Citation, sources: Sources) -> Evidence | Rejection:
    """Look a citation up in its source and copy the source's own words.

    A quote needs at least six words (six characters in scripts without spaces) or must be a whole
    text; only an objective may be cited without one. A quote longer than the contract's 1,000
    characters is cut at a word.
    """
    versions = sources.find(citation)
    known = [version.source_id for version in versions]
    name = f"{citation.source} {shown_id(citation.source_id, known)}"
    if not versions:
        revision = "" if citation.revision is None else f" revision {citation.revision}"
        return Rejection(f"{name}{revision} does not exist in this run")
    wanted = fold(citation.quote) if citation.quote is not None else ""
    if not wanted:
        if citation.source != "objective":
            return Rejection(f"{name} needs a verbatim quote")
        return _evidence(versions[0], None)
    return _look_up(wanted, versions, name)


def _look_up(wanted: str, versions: Sequence[SourceText], name: str) -> Evidence | Rejection:
    whole = any(text.text == wanted for version in versions for text in version.texts)
    if not whole and not is_long_enough(wanted):
        return Rejection(f"the quote of {name} is shorter than six words and not the whole text")
    for version in versions:
        for text in version.texts:
            start = find_words(text.text, wanted)
            if start is not None:
                if _NEGATED.search(text.text[:start]):
                    return Rejection(f"the quote of {name} leaves out the negation before it")
                return _evidence(version, _bounded(text, start, start + len(wanted)))
    return Rejection(f"the quote of {name} does not stand there word for word")


def opening_quote(source: SourceText) -> Evidence | None:
    """Quote a source from its beginning, up to 200 characters; None where it has no words."""
    for text in source.texts:
        if text.text:
            quote = _cut_to_words(text, 0, len(text.text), limit=200)
            return _evidence(source, quote)
    return None


def _sources_of(arc: Arc) -> Iterator[SourceText]:
    for objective in arc.objectives:
        parts = (objective.title, objective.feedback or "", *(i.note for i in objective.issues))
        yield SourceText(
            source="objective",
            source_id=objective.objective_id,
            revision=None,
            stage_id=objective.stage_id,
            persona_id=None,
            by_learner=False,
            texts=tuple(fold_with_map(part) for part in parts if part.strip()),
        )
    for message in arc.messages:
        yield SourceText(
            source="message",
            source_id=message.message_id,
            revision=None,
            stage_id=message.stage_id,
            persona_id=message.persona_id,
            by_learner=message.sender == "user",
            texts=(fold_with_map(message.text),),
        )
    for artefact in arc.artefacts:
        yield SourceText(
            source="artefact",
            source_id=artefact.artefact_id,
            revision=artefact.revision,
            stage_id=artefact.stage_id,
            persona_id=None,
            by_learner=True,
            texts=(fold_with_map(artefact.text),),
        )


def _evidence(source: SourceText, quote: str | None) -> Evidence:
    return Evidence(
        source=source.source,
        source_id=source.source_id,
        revision=source.revision,
        stage_id=source.stage_id,
        quote=quote,
    )


def is_long_enough(folded: str) -> bool:
    """Tell whether a quote is six words or more, or six characters of a spaceless script."""
    words = sum(any(c.isalnum() for c in word) for word in folded.split())
    return words >= MINIMUM_WORDS or sum(map(is_spaceless, folded)) >= MINIMUM_CHARACTERS


def _bounded(text: Folded, start: int, end: int) -> str:
    return _cut_to_words(text, start, end, limit=MAX_QUOTE_CHARACTERS)


def _cut_to_words(text: Folded, start: int, end: int, *, limit: int) -> str:
    """Copy the source's words, at most `limit` characters, never fewer than six words."""
    while len(copied := text.copy(start, end)) > limit:
        over = len(copied) - limit
        shorter = text.text.rfind(" ", start, max(start + 1, end - max(over // 2, 1)))
        if shorter <= start or not is_long_enough(text.text[start:shorter]):
            # A text of very long words: the contract's bound still holds, cut inside a word.
            return copied[:MAX_QUOTE_CHARACTERS]
        end = shorter
    return copied
