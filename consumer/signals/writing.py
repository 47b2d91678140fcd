"""Writing: how the learner's own texts are written, in these texts and no further.

Described from 500 words on: sentence length, structure, and for English evidence markers, hedging
and ownership, which are lists of English words; in other languages they are not measured. "Present"
says that it was found in these texts ("absent": not once), no more. Only more or fewer evidence
markers are a claim of change, from three artefacts of 300 words on: every late text
above (below) every early one, twice the rate, p ≤ .005. Neither short nor long sentences, neither
hedged nor plain ones are better. Never lexical diversity, readability, grammar or spelling.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consumer.arc import Arc
from consumer.signals.inference import binomial_tail, count_interval, ratio_interval
from consumer.signals.own_texts import OwnText, own_texts
from consumer.signals.series import CONFIDENCE, Measure, mean_by_stage
from consumer.signals.words import count_words, is_list_line
from schemas.review import Signal, Verdict

MINIMUM_WORDS = 500
CHANGE_TEXTS = 3
CHANGE_WORDS = 300
CHANGE_RATE = 2.0
CHANGE_MAX_P = 0.005
PER_WORDS = 100


def _english(*phrases: str) -> Callable[[str], int]:
    pattern = re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE)
    return lambda sentence: len(pattern.findall(sentence.replace("’", "'")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """Something counted sentence by sentence; `tells_change` where more of it is better."""

    suffix: str
    name: str
    count: Callable[[str], int]
    tells_change: bool = False


STRUCTURE = Marker(
    suffix="structure",
    name="structure: headings and list items",
    count=lambda sentence: int(is_list_line(sentence)),
)
ENGLISH_MARKERS = (
    Marker(
        suffix="evidence",
        name="words that give evidence",
        count=_english(
            "because",
            "since",
            "for example",
            "for instance",
            "e\\.g",
            "according to",
            "based on",
            "evidence",
            "data",
            "shows?",
            "showed",
            "measured",
            "as a result",
        ),
        tells_change=True,
    ),
    Marker(
        suffix="hedging",
        name="hedging words",
        count=_english(
            "maybe",
            "perhaps",
            "possibly",
            "probably",
            "might",
            "could",
            "may",
            "seems?",
            "i think",
            "i guess",
            "likely",
            "roughly",
            "sort of",
            "kind of",
        ),
    ),
    Marker(
        suffix="ownership",
        name="words of ownership",
        count=_english("i", "i'm", "i've", "i'll", "i'd", "my", "mine", "me", "myself"),
    ),
)


def writing(arc: Arc) -> tuple[Signal, ...]:
    """Return sentence length, and from 500 words on one signal for each marker of the language.

    The series hold each stage's mean length, or its markers per 100 words.
    """
    texts = own_texts(arc)
    is_english = arc.trigger.language.casefold().split("-")[0] == "en"
    length = _sentence_length(arc, texts)
    if length.n < MINIMUM_WORDS:
        return (length,)
    markers = (STRUCTURE, *(ENGLISH_MARKERS if is_english else ()))
    return (length, *(_marker(arc, texts, marker) for marker in markers))


def _measure(signal_id: str, name: str, unit: str) -> Measure:
    return Measure(
        signal_id=signal_id, kind="writing", name=name, unit=unit, minimum_n=MINIMUM_WORDS
    )


def _sentence_length(arc: Arc, texts: Sequence[OwnText]) -> Signal:
    measure = _measure("writing", "sentence length", "words a sentence")
    lengths = [(t.stage_id, float(count_words(s))) for t in texts for s in t.sentences]
    words, by_stage = sum(text.words for text in texts), mean_by_stage(lengths)
    if words < MINIMUM_WORDS:
        return measure.too_little(arc, n=words, by_stage=by_stage)
    values = [length for _, length in lengths]
    interval = (
        ratio_interval(values, [1.0] * len(values), confidence=CONFIDENCE)
        if len(values) > 2
        else None
    )
    return measure.signal(
        arc,
        verdict="present",
        value=sum(values) / len(values),
        interval=(max(interval[0], 0.0), interval[1]) if interval else None,
        n=words,
        by_stage=by_stage,
    )


def _marker(arc: Arc, texts: Sequence[OwnText], marker: Marker) -> Signal:
    measure = _measure(f"writing:{marker.suffix}", marker.name, "per hundred words")
    counts = [sum(marker.count(sentence) for sentence in text.sentences) for text in texts]
    by_stage = _rate_by_stage(texts, counts)
    words, count = sum(text.words for text in texts), sum(counts)
    low, high = (PER_WORDS * c / words for c in count_interval(count, confidence=CONFIDENCE))
    change = _change(texts, counts) if marker.tells_change else None
    return measure.signal(
        arc,
        verdict=change or ("present" if count else "absent"),
        value=PER_WORDS * count / words,
        interval=(low, high),
        n=words,
        by_stage=by_stage,
    )


def _rate_by_stage(texts: Sequence[OwnText], counts: Sequence[int]) -> dict[str, float]:
    totals: dict[str, tuple[int, int]] = {}
    for text, count in zip(texts, counts, strict=True):
        words, found = totals.get(text.stage_id, (0, 0))
        totals[text.stage_id] = words + text.words, found + count
    return {stage_id: PER_WORDS * found / words for stage_id, (words, found) in totals.items()}


def _change(texts: Sequence[OwnText], counts: Sequence[int]) -> Verdict | None:
    """Return the change over the long texts, in their order; None where none can be claimed."""
    long = [(c, t.words) for c, t in zip(counts, texts, strict=True) if t.words >= CHANGE_WORDS]
    if len(long) < CHANGE_TEXTS:
        return None
    half = len(long) // 2
    early, late = long[:half], long[-half:]
    if _rises(early, late):
        return "improving"
    return "worsening" if _rises(late, early) else None


def _rises(before: Sequence[tuple[int, int]], after: Sequence[tuple[int, int]]) -> bool:
    top_before = max(count / words for count, words in before)
    apart = min(count / words for count, words in after) > top_before
    (count_before, words_before), (count_after, words_after) = (
        (sum(count for count, _ in side), sum(words for _, words in side))
        for side in (before, after)
    )
    doubled = count_after / words_after >= CHANGE_RATE * count_before / words_before
    share = words_after / (words_before + words_after)
    # Two-sided: either direction may be claimed.
    p = 2 * binomial_tail(count_after, count_before + count_after, share)
    return apart and doubled and p <= CHANGE_MAX_P
