"""Quotes: which of the learner's words are worth showing, cut from the source exactly.

A quote is one or more whole sentences of six words or more. Words that carry content count for it,
fillers against it; a caller adds what its reader listens for. Words copied from a persona are not
the learner's, and words that speak to a reviewer are no part of the work.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from consumer.assembly.folding import fold
from consumer.assembly.grounding import is_long_enough
from consumer.assembly.prose import clean
from schemas.events import ArtefactSubmitted, ConversationMessage
from schemas.review import MAX_QUOTE_CHARACTERS

MAX_CHARACTERS = 240
MAX_CONTENT_WORDS = 10
_BREAK = re.compile(r"(?<=[.!?…])\s+(?=[^\sa-z])|\s*\n+\s*")
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_FILLERS = frozenset(
    [
        "um",
        "uh",
        "uhm",
        "er",
        "erm",
        "mm",
        "hmm",
        "mm-hmm",
        "yeah",
        "yep",
        "okay",
        "ok",
        "right",
        "well",
        "like",
        "gonna",
        "kinda",
        "sorta",
    ]
)
_SPOKEN = re.compile(r"\b(?:you know|i mean|sort of|kind of|or whatever)\b|\w_\w", re.IGNORECASE)
# Whole words that begin another: "a and", "I in", "the then" are no false starts.
_SHORT_WORDS = frozenset(
    [
        "a",
        "i",
        "o",
        "y",
        "e",
        "à",
        "an",
        "as",
        "at",
        "be",
        "do",
        "he",
        "in",
        "is",
        "it",
        "me",
        "no",
        "of",
        "on",
        "or",
        "so",
        "to",
        "us",
        "we",
        "the",
        "her",
        "you",
        "for",
        "and",
        "not",
        "one",
    ]
)
_LEADING_FILLERS = re.compile(r"\A(?:(?:um|uh|uhm|er|erm|mm|hmm)\b[,. ]*)+", re.IGNORECASE)
_ENDS = frozenset(".!?…。！？؟۔")
_MARKS = frozenset('“”"«»„「」')
_TO_REVIEWER = re.compile(
    r"ignore (?:all|any|the|your|previous)|disregard|system prompt|instructions?\b.*\babove|"
    r"\bxp\b|full marks|(?:perfect|maximum|top|highest) (?:score|marks?)|\breviewers?\b|"
    r"\b(?:system|assistant|developer)\s*:|<\|?/?\w+\|?>|i am (?:the best|brilliant|outstanding)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of one message, exactly as they stand there."""

    message: ConversationMessage
    text: str

    @property
    def shown(self) -> str:
        """Return the words in quotation marks for prose."""
        return f"“{clean(self.text)}”"

    @property
    def ended(self) -> str:
        """Return the words in quotation marks at the end of a sentence."""
        return self.shown if clean(self.text)[-1:] in _ENDS else f"{self.shown}."


def best_quotes(
    messages: Sequence[ConversationMessage],
    *,
    listens_for: re.Pattern[str],
    concerns: re.Pattern[str] | None = None,
    not_own: str = "",
    fits: Callable[[str], bool] = bool,
) -> tuple[Quoted, ...]:
    """Return the best quote of each message, the most telling first.

    `concerns` are what a reader likes to hear of, which counts for less than `listens_for`.
    `not_own` holds the folded texts of personas, whose words do not count as the learner's; `fits`
    tells whether a passage may be chosen at all.
    """
    found: list[tuple[int, Quoted]] = []
    for message in messages:
        pieces = [p for p in passages(message.text) if fits(p) and _is_own(p, not_own)]
        if pieces:
            weights = [_weight(piece, listens_for, concerns) for piece in pieces]
            best = weights.index(max(weights))
            found.append((weights[best], Quoted(message, pieces[best])))
    found.sort(key=lambda pair: -pair[0])
    return tuple(quoted for _, quoted in found)


def opening(artefact: ArtefactSubmitted) -> str | None:
    """Return the first passage of a text that can be quoted, else None."""
    return next(passages(artefact.text), None)


def longest_whole(messages: Sequence[ConversationMessage]) -> Quoted | None:
    """Return the longest message, as a whole where it is short, for a thread with little in it."""
    visible = [m for m in messages if fold(m.text) and clean(m.text)]
    if not visible:
        return None
    # A word too long for any quote is shown only where there is nothing else.
    fitting = [m for m in visible if len(m.text) <= MAX_QUOTE_CHARACTERS or any(passages(m.text))]
    longest = max(fitting or visible, key=lambda m: len(m.text))
    return Quoted(longest, next(passages(longest.text), longest.text[:MAX_QUOTE_CHARACTERS]))


def passages(text: str) -> Iterator[str]:
    """Yield the quotable passages of a text, each a stretch of whole sentences."""
    bounds = _bounds(text)
    for first, (start, _) in enumerate(bounds):
        for _, end in bounds[first:]:
            piece = _LEADING_FILLERS.sub("", text[start:end])
            if is_long_enough(fold(piece)):
                yield from _fitting(piece)
                break


def _fitting(piece: str) -> Iterator[str]:
    if len(piece) > MAX_CHARACTERS:
        head = piece[:MAX_CHARACTERS]
        at_word = max(head.rfind(" "), head.rfind("\n"))
        piece = piece[:at_word] if at_word > 0 else ""
    piece = piece.rstrip(" ,;:–—-")
    readable = clean(piece) == " ".join(piece.split()) and not _MARKS & set(piece)
    if readable and is_long_enough(fold(piece)):
        yield piece


def _bounds(text: str) -> list[tuple[int, int]]:
    bounds, start = [], 0
    for match in _BREAK.finditer(text):
        bounds.append((start, match.start()))
        start = match.end()
    bounds.append((start, len(text.rstrip())))
    return [(a, b) for a, b in bounds if b > a and text[a:b].strip()]


def _is_own(piece: str, not_own: str) -> bool:
    folded = fold(piece)
    return not _TO_REVIEWER.search(folded) and folded not in not_own


def is_fluent(piece: str) -> bool:
    """Tell whether a passage reads as a statement: next to no false starts, and an ending."""
    words = [match.group().casefold() for match in _WORD.finditer(piece)]
    return _disfluencies(piece, words) <= 1 and piece.rstrip()[-1:] in _ENDS


def _weight(piece: str, listens_for: re.Pattern[str], concerns: re.Pattern[str] | None) -> int:
    words = [match.group().casefold() for match in _WORD.finditer(piece)]
    content = {word for word in words if len(word) > 3 and word not in _FILLERS}
    heard: int = len({match.group().casefold() for match in listens_for.finditer(piece)})
    whole = 2 * (piece[:1].isupper() or not piece[:1].isalpha()) + 2 * (piece[-1:] in _ENDS)
    weight = min(len(content), MAX_CONTENT_WORDS) + 5 * min(heard, 3) + whole
    weight += 2 if concerns is not None and concerns.search(piece) else 0
    return weight - 3 * _disfluencies(piece, words)


def _disfluencies(piece: str, words: Sequence[str]) -> int:
    """Count fillers, words said twice and words broken off, as in talk written down."""
    fillers = sum(word in _FILLERS for word in words) + len(_SPOKEN.findall(piece))
    stutters = sum(
        a == b or (b.startswith(a) and a not in _SHORT_WORDS) for a, b in itertools.pairwise(words)
    )
    letters = sum(len(w) == 1 and w.isalpha() and w not in _SHORT_WORDS for w in words)
    return fillers + stutters + letters
