"""Writing: how the learner's own texts are written, in these texts and no further.

Sentence length in words is described from 500 words on. It is described and not judged: neither
short nor long is better. The latest revision of each artefact counts, a text that stands twice
counts once, what a persona wrote does not count. Never lexical diversity, readability, grammar or
spelling.
"""

import re
from statistics import fmean, stdev

from consumer.arc import Arc
from consumer.signals.series import mean_by_stage, rounded, series, too_little
from schemas.events import ArtefactSubmitted
from schemas.review import Signal

MINIMUM_WORDS = 500
NAME = "sentence length"
UNIT = "words a sentence"
_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|\n+")


def own_texts(arc: Arc) -> tuple[ArtefactSubmitted, ...]:
    """Return the latest revision of each artefact, without repeats and copies of a persona."""
    latest: dict[str, ArtefactSubmitted] = {}
    for artefact in arc.artefacts:
        known = latest.get(artefact.artefact_id)
        if known is None or artefact.revision > known.revision:
            latest[artefact.artefact_id] = artefact
    seen = {_folded(m.text) for m in arc.messages if m.sender == "persona"}
    kept = []
    for artefact in sorted(latest.values(), key=lambda a: (a.submitted_at, a.artefact_id)):
        folded = _folded(artefact.text)
        if folded not in seen:
            seen.add(folded)
            kept.append(artefact)
    return tuple(kept)


def count_words(text: str) -> int:
    """Return how many words a text has."""
    return len(_WORD.findall(text))


def writing(arc: Arc) -> Signal:
    """Return the mean sentence length over the learner's own texts."""
    texts = own_texts(arc)
    words = sum(count_words(text.text) for text in texts)
    means: dict[str, list[float]] = {}
    for text in texts:
        lengths = _sentence_lengths(text.text)
        if lengths:
            means.setdefault(text.stage_id, []).append(fmean(lengths))
    by_stage = mean_by_stage(means)
    if words < MINIMUM_WORDS:
        return too_little(
            arc,
            signal_id="writing",
            kind="writing",
            name=NAME,
            unit=UNIT,
            n=words,
            minimum_n=MINIMUM_WORDS,
            by_stage=by_stage,
        )
    lengths = [length for text in texts for length in _sentence_lengths(text.text)]
    mean = fmean(lengths)
    spread = 1.645 * stdev(lengths) / len(lengths) ** 0.5 if len(lengths) > 1 else 0.0
    return Signal(
        signal_id="writing",
        kind="writing",
        name=NAME,
        verdict="present",
        value=rounded(mean),
        unit=UNIT,
        low=rounded(max(0.0, mean - spread)),
        high=rounded(mean + spread),
        n=words,
        minimum_n=MINIMUM_WORDS,
        series=series(arc, by_stage),
    )


def _sentence_lengths(text: str) -> list[int]:
    counts = (count_words(part) for part in _SENTENCE_END.split(text))
    return [count for count in counts if count]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
