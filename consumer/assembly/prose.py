"""Prose: model text made safe and brought within its bounds."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from consumer.assembly.folding import is_spaceless

# A sentence ends at a full stop and white space before a capital, a digit or a quote, or at a
# full stop of a script without spaces.
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[^\sa-z])|(?<=[。！？])(?=\S)")
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# One pair of marks a language; a quotation that is never closed runs to the end.
_QUOTED = re.compile(
    r"„([^„“”]+)(?:[“”]|$)|“([^“”]+)(?:”|$)|\"([^\"]+)(?:\"|$)|«([^«»]+)(?:»|$)|»([^«»]+)(?:«|$)|"
    r"‹([^‹›]+)›|「([^「」]+)(?:」|$)|『([^『』]+)(?:』|$)|(?<!\w)‘([^‘]+?)’(?!\w)|"
    r"(?<!\w)'([^\s'][^']*(?:\w'\w[^']*)*)'(?!\w)"
)
# A piece of prose that ends inside a quotation goes on with the next.
_OPENERS_AND_CLOSERS = (("“", "”"), ("«", "»"), ("「", "」"), ("『", "』"))
# Fewer words than this may be an expression between marks; a quotation they are not.
_QUOTATION_UNITS = 2
_QUOTATION_SPACELESS = 6
# What ends or parts a sentence, and may stand inside the marks of a quotation.
STOPS = " .,;:!?…"


def clean(text: str) -> str:
    """Strip control characters, terminal escapes and bidirectional controls; fold white space."""
    if text.isprintable():  # nothing that steers, and no white space but the plain one
        return " ".join(text.split())
    without = _ESCAPE.sub("", text)
    kept = (" " if c.isspace() else c for c in without if c.isspace() or not is_control(c))
    return " ".join("".join(kept).split())


def is_control(character: str) -> bool:
    """Tell whether a character steers a terminal or the direction of text instead of showing."""
    category = unicodedata.category(character)
    joiner = character in "\u200c\u200d"  # part of the spelling of several scripts
    return category in {"Cc", "Cs", "Co", "Cn"} or (category == "Cf" and not joiner)


def sentences(text: str) -> tuple[str, ...]:
    """Split cleaned text into its sentences; a quotation is never split."""
    pieces: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        piece = text[start : match.end()].strip()
        if not _is_open(piece):
            pieces.append(piece)
            start = match.end()
    pieces.append(text[start:].strip())
    return tuple(piece for piece in pieces if piece)


def _is_open(piece: str) -> bool:
    """Tell whether a quotation was begun in a piece and goes on after it."""
    if any(piece.count(a) > piece.count(b) for a, b in _OPENERS_AND_CLOSERS):
        return "„" not in piece or piece.count("„") > piece.count("“") + piece.count("”")
    return piece.count('"') % 2 == 1


def cut(text: str, limit: int) -> str:
    """Cut `text` to `limit` characters at a sentence, else at a word."""
    if len(text) <= limit:
        return text
    kept = ""
    for sentence in sentences(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > limit:
            break
        kept = longer
    if kept:
        return kept
    head = text[: limit - 1]
    at_word = head.rpartition(" ")[0] or head
    return f"{at_word.rstrip(' ,;:–—-')}…"


@dataclass(frozen=True, slots=True)
class Marked:
    """Words between quotation marks, without the closing stop; `start` and `end` are theirs."""

    words: str
    start: int
    end: int

    @property
    def is_quotation(self) -> bool:
        """Tell a quotation, two words or more, from an expression between marks."""
        spaceless = sum(map(is_spaceless, self.words))
        return len(self.words.split()) >= _QUOTATION_UNITS or spaceless >= _QUOTATION_SPACELESS


def marked_words(text: str) -> Iterator[Marked]:
    """Yield what stands between quotation marks in `text`, in its order."""
    for match in _QUOTED.finditer(text):
        if match.lastindex is not None:
            start, end = match.span(match.lastindex)
            yield Marked(match.group(match.lastindex).strip(STOPS), start, end)


def without_quotations(text: str) -> str:
    """Return `text` without what stands between quotation marks."""
    return _QUOTED.sub(" ", text)
