"""Words: counted in any script, and the folding by which two texts are the same.

Scripts without spaces are counted as two characters a word, close to what their segmenters give.
"""

import re
import unicodedata

_NO_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_DENSE = re.compile(f"[{_NO_SPACES}]+")
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_LIST_MARK = re.compile(r"\s*(?:[-*•–]|#{1,6}|\(?\d{1,2}[.)])\s+(?=\S)")
_SENTENCE_END = re.compile(r"(?<=[.!?…।])[\"'”’)\]]*\s+|(?<=[。！？])")


def count_words(text: str) -> int:
    """Return how many words a text has."""
    bare = _without_marks(text)
    if bare.isascii():
        return len(_WORD.findall(bare))
    dense = sum(-(-len(run) // 2) for run in _DENSE.findall(bare))
    return dense + len(_WORD.findall(_DENSE.sub(" ", bare)))


def is_dense(text: str) -> bool:
    """Tell whether a text is of a script without spaces throughout."""
    return _DENSE.fullmatch(text) is not None


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text; a line break ends one too. Parts without words are none."""
    found = []
    for line in text.splitlines():
        mark = _LIST_MARK.match(line)
        # The dot of "1." ends no sentence.
        start = mark.end() if mark else 0
        first, *others = _SENTENCE_END.split(line[start:])
        found += [part.strip() for part in (line[:start] + first, *others) if count_words(part)]
    return tuple(found)


def is_list_line(sentence: str) -> bool:
    """Tell whether a sentence is a list item or a heading, by the mark it begins with."""
    return _LIST_MARK.match(sentence) is not None


def folded(text: str) -> str:
    """Return the text by which repeats are told: NFKC, white space and case folded."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _without_marks(text: str) -> str:
    # Combining marks and joiners stand inside words but are no word characters to `re`.
    if text.isascii():
        return text
    return "".join(c for c in text if unicodedata.category(c)[0] != "M" and c not in "\u200c\u200d")
