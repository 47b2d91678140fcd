"""Codes: words that name one thing only, as a word list has none of them.

Letters with digits, or joined by an underscore (five characters or more), two long words joined by
a hyphen, a word in capitals, or one with a capital inside.
"""

import re
from collections.abc import Iterator

from consumer.assembly.folding import fold

_CODE = re.compile(
    r"(?=.{5})(?:(?=.*[^\W\d])(?=.*\d)[\w.-]+|\w+_\w+|[A-Z]{5,}(?:-[A-Z]+)*|[^\W\d]+[a-z][A-Z]\w+)"
    r"|[^\W\d]{4,}-[^\W\d]{5,}"
)


def codes_of(text: str) -> Iterator[str]:
    """Yield the codes of a text, case folded, in its order."""
    for word in fold(text).split():
        code = word.strip(".,;:!?()[]\"'“”’‘«»")
        if _CODE.fullmatch(code):
            yield code.casefold()
