"""Reasons: where a text gives a view together with why."""

import re
from typing import Final

from consumer.reviewing.rules.quotes import is_fluent

# "So that gives you two" gives no reason; "so that nobody waits" does.
REASON: Final = re.compile(
    r"\b(?:because|therefore|which means|the reason|in order to|"
    r"so that (?:i|we|you|he|she|it|they|the|people|nobody|everyone|anyone))\b",
    re.IGNORECASE,
)
# Asked in the order of a question, with or without its mark: "Can I just go over it again".
_ASKED: Final = re.compile(
    r"^(?:(?:so|and|but|um|uh|well|okay)\W+)*(?:can|could|may|shall|should|would|will|do|does|did"
    r"|is|are|was|were|have|has) (?:i|we|you|he|she|it|they|the|this|that|there)\b",
    re.IGNORECASE,
)
# A view and its reason take some words each.
MIN_SIDE_WORDS: Final = 3


def gives_reason(text: str) -> bool:
    """Tell whether a text states a view and why: a question or a broken sentence does not."""
    parts = REASON.split(text, maxsplit=1)
    enough = len(parts) > 1 and all(len(part.split()) >= MIN_SIDE_WORDS for part in parts)
    asked = "?" in text or _ASKED.match(text.strip()) is not None
    return enough and not asked and is_fluent(text)
