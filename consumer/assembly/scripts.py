"""Scripts: whether a text can be in the language it is said to be in, told by its letters.

Two languages of one script are told apart by their `function_words`.
"""

import unicodedata
from collections.abc import Mapping
from typing import Final

_LATIN: Final = ("LATIN",)
_SCRIPTS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "tr"), _LATIN),
    **dict.fromkeys(("ar", "fa", "ur"), ("ARABIC",)),
    **dict.fromkeys(("ru", "uk", "bg"), ("CYRILLIC",)),
    "zh": ("CJK",),
    "ja": ("CJK", "HIRAGANA", "KATAKANA"),
    "ko": ("HANGUL", "CJK"),
    "he": ("HEBREW",),
    "el": ("GREEK",),
    "hi": ("DEVANAGARI",),
    "th": ("THAI",),
}
_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
# Names and terms of another script stand in every language's prose.
SMALLEST_SHARE: Final = 0.3


def may_be_in(text: str, language: str) -> bool:
    """Tell whether enough letters of `text` are of the script of a BCP 47 tag's language.

    A text without letters, and a language whose script is not listed, may be anything.
    """
    scripts = _SCRIPTS.get(language.lower().split("-")[0])
    letters = [c for c in text if c.isalpha()]
    if scripts is None or not letters:
        return True
    own = sum(unicodedata.name(c, "").startswith(scripts) for c in letters)
    return own >= SMALLEST_SHARE * len(letters)


def mixes_scripts(text: str) -> bool:
    """Tell whether a word mixes letters of alphabets that look alike (Unicode TR 39, 5.1).

    "ninеty" with a Cyrillic е reads as a number and is no word of any table.
    """
    return any(len(_alphabets(word)) > 1 for word in text.split() if not word.isascii())


def _alphabets(word: str) -> set[str]:
    names = (unicodedata.name(c, "").split(" ")[0] for c in word if c.isalpha())
    return {name for name in names if name in _ALIKE}
