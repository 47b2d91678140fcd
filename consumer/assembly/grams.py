"""Grams: runs of words that two texts share only where one was copied from the other.

Six words in a row are never met by chance (measured on 18,000 unrelated words); six characters of
a script without spaces can be, ten are not.
"""

from collections.abc import Iterator

from consumer.assembly.folding import fold, is_spaceless, units_of

Gram = tuple[str, ...]

GRAM_WORDS = 6
GRAM_CHARACTERS = 10


def grams_of(text: str) -> Iterator[Gram]:
    """Yield the runs of words of a text, in its order, whatever their case and punctuation."""
    units = units_of(fold(text))
    spaceless = [len(unit) == 1 and is_spaceless(unit) for unit in units]
    if not any(spaceless):
        yield from zip(*(units[start:] for start in range(GRAM_WORDS)), strict=False)
        return
    for start in range(len(units) - GRAM_WORDS + 1):
        gram = units[start : start + GRAM_WORDS]
        if all(spaceless[start : start + GRAM_WORDS]):
            gram = units[start : start + GRAM_CHARACTERS]
            if len(gram) < GRAM_CHARACTERS:
                continue
        yield gram
