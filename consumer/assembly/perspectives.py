"""Perspectives: each persona speaks from its own thread and the shared facts, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass

from consumer.assembly.facts import Facts
from consumer.assembly.folding import fold, is_spaceless, units_of
from consumer.assembly.grounding import opening_quote
from consumer.assembly.items import Faults, ground_all, statement
from consumer.drafts import PerspectiveDraft, ReviewDraft
from schemas.events import Persona
from schemas.review import MAX_EVIDENCE, Evidence, Perspective

# Six words in a row are never met by chance; six characters of a script without spaces can be.
GRAM_WORDS = 6
GRAM_CHARACTERS = 10


@dataclass(frozen=True, slots=True)
class View:
    """A persona's checked text and its evidence."""

    text: str
    evidence: tuple[Evidence, ...]


def perspectives_of(draft: ReviewDraft, facts: Facts) -> tuple[Perspective, ...]:
    """Give each persona its view, in the order of the event."""
    return tuple(_perspective(p, draft, facts) for p in facts.arc.trigger.personas)


def check_perspective(draft: PerspectiveDraft, facts: Facts, *, persona_id: str) -> View | Faults:
    """Check one persona's view: its own thread and the objectives, and no one else's words."""
    text = statement(draft.text)
    found = ground_all(draft.evidence, facts)
    faults = list(found.faults) if text else ["the text is empty", *found.faults]
    evidence: list[Evidence] = []
    for item in found.evidence:
        if _is_own(item, facts, persona_id):
            evidence.append(item)
        else:
            faults.append(f"{item.source} {item.source_id!r} is not known to this persona")
    evidence.sort(key=lambda e: e.source != "message")  # stable: own words first, never cut
    if not any(e.source == "message" for e in evidence):
        faults.append("it must quote a message of its own thread")
    if leaks(text, facts, persona_id=persona_id):
        faults.append("it holds words that this persona never saw")
    faults += facts.prose_faults(text, evidence)
    if faults:
        return tuple(dict.fromkeys(faults))
    return View(text, tuple(evidence[:MAX_EVIDENCE]))


def leaks(text: str, facts: Facts, *, persona_id: str) -> bool:
    """Tell whether `text` holds a run of words, or a code, that only others' threads hold.

    Others' threads and the artefacts are secret to a persona; its own thread, the objectives and
    the trigger are not.
    """
    secret, known = _secret_and_known(facts, persona_id)
    spoken_grams = set(_grams(text))
    spoken_codes = set(_codes(text))
    hidden_grams = {gram for part in secret for gram in _grams(part)} & spoken_grams
    hidden_codes = {code for part in secret for code in _codes(part)} & spoken_codes
    if not hidden_grams and not hidden_codes:
        return False
    open_grams = {gram for part in known for gram in _grams(part)}
    open_codes = {code for part in known for code in _codes(part)}
    return bool(hidden_grams - open_grams or hidden_codes - open_codes)


def _perspective(persona: Persona, draft: ReviewDraft, facts: Facts) -> Perspective:
    thread = facts.arc.thread(persona.persona_id)
    proposed = draft.perspectives.get(persona.persona_id)
    if not thread:
        return _silent(persona, "no_conversation")
    if proposed is not None:
        checked = check_perspective(proposed, facts, persona_id=persona.persona_id)
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
    opening = next((e for e in map(opening_quote, own) if e is not None), None)
    if opening is None:
        # Messages without a single visible character: nothing was said that could be quoted.
        return _silent(persona, "no_conversation")
    text = "We talked in this run, and I can point to one thing that was said between us."
    return _given(persona, text, (opening,))


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


def _secret_and_known(facts: Facts, persona_id: str) -> tuple[list[str], list[str]]:
    trigger = facts.arc.trigger
    secret: list[str] = []
    known = [
        trigger.scenario.title,
        trigger.scenario.brief or "",
        *facts.names,
        *(p.voice for p in trigger.personas if p.persona_id == persona_id),
    ]
    for source in facts.sources:
        shared = source.source == "objective" or source.persona_id == persona_id
        (known if shared else secret).extend(text.text for text in source.texts)
    return secret, known


def _grams(text: str) -> Iterator[tuple[str, ...]]:
    units = units_of(fold(text))
    for start in range(len(units) - GRAM_WORDS + 1):
        gram = units[start : start + GRAM_WORDS]
        if all(len(unit) == 1 and is_spaceless(unit) for unit in gram):
            gram = units[start : start + GRAM_CHARACTERS]
            if len(gram) < GRAM_CHARACTERS:
                continue
        yield gram


def _codes(text: str) -> Iterator[str]:
    """Yield words that name one thing only: letters with digits, of six characters or more."""
    for word in fold(text).casefold().split():
        code = word.strip(".,;:!?()[]\"'“”’")
        if len(code) >= 6 and any(map(str.isdigit, code)) and any(map(str.isalpha, code)):
            yield code
