"""Folding: the one form in which a quote and its source are compared.

Folded text is NFKC (Unicode Standard Annex 15) with each run of white space as one space and none
at the ends; case is kept. A map back to the source lets code copy the source's own words.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_PLAIN_WORD = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"\S+")
# Scripts written without spaces between words: a "word" cannot be counted there.
_SPACELESS_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # ideographic marks
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),  # Katakana extensions
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
    (0x20000, 0x3FFFF),  # Han, extensions
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text, its folded form, and for each folded character its span in the text."""

    source: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def copy(self, start: int, end: int) -> str:
        """Return the source's own words for the folded span from `start` to `end`."""
        return self.source[self.starts[start] : self.ends[end - 1]]


def fold(text: str) -> str:
    """Return the folded form of `text`."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def fold_with_map(text: str) -> Folded:
    """Fold `text` and keep the way back to it."""
    if unicodedata.is_normalized("NFKC", text):
        return _spaces_folded(text)
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, normal in _segments(text):
        for character in normal:
            if character.isspace():
                if not characters or characters[-1] == " ":
                    continue
                characters.append(" ")
            else:
                characters.append(character)
            starts.append(start)
            ends.append(end)
    if characters and characters[-1] == " ":
        del characters[-1], starts[-1], ends[-1]
    return Folded(text, "".join(characters), tuple(starts), tuple(ends))


def _spaces_folded(text: str) -> Folded:
    """Fold a text in which nothing but white space can differ from its folded form."""
    folded = " ".join(text.split())
    if folded == text:
        return Folded(text, text, range(len(text)), range(1, len(text) + 1))
    starts: list[int] = []
    for word in _WORD.finditer(text):
        # The character that ends a word stands for all the space behind it.
        starts.extend(range(word.start(), word.end() + 1))
    starts = starts[: len(folded)]
    return Folded(text, folded, starts, [start + 1 for start in starts])


def is_spaceless(character: str) -> bool:
    """Tell whether a character belongs to a script written without spaces."""
    code = ord(character)
    if code < _SPACELESS_RANGES[0][0]:
        return False
    return any(low <= code <= high for low, high in _SPACELESS_RANGES)


def find_words(text: str, wanted: str, start: int = 0) -> int | None:
    """Return where `wanted` stands in `text` between words, or None.

    "able to finish" does not stand in "unable to finish".
    """
    at = text.find(wanted, start)
    while at != -1 and wanted:
        if not _splits_word(text, at) and not _splits_word(text, at + len(wanted)):
            return at
        at = text.find(wanted, at + 1)
    return None


def _splits_word(text: str, at: int) -> bool:
    if at in (0, len(text)):
        return False
    before, after = text[at - 1], text[at]
    if is_spaceless(before) or is_spaceless(after):
        return False
    return before.isalnum() and after.isalnum()


def units_of(folded: str) -> tuple[str, ...]:
    """Split folded text, case folded, into words and single characters of spaceless scripts."""
    plain = folded.casefold().replace("’", "'").replace("'", "")
    if plain.isascii():
        # The same units, an order of magnitude sooner: every persona's view reads every thread.
        return tuple(_PLAIN_WORD.findall(plain))
    units: list[str] = []
    word: list[str] = []
    for character in plain:
        if is_spaceless(character):
            _close(word, units)
            units.append(character)
        elif character.isalnum() or unicodedata.category(character) == "Mn":
            word.append(character)
        else:
            _close(word, units)
    _close(word, units)
    return tuple(units)


def _close(word: list[str], units: list[str]) -> None:
    if word:
        units.append("".join(word))
        word.clear()


def _segments(text: str) -> list[tuple[int, int, str]]:
    """Cut `text` into (start, end, NFKC form) pieces whose forms join to the whole's form."""
    pieces: list[tuple[int, int, str]] = []
    for i, character in enumerate(text):
        alone = unicodedata.normalize("NFKC", character)
        if pieces:
            start, _, before = pieces[-1]
            together = unicodedata.normalize("NFKC", before + character)
            # A combining mark or a Hangul jamo melts into what stands before it.
            if together != before + alone or unicodedata.combining(alone[:1] or " "):
                pieces[-1] = (start, i + 1, together)
                continue
        pieces.append((i, i + 1, alone))
    return pieces
