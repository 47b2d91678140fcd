"""Attribution: who prose says has said the words that it quotes, read in English.

"You wrote “…”", "Your note says “…”" and "“…”, you wrote" give words to the learner, "Dana wrote
“…”" to Dana, and in a persona's mouth "I wrote “…”" to that persona; "you were told “…”" and "you
never said so. “…”" give them to nobody. The attribution nearest to the words counts.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

LEARNER: Final = ""
SPEAKER: Final = "I"
MAX_AROUND: Final = 200

_OFTEN = r"(?:['’]ve| have| had| also| then| only| once| just| simply| yourself)*"
_SAID = (
    r"(?:wrote|write|writes|said|say|says|told|tell|ask(?:ed|s)?(?! for\b| about\b)|replied|reply|"
    r"replies|answered|answer|noted|note|notes|explained|explain|put it|stated|added(?! up\b)|"
    r"insisted|admitted|reported)"
)
_TEXTS = (
    r"(?:words?|messages?|notes?|texts?|repl(?:y|ies)|answers?|questions?|summar(?:y|ies)|"
    r"reflections?|lines?|sentences?)"
)
_SAYS = r"(?:says?|said|reads?|states?|asks?|asked|begins?|began|ends?|ended|was|were|is|are)"
_LAST_SENTENCE: Final = re.compile(r"[^.!?]*\Z")
_WHAT: Final = re.compile(r"\bwhat \Z", re.IGNORECASE)
_DID: Final = re.compile(r"\band (?:then )?(?:\w+ed|gave|put|sent|made|took|set|wrote|said)\b")
_SHORT_WAY: Final = re.compile(rf"\b{_SAID}(?: only| just)?[:,]?\s*[“\"«‘'„]\s*\Z", re.IGNORECASE)


def speaker_of(before: str, after: str, personas: Mapping[str, str]) -> str | None:
    """Return whose the words between `before` and `after` are said to be, None where nobody's.

    `before` ends with the opening mark, `after` begins with the closing one. `personas` holds ids
    by the names that prose calls them by; the learner is `LEARNER`, who speaks in it `SPEAKER`.
    """
    who = "|".join(sorted(map(re.escape, personas), key=len, reverse=True))
    ahead, behind, others = _patterns(who or r"(?!)")
    sentence = _LAST_SENTENCE.search(before[-MAX_AROUND:])
    found = list(ahead.finditer(sentence.group())) if sentence else []
    # "I asked, and you gave it: “…”": what was said is not what stands after another's doing.
    found = [one for one in found if not others.search(one.string, one.end())]
    # "You weighed what Dana told you and named the date: “…”" goes on with what you did.
    found = [
        one
        for one in found
        if not (_WHAT.search(one.string, 0, one.start()) and _DID.search(one.string, one.end()))
    ]
    follows = behind.match(after[:MAX_AROUND])
    if not found and follows is None:
        return None
    groups = found[-1].groupdict() if found else follows.groupdict() if follows else {}
    if groups["you"] or groups["your"]:
        return LEARNER
    return SPEAKER if groups["me"] else personas[groups["name"]]


@cache
def _patterns(who: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what gives words to somebody before they stand, after them, and what takes them."""
    speaker = rf"(?:(?P<you>[Yy]ou)|(?P<me>I)|(?P<name>{who}))"
    ahead = re.compile(
        rf"\b{speaker}{_OFTEN} {_SAID}\b|\b(?P<your>[Yy]our)(?: own)? {_TEXTS}\b"
        rf"(?=[^“”\"«»]{{0,60}}(?:\b{_SAYS}\b(?: that)?|,|:)?\s*[“\"«‘'„]\s*\Z)"
    )
    behind = re.compile(
        rf"[.,!?…]?[”\"»’'“]\s*,?\s*(?:(?:as |so )?{speaker}{_OFTEN} {_SAID}\b|"
        rf"(?:was|is|were|are) (?P<your>your)(?: own)? {_TEXTS}\b)"
    )
    others = re.compile(
        rf"(?:,|;|\b(?:and|but|so|then|when|while|before|after|because))\s+"
        rf"(?:[Yy]ou|I|[Hh]e|[Ss]he|[Tt]hey|[Ww]e|{who})\b"
    )
    return ahead, behind, others


def is_said_outright(before: str) -> bool:
    """Tell whether a verb of saying stands right before the words: "you said “never”"."""
    return bool(_SHORT_WAY.search(before[-MAX_AROUND:]))
