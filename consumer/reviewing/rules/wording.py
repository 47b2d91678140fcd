"""Wording: how figures, lists and names are written in English prose."""

from collections.abc import Sequence

from consumer.assembly.prose import STOPS, clean, cut
from schemas.events import ObjectiveRolledUp

MAX_TITLE_CHARACTERS = 120
_NEGATIONS = frozenset(["no", "not", "never", "none", "nobody", "nothing", "without"])
_NUMBER_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number of things: "no hints", "one hint", "14 hints"."""
    counted = number_word(number) if number else "no"
    return f"{counted} {noun if number == 1 else plural or noun + 's'}"


def number_word(number: int) -> str:
    """Write a small number as a word that can stand alone ("none", "two"), another in digits."""
    return _NUMBER_WORDS[number] if number < len(_NUMBER_WORDS) else str(number)


def part_of(number: int, total: int, noun: str) -> str:
    """Write a part of a whole: "nine of 18 objectives", "all 15 objectives", "none of two"."""
    things = count(total, noun).removeprefix("one ") if total == 1 else count(total, noun)
    if total == 1:
        return f"{'the one' if number else 'no'} {things}"
    if number == total:
        return f"both {noun}s" if total == 2 else f"all {things}"
    return f"{'none' if not number else number_word(number)} of {things}"


def reached_mark(number: int, total: int, noun: str) -> str:
    """Say how many reached the pass mark, as a clause: "nine of 18 objectives reached it"."""
    if total == 1:
        return f"the one {noun} {'reached' if number else 'stayed below'} the pass mark"
    return f"{part_of(number, total, noun)} reached the pass mark"


def after_tries(objective: ObjectiveRolledUp) -> str:
    """Say how many attempts an objective took, " after two attempts"; "" where none was counted."""
    return f" after {count(objective.attempts, 'attempt')}" if objective.attempts else ""


def quoted_words(text: str, *, limit: int = 240) -> str:
    """Put a source's own words in quotation marks; nothing where they are long or hold marks."""
    words = clean(text).rstrip(" .")
    if not words or len(words) > limit or any(mark in words for mark in '“”"«»„「」'):
        return ""
    return f"“{words}”"


def figure(ratio: float) -> str:
    """Write a score or another ratio with two decimals."""
    return f"{ratio:.2f}"


def plain_number(value: float) -> str:
    """Write a figure with as many decimals as it needs, at most two."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(ratio: float) -> str:
    """Write a ratio as a whole percentage."""
    return f"{100 * ratio:.0f} %"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Join words as a list: "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def titled(title: str, fallback: str) -> str:
    """Put a title in quotation marks, without stops at its ends, which would end the sentence.

    `fallback` where it is too long, or holds marks that would make it unreadable.
    """
    words = clean(title).strip(STOPS)
    if not words or len(words) > MAX_TITLE_CHARACTERS:
        return fallback
    return fallback if any(mark in words for mark in '“”"«»„「」') else f"“{words}”"


def kind_words(kind: str) -> str:
    """Write an issue's tag as words: "unstated_assumption" is "unstated assumption".

    In quotation marks where it begins with a negation, which would turn the sentence around: "no
    next step came back" is not what "“no next step” came back" says.
    """
    words = cut(clean(kind.replace("_", " ").replace("-", " ")), MAX_TITLE_CHARACTERS)
    return f"“{words}”" if words.casefold().split(" ")[0] in _NEGATIONS else words


def capital(text: str) -> str:
    """Begin a sentence."""
    return text[:1].upper() + text[1:]


def joined(sentences: Sequence[str]) -> str:
    """Set sentences one after the other."""
    return " ".join(sentence for sentence in sentences if sentence)
