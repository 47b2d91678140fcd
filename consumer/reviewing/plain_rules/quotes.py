"""Choosing what to quote: the learner's own words where they say most, cut at a word."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from consumer.drafts import Citation
from schemas.events import ArtefactSubmitted, ConversationMessage, ObjectiveRolledUp

MINIMUM_WORDS: Final = 6
WHOLE_WORDS: Final = 45
CUT_WORDS: Final = 32
MAX_CHARACTERS: Final = 900
# Words that carry a decision, a reason, a promise or a figure: what a reader can hold on to.
_TELLING: Final = re.compile(
    r"\b(because|so that|decided?|decision|by (?:monday|tuesday|wednesday|thursday|friday|noon|"
    r"tomorrow)|checked|tested|measured|compared|confirm\w*|assum\w*|risk\w*|instead|next|plan\w*|"
    r"will|think|should|need|why|whether|if)\b|\d",
    re.IGNORECASE,
)
_FILLER: Final = re.compile(r"\b(uh|um|mm|hmm|yeah|okay|yep|mm-hmm|like)\b", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")


def words_of(text: str) -> int:
    """Return how many white-space separated words a text has."""
    return len(text.split())


def weight_of(text: str) -> float:
    """Return how much a text says: words that tell, less words that fill, longer counts more."""
    words = words_of(text)
    telling, filling = len(_TELLING.findall(text)), len(_FILLER.findall(text))
    return min(words, 40) / 10 + 1.5 * min(telling, 5) - 1.0 * filling


def excerpt(text: str) -> str | None:
    """Return the part of a text worth quoting, exactly as it stands there; None: too short."""
    stripped = text.strip()
    if words_of(stripped) < MINIMUM_WORDS:
        return None
    if words_of(stripped) <= WHOLE_WORDS and len(stripped) <= MAX_CHARACTERS:
        return stripped
    sentences = [s for s in _SENTENCE.split(stripped) if words_of(s) >= MINIMUM_WORDS]
    fitting = [s for s in sentences if words_of(s) <= WHOLE_WORDS and len(s) <= MAX_CHARACTERS]
    return max(fitting, key=weight_of) if fitting else _first_words(stripped)


def best_messages(
    messages: Iterable[ConversationMessage], *, most: int
) -> tuple[ConversationMessage, ...]:
    """Return the learner's messages that say most, in their own order."""
    quotable = [m for m in messages if m.sender == "user" and excerpt(m.text) is not None]
    chosen = sorted(quotable, key=lambda m: -weight_of(excerpt(m.text) or ""))[:most]
    return tuple(m for m in quotable if m in chosen)


def cite_message(message: ConversationMessage) -> Citation:
    """Return a citation of the message's most telling words."""
    return Citation(
        source="message",
        source_id=message.message_id,
        revision=None,
        quote=excerpt(message.text) or message.text,
    )


def cite_artefact(artefact: ArtefactSubmitted) -> Citation:
    """Return a citation of the artefact's most telling sentence."""
    return Citation(
        source="artefact",
        source_id=artefact.artefact_id,
        revision=artefact.revision,
        quote=excerpt(artefact.text) or artefact.text,
    )


def cite_objective(objective: ObjectiveRolledUp, *, kind: str | None = None) -> Citation:
    """Return a citation of an objective, with its note on an issue of `kind` where it has one."""
    notes = [issue.note for issue in objective.issues if issue.kind == kind and issue.note.strip()]
    return Citation(
        source="objective",
        source_id=objective.objective_id,
        revision=None,
        quote=notes[0] if notes and len(notes[0]) <= MAX_CHARACTERS else None,
    )


def spread(objectives: Sequence[ObjectiveRolledUp], *, most: int) -> tuple[ObjectiveRolledUp, ...]:
    """Return up to `most` objectives over as many stages as there are, first and last among them."""
    by_stage = list({objective.stage_id: objective for objective in objectives}.values())
    if len(by_stage) <= most:
        return tuple(by_stage)
    return (*by_stage[: most - 1], by_stage[-1])


def _first_words(text: str) -> str | None:
    found = list(re.finditer(r"\S+", text))[:CUT_WORDS]
    while found and found[-1].end() > MAX_CHARACTERS:
        found.pop()
    return text[: found[-1].end()] if len(found) >= MINIMUM_WORDS else None
