"""Proper names: capitalised words, which in a persona's mouth tell where its words come from.

A word that begins with a capital in the middle of a sentence names somebody or something; whoever
was never told the name cannot say it. Days and months are everybody's. Languages that write all
their nouns so have no such sign, and those without capitals have none either.
"""

import re
from collections.abc import Iterator
from typing import Final

_CAPITALISED: Final = re.compile(r"(?<![\w@#])[^\W\d_]\w{3,}")
# Where a sentence, a quotation, a heading or an item begins, anybody's word has a capital.
_BEGINS: Final = re.compile(r"(?:\A|[.!?…:;–—\-*#(/“”\"«»„「『‘'’|>]\s*)\Z")
_EVERYBODYS: Final = frozenset(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january",
     "february", "march", "april", "june", "july", "august", "september", "october", "november",
     "december", "english", "internet"]
)  # fmt: skip
_ALL_NOUNS: Final = frozenset({"de", "lb", "nds", "gsw"})


def tells_names(language: str) -> bool:
    """Tell whether a capital marks a name in a language (a BCP 47 tag)."""
    return language.lower().split("-")[0] not in _ALL_NOUNS


def proper_names_of(text: str) -> Iterator[str]:
    """Yield the capitalised words inside the sentences of a text, case folded."""
    for match in _CAPITALISED.finditer(text):
        inside = not _BEGINS.search(text[: match.start()])
        if inside and match.group()[0].isupper() and match.group().casefold() not in _EVERYBODYS:
            yield match.group().casefold()


def capitalised_words_of(text: str) -> Iterator[str]:
    """Yield every capitalised word of a text, also those that begin a sentence, case folded."""
    for match in _CAPITALISED.finditer(text):
        if match.group()[0].isupper():
            yield match.group().casefold()
