"""Perspectives: each persona speaks from its own thread and the shared facts, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consumer.assembly.codes import codes_of
from consumer.assembly.facts import Facts
from consumer.assembly.folding import fold
from consumer.assembly.grams import Gram, grams_of
from consumer.assembly.grounding import Rejection, SourceText, ground, is_long_enough, opening_quote
from consumer.assembly.items import Faults, ground_all, statement
from consumer.assembly.proper_names import proper_names_of, tells_names
from consumer.assembly.prose import STOPS, clean, cut, marked_words, sentences
from consumer.drafts import Citation, PerspectiveDraft, ReviewDraft
from schemas.events import Persona
from schemas.review import MAX_EVIDENCE, MAX_STATEMENT_CHARACTERS, Evidence, Perspective

MAX_ADDED_QUOTE = 240
_MARKS = (("“", "”"), ("«", "»"), ("「", "」"))


@dataclass(frozen=True, slots=True)
class View:
    """A persona's checked text and its evidence."""

    text: str
    evidence: tuple[Evidence, ...]


def perspectives_of(draft: ReviewDraft, facts: Facts) -> tuple[Perspective, ...]:
    """Give each persona its view, in the order of the event."""
    return tuple(_perspective(p, draft, facts) for p in facts.arc.trigger.personas)


def check_perspective(draft: PerspectiveDraft, facts: Facts, *, persona_id: str) -> View | Faults:
    """Check one persona's view: its own thread and the objectives, and no one else's words.

    A text without a quotation of its own thread gets one from its evidence, copied by code.
    """
    text = statement(draft.text)
    found, faults = _own_evidence(draft, facts, persona_id)
    if not text:
        faults = ("the text is empty", *faults)
    if leaks(text, facts, persona_id=persona_id):
        faults = (*faults, "it holds words that this persona never saw")
    faults = (*faults, *facts.prose_faults(text, found, persona_id=persona_id))
    if faults:
        return tuple(dict.fromkeys(faults))
    return View(_quoting(text, found), found)


def salvaged(draft: PerspectiveDraft, facts: Facts, *, persona_id: str) -> View | Faults:
    """Check a view without its sentences that cannot be verified; one that leaks is lost whole."""
    found, _ = _own_evidence(draft, facts, persona_id)
    text = statement(draft.text)
    kept = [s for s in sentences(text) if not facts.prose_faults(s, found, persona_id=persona_id)]
    if leaks(text, facts, persona_id=persona_id) or not kept:
        return ("nothing of it stands",)
    own = tuple(c for c in draft.evidence if not _strays(c, facts, persona_id))
    shorter = PerspectiveDraft(text=" ".join(kept), evidence=own)
    return check_perspective(shorter, facts, persona_id=persona_id)


def by_own_words(draft: PerspectiveDraft, facts: Facts, *, persona_id: str) -> View | Faults:
    """Check a view that code wrote.

    Its words outside quotations are the rules' own. Whoever writes those same words into another
    thread must not take them out of this persona's mouth: they are no leak.
    """
    text = statement(draft.text)
    found, faults = _own_evidence(draft, facts, persona_id)
    faults = (*faults, *facts.prose_faults(text, found, persona_id=persona_id))
    return faults or View(_quoting(text, found), found)


def _own_evidence(
    draft: PerspectiveDraft, facts: Facts, persona_id: str
) -> tuple[tuple[Evidence, ...], Faults]:
    """Return the evidence that this persona may point to, its own thread first, and the faults."""
    found = ground_all(draft.evidence, facts)
    own = [e for e in found.evidence if _is_own(e, facts, persona_id)]
    strays = [e for e in found.evidence if e not in own]
    faults = [
        *found.faults,
        *(f"{e.source} {e.source_id!r} is not known to this persona" for e in strays),
    ]
    own.sort(key=lambda e: e.source != "message")  # stable: own words first, never cut
    if not any(e.source == "message" for e in own):
        faults.append("it must quote a message of its own thread")
    return tuple(own[:MAX_EVIDENCE]), tuple(faults)


def _strays(citation: Citation, facts: Facts, persona_id: str) -> bool:
    found = ground(citation, facts.sources)
    return isinstance(found, Rejection) or not _is_own(found, facts, persona_id)


def _quoting(text: str, evidence: Sequence[Evidence]) -> str:
    """Let a text quote its own thread: as it does by itself, else by the first words it cites."""
    said = [e.quote for e in evidence if e.source == "message" and e.quote]
    whole = [fold(quote) for quote in said]
    # Marked words come without their stops.
    bare = [words.strip(STOPS) for words in whole]
    spans = [fold(marked.words) for marked in marked_words(text)]
    if any(s in bare or (is_long_enough(s) and any(s in w for w in whole)) for s in spans):
        return text
    words = cut(clean(said[0]), MAX_ADDED_QUOTE).removesuffix("…")
    opening, closing = next((m for m in _MARKS if not set(m) & set(words)), _MARKS[0])
    added = f" {opening}{words}{closing}"
    return f"{cut(text, MAX_STATEMENT_CHARACTERS - len(added))}{added}"


def leaks(text: str, facts: Facts, *, persona_id: str) -> bool:
    """Tell whether `text` holds a run of words, a code or a name that only others' threads hold.

    Others' threads and the artefacts are secret to a persona; its own thread, the objectives and
    the trigger are not.
    """
    spoken_grams, spoken_codes = set(grams_of(text)), set(codes_of(text))
    spoken_names = set(proper_names_of(text)) if tells_names(facts.language) else set()
    hidden_grams: set[Gram] = set()
    hidden_codes: set[str] = set()
    hidden_names: set[str] = set()
    for source in facts.sources:
        if not _may_know(source, persona_id):
            hidden_grams |= source.grams & spoken_grams
            hidden_codes |= source.codes & spoken_codes
            if spoken_names:
                hidden_names |= source.capitals & spoken_names
    if not hidden_grams and not hidden_codes and not hidden_names:
        return False
    known = list(_known(facts, persona_id))
    hidden_grams.difference_update(*map(grams_of, known))
    hidden_codes.difference_update(*map(codes_of, known))
    said = "\n".join(fold(one).casefold() for one in known)
    return bool(hidden_grams or hidden_codes) or any(name not in said for name in hidden_names)


def _perspective(persona: Persona, draft: ReviewDraft, facts: Facts) -> Perspective:
    thread = facts.arc.thread(persona.persona_id)
    proposed = draft.perspectives.get(persona.persona_id)
    # Of messages without a single visible character no view could quote a word.
    if not any(clean(message.text) for message in thread):
        return _silent(persona, "no_conversation")
    if proposed is not None:
        checks = (by_own_words,) if draft.reviewer == "rules" else (check_perspective, salvaged)
        for check in checks:
            checked = check(proposed, facts, persona_id=persona.persona_id)
            if isinstance(checked, View):
                return _given(persona, checked.text, checked.evidence)
    if draft.reviewer == "model":
        return _silent(persona, "unavailable")
    return _by_code(persona, facts)


def _by_code(persona: Persona, facts: Facts) -> Perspective:
    """Let a rules review say the least that is true: what was said, in the thread's own words."""
    own = [s for s in facts.sources if s.persona_id == persona.persona_id]
    # The learner's longest message says most; a thread may hold the persona's words only.
    own.sort(key=lambda s: (not s.by_learner, -len(s.texts[0].text), s.source_id))
    openings = [(e, s) for s in own if (e := opening_quote(s)) is not None]
    fitting = (e for e, s in openings if _is_whole_or_long(e.quote or "", s))
    opening = next(fitting, openings[0][0])
    text = "We talked in this run, and I can point to one thing that was said between us."
    return _given(persona, _quoting(text, (opening,)), (opening,))


def _is_whole_or_long(quote: str, source: SourceText) -> bool:
    """Tell a quote from a piece of a single word that is too long for one."""
    return is_long_enough(fold(quote)) or fold(quote) == source.texts[0].text


def _given(persona: Persona, text: str, evidence: tuple[Evidence, ...]) -> Perspective:
    return Perspective(
        persona_id=persona.persona_id,
        name=persona.name,
        role=persona.role,
        status="given",
        text=text,
        evidence=evidence,
    )


def _silent(persona: Persona, status: str) -> Perspective:
    return Perspective(
        persona_id=persona.persona_id,
        name=persona.name,
        role=persona.role,
        status="unavailable" if status == "unavailable" else "no_conversation",
        text=None,
        evidence=(),
    )


def _is_own(item: Evidence, facts: Facts, persona_id: str) -> bool:
    if item.source == "message":
        return all(s.persona_id == persona_id for s in facts.sources.find(item))
    return item.source == "objective"


def _may_know(source: SourceText, persona_id: str) -> bool:
    return source.source == "objective" or source.persona_id == persona_id


def _known(facts: Facts, persona_id: str) -> Iterator[str]:
    trigger = facts.arc.trigger
    yield trigger.scenario.brief or ""
    yield from facts.names
    yield from (p.voice for p in trigger.personas if p.persona_id == persona_id)
    for source in facts.sources:
        if _may_know(source, persona_id):
            yield from (text.text for text in source.texts)
