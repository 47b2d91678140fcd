"""Own texts: the learner's artefacts as far as they are the learner's, each text once.

The latest revision of each artefact. A text that stands twice counts once; so does a sentence of
six words or more that another artefact already has, and what a persona wrote does not count. A
text that hardly has other words, as one handed in again after a small change, is no new text.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from consumer.arc import Arc
from consumer.signals.words import count_words, folded, sentences
from schemas.events import ArtefactSubmitted

# Six words or more are never alike by chance; shorter sentences often are.
MIN_COPIED_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnText:
    """One artefact's latest revision, and the sentences of it that are the learner's own.

    `words` are those of its sentences, `all_words` those of the artefact.
    """

    stage_id: str
    sentences: tuple[str, ...]
    self_rating: float | None
    words: int = 0
    all_words: int = 0

    @property
    def is_new(self) -> bool:
        """Tell whether a quarter of it or more was not said before."""
        return 4 * self.words >= self.all_words

    def __bool__(self) -> bool:
        """Tell whether anything of it is the learner's own."""
        return bool(self.sentences)


def own_texts(arc: Arc) -> tuple[OwnText, ...]:
    """Return the learner's texts in the order of the stages, then of their times."""
    order = {stage.stage_id: index for index, stage in enumerate(arc.stages)}

    def place(artefact: ArtefactSubmitted) -> tuple[int, datetime, str]:
        at = order.get(artefact.stage_id, len(order))
        return at, artefact.submitted_at, artefact.artefact_id

    seen = {
        folded(part)
        for message in arc.messages
        if message.sender == "persona"
        for part in (message.text, *sentences(message.text))
    }
    kept = []
    for artefact in sorted(_latest(arc), key=place):
        text = _own(artefact, seen)
        if text:
            kept.append(text)
    return tuple(kept)


def _latest(arc: Arc) -> list[ArtefactSubmitted]:
    latest: dict[str, ArtefactSubmitted] = {}
    for artefact in arc.artefacts:
        known = latest.get(artefact.artefact_id)
        if known is None or artefact.revision > known.revision:
            latest[artefact.artefact_id] = artefact
    return list(latest.values())


def _own(artefact: ArtefactSubmitted, seen: set[str]) -> OwnText:
    """Return what is new in the artefact; what it says is seen from here on."""
    text = OwnText(stage_id=artefact.stage_id, sentences=(), self_rating=artefact.self_rating)
    whole = folded(artefact.text)
    if whole in seen:
        return text
    kept, words, all_words = [], 0, 0
    for sentence in sentences(artefact.text):
        key, count = folded(sentence), count_words(sentence)
        all_words += count
        if count >= MIN_COPIED_WORDS and key in seen:
            continue
        seen.add(key)
        kept.append(sentence)
        words += count
    seen.add(whole)
    return replace(text, sentences=tuple(kept), words=words, all_words=all_words)
