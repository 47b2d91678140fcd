"""Voice: how a persona talks, read from the words that describe it.

The description is in anyone's words; what is not recognised leaves the manner of the role as it is.
Only words outside quotation marks change: a quotation stays as it was said.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from consumer.reviewing.rules.wording import capital

MAX_SENTENCES_TERSE: Final = 4
MAX_CONCERNS: Final = 12

_TERSE = re.compile(
    r"\b(?:terse|short|brief|blunt|brisk|clipped|curt|few words|to the point|laconic)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:asks?|asking|questions?|curious|socratic|wonders?|inquisitive)\b", re.IGNORECASE
)
_EASY = re.compile(
    r"\b(?:warm|friendly|casual|teas\w+|light\w*|informal|relaxed|chatty|easy-?going|joking|"
    r"plain-spoken|humorous|cheerful)\b",
    re.IGNORECASE,
)
_CAREFUL = re.compile(
    r"\b(?:dry|exact|precise|formal|measured|calm|unhurried|correct|polite|reserved|academic)\b",
    re.IGNORECASE,
)
_QUOTATION = re.compile(r"(“[^”]*”)")
_CONTRACTIONS: Final = (
    ("I am", "I'm"),
    ("I would", "I'd"),
    ("I will", "I'll"),
    ("you are", "you're"),
    ("it is", "it's"),
    ("that is", "that's"),
    ("there is", "there's"),
    ("do not", "don't"),
    ("did not", "didn't"),
    ("does not", "doesn't"),
    ("cannot", "can't"),
    ("could not", "couldn't"),
    ("would not", "wouldn't"),
)
# Words that describe talk rather than what is talked of.
_ABOUT_TALK = frozenset(
    ["about", "after", "answer", "answers", "always", "before", "behind", "every", "first", "light",
     "lightly", "other", "plain", "plainly", "short", "speaks", "talks", "their", "there", "these",
     "thing", "things", "thinks", "those", "until", "wants", "which", "while", "would", "question",
     "questions", "words", "asks", "sends", "offers", "leads", "stands", "takes", "aloud", "people"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Voice:
    """What could be read from a description of a voice."""

    is_terse: bool
    asks: bool
    is_easy: bool
    is_careful: bool
    concerns: re.Pattern[str] | None

    def spoken(self, sentences: Sequence[str], closing: str = "") -> tuple[str, ...]:
        """Let sentences sound as this voice does; a terse one keeps to the first few."""
        kept = [*(sentences[:MAX_SENTENCES_TERSE] if self.is_terse else sentences), closing]
        if self.is_easy == self.is_careful:
            return tuple(kept)
        return tuple(_outside_quotations(s, contract=self.is_easy) for s in kept)


def voice_of(description: str) -> Voice:
    """Read a description such as "dry and exact, asks short questions about valves"."""
    return Voice(
        is_terse=bool(_TERSE.search(description)),
        asks=bool(_ASKS.search(description)),
        is_easy=bool(_EASY.search(description)),
        is_careful=bool(_CAREFUL.search(description)),
        concerns=_concerns(description),
    )


def _concerns(description: str) -> re.Pattern[str] | None:
    """Return the things that a voice is said to talk of, as a pattern over their stems."""
    manner = (_TERSE, _ASKS, _EASY, _CAREFUL)
    words = [
        word.removesuffix("s")
        for word in re.findall(r"[^\W\d_]{5,}", description.casefold())
        if word not in _ABOUT_TALK and not any(m.search(word) for m in manner)
    ]
    stems = "|".join(dict.fromkeys(words[:MAX_CONCERNS]))
    return re.compile(rf"\b(?:{stems})\w*", re.IGNORECASE) if stems else None


def _outside_quotations(sentence: str, *, contract: bool) -> str:
    parts = _QUOTATION.split(sentence)
    return "".join(p if p.startswith("“") else _reworded(p, contract=contract) for p in parts)


def _reworded(text: str, *, contract: bool) -> str:
    for long, short in _CONTRACTIONS:
        old, new = (long, short) if contract else (short, long)
        for was, becomes in ((old, new), (capital(old), capital(new))):
            # "As it is." cannot be shortened.
            text = re.sub(rf"\b{was}\b(?!\s*[.,;:?!])", becomes, text)
    return text
