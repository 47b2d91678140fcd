"""Assertions: what prose says about the whole arc must be what the signals say.

A number can be looked up; "you got faster" and "great progress" cannot, unless the words are held
against the verdicts. Read are plain assertions in English about the learner; a sentence that
doubts, asks or looks ahead ("too few stages to tell whether you got faster") asserts nothing.
Praise that fits anyone ("outstanding work") claims what no record could bear out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from consumer.assembly.prose import sentences
from schemas.review import Signal, SignalKind, Verdict

_DID = (
    r"\byou(?:['’]ve| have)? (?:\w+ ){0,2}?"
    r"(?:got|get|became|become|grew|grown|worked|work|were|moved|went|are) (?:\w+ ){0,2}?"
)


@dataclass(frozen=True, slots=True)
class _Claim:
    """Words that assert a trend, and the verdicts of which one must stand for it."""

    name: str
    words: re.Pattern[str]
    borne_by: frozenset[tuple[SignalKind, Verdict]]


def _claim(name: str, words: str, *borne_by: tuple[SignalKind, Verdict]) -> _Claim:
    return _Claim(name, re.compile(words, re.IGNORECASE), frozenset(borne_by))


_BETTER: Final[tuple[tuple[SignalKind, Verdict], ...]] = (
    ("pace", "improving"),
    ("independence", "improving"),
    ("first_pass", "improving"),
    ("fixed_issue", "improving"),
    ("writing", "improving"),
    ("recovery", "present"),
)
_CLAIMS: Final = (
    _claim("getting faster", rf"{_DID}(?:faster|quicker)\b", ("pace", "improving")),
    _claim("getting slower", rf"{_DID}slower\b", ("pace", "worsening")),
    _claim(
        "growing independent",
        rf"{_DID}(?:more |ever |increasingly )+(?:independent|self-reliant|autonomous)\b|"
        r"\byou (?:\w+ ){0,3}?(?:needed|need|took|used) (?:fewer|fewer and fewer|less and less) "
        r"(?:hints|help)\b|\byour growing independence\b",
        ("independence", "improving"),
        ("help_avoidance", "present"),
    ),
    _claim(
        "progress",
        r"\b(?:great|steady|clear|strong|huge|remarkable|impressive|tremendous|significant|real) "
        r"(?:growth|progress|improvement)\b|\byou (?:\w+ )?(?:improved|grew|progressed) "
        r"(?:steadily|throughout|consistently|enormously|a lot|over the)\b",
        *_BETTER,
    ),
)
_EMPTY_PRAISE: Final = re.compile(
    r"\b(?:outstanding|exceptional(?:ly)?|brilliant(?:ly)?|flawless(?:ly)?|amazing(?:ly)?|awesome|"
    r"fantastic|phenomenal|superb|stellar|impeccable|world-class|great job|good job|well done|"
    r"keep (?:it up|up the)|true professional|natural talent|strong communication|perfect(?:ly)?|"
    r"(?:everything|all) you did|nothing (?:remains|is left) to|the best (?:learner|of all))\b",
    re.IGNORECASE,
)
_ASSERTS_NOTHING: Final = re.compile(
    r"\b(?:whether|if|cannot|no clear|too (?:few|little|short|thin)|not|never|nothing|unclear|"
    r"would|could|might|may)\b|n['’]t\b|\?",
    re.IGNORECASE,
)


def assertion_faults(text: str, signals: Sequence[Signal]) -> tuple[str, ...]:
    """Name what `text`, without its quotations, asserts and no signal bears out."""
    shown = {(signal.kind, signal.verdict) for signal in signals}
    faults = []
    for sentence in sentences(text):
        if _EMPTY_PRAISE.search(sentence):
            faults.append("it praises in words that fit anyone: say what was done, and where")
        if _ASSERTS_NOTHING.search(sentence):
            continue
        faults += [
            f"it claims {claim.name}, which no signal shows"
            for claim in _CLAIMS
            if claim.words.search(sentence) and not claim.borne_by & shown
        ]
    return tuple(dict.fromkeys(faults))
