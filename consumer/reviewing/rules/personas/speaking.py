"""Speaking: one draft for each persona that has a thread."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from consumer.drafts import Citation, PerspectiveDraft
from consumer.reviewing.rules.citing import cite, cite_message
from consumer.reviewing.rules.personas import manager, neutral, partner, senior_peer
from consumer.reviewing.rules.personas.thread import Thread, thread_of
from consumer.reviewing.rules.reading import Reading
from consumer.reviewing.rules.sticking import lowest

Speech = tuple[str, list[str]]


@dataclass(frozen=True, slots=True)
class _Manner:
    """What a role listens for in the thread, and how it speaks of it."""

    listens_for: re.Pattern[str]
    speak: Callable[[Thread], Speech]
    alone: Callable[[Thread], str]
    asks: tuple[str, ...]


_MANNERS: Final[Mapping[str, _Manner]] = {
    "manager": _Manner(manager.LISTENS_FOR, manager.speak, manager.alone, manager.ASKS),
    "senior_peer": _Manner(
        senior_peer.LISTENS_FOR, senior_peer.speak, senior_peer.alone, senior_peer.ASKS
    ),
    "cross_functional_partner": _Manner(
        partner.LISTENS_FOR, partner.speak, partner.alone, partner.ASKS
    ),
}
_ANY_ROLE: Final = _Manner(neutral.LISTENS_FOR, neutral.speak, neutral.alone, neutral.ASKS)
# "senior_peer_2" is a second one of that role.
_NUMBERED: Final = re.compile(r"[_ -]*\d+\Z")


def perspectives_of(reading: Reading) -> dict[str, PerspectiveDraft | None]:
    """Let each persona speak in whose thread anything visible was said."""
    before: Counter[_Manner] = Counter()
    drafts: dict[str, PerspectiveDraft | None] = {}
    for persona in reading.arc.trigger.personas:
        role = _NUMBERED.sub("", persona.role.strip().casefold().replace(" ", "_"))
        manner = _MANNERS.get(role, _ANY_ROLE)
        variant = reading.seed + before[manner]
        before[manner] += 1
        thread = thread_of(reading, persona, listens_for=manner.listens_for, variant=variant)
        if thread is not None:
            drafts[persona.persona_id] = _draft(reading, thread, manner)
    return drafts


def _draft(reading: Reading, thread: Thread, manner: _Manner) -> PerspectiveDraft:
    opening, sentences = manner.speak(thread)
    extra: list[Citation] = []
    asked = thread.open_question()
    if asked is not None:
        extra.append(cite_message(asked.message, asked.text))
    if not thread.own:
        sentences = [manner.alone(thread)]
    asks = bool(thread.own) and thread.voice.asks and asked is None
    closing = thread.choose(*manner.asks) if asks else ""
    text = thread.standing([opening, *sentences], closing=closing, extra=tuple(extra))
    shown = [c for c in extra if c.quote and c.quote in text]
    low = lowest(reading)
    if low is not None and low.title and low.title in text:
        shown.append(cite(low))
    return PerspectiveDraft(text=text, evidence=(*thread.citations, *shown))
