"""Clauses: the parts of English sentences in which something is asserted, or is not.

"Five stages differ too much to say whether you got faster" asserts nothing; "You did not ask, but
you got faster" does. A doubt counts only for what follows it in its own clause.
"""

import re
from collections.abc import Iterator
from typing import Final

from consumer.assembly.prose import sentences

_CUT: Final = re.compile(
    r"[;:—–]\s|,\s+(?=(?:you|your|and|but|yet|so|while|though|although|I|the|they)\b)|"
    r"\s(?=(?:but|yet|although|though|whereas)\s)",
    re.IGNORECASE,
)
_DOUBTS: Final = re.compile(
    r"\b(?:whether|if|cannot|no|not|nobody|nothing|never|too (?:few|little|short|thin)|unclear|"
    r"would|could|might|may|should|until|unless|when|whenever|so that|that way|make sure|ensure|"
    r"next time|from now on)\b|n['’]t\b",
    re.IGNORECASE,
)
_TAKES_BACK: Final = re.compile(
    r"\b(?:cannot be|is unclear|is not (?:clear|shown|known)|remains? (?:open|unclear))\b",
    re.IGNORECASE,
)


def asserted(text: str, words: re.Pattern[str]) -> bool:
    """Tell whether a clause of `text` asserts `words`, without a doubt before or after them."""
    return any(
        not _DOUBTS.search(clause[: found.start()]) and not _TAKES_BACK.search(clause, found.end())
        for clause in _clauses(text)
        for found in words.finditer(clause)
    )


def _clauses(text: str) -> Iterator[str]:
    for sentence in sentences(" ".join(text.split())):
        if not sentence.rstrip("\"'”’)").endswith("?"):
            yield from _CUT.split(sentence)
