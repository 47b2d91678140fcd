"""Assertions: what prose says about the whole arc must be what the signals say.

A number can be looked up; "you got faster" and "your scores kept climbing" cannot, unless the words
are held against the verdicts. Read are plain assertions in English; a clause that doubts, asks or
looks ahead ("too few stages to tell whether you got faster") asserts nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, Literal

from consumer.arc import Arc
from consumer.assembly.clauses import asserted
from schemas.review import Signal, SignalKind, Verdict

# A difference of mean scores below this is no movement worth a word.
MOVED: Final = 0.05
# How the mean score of the last stages lies to that of the first.
ScoresMoved = Literal["rose", "fell"]
# Of the signals a verdict; of the scores and of a learner's ratings of their work, which way.
Shown = tuple[
    SignalKind | Literal["scores", "rating"], Verdict | ScoresMoved | Literal["over", "under"]
]

_DID = (
    r"\byou(?:['’]ve| have)? (?:\w+ ){0,2}?"
    r"(?:got|get|became|become|grew|grown|worked|work|were|moved|went|are) (?:\w+ ){0,2}?"
)
_UP = (
    r"(?:rose|risen|rising|climb(?:ed|ing)|grew|grown|growing|increas(?:ed|ing)|improv(?:ed|ing)|"
    r"strengthened|accelerated|went up|going up|picked up|shot up|got better|doubled)\b"
)
_DOWN = (
    r"(?:fell|fallen|falling|dropp(?:ed|ing)|declin(?:ed|ing)|dwindl(?:ed|ing)|decreas(?:ed|ing)|"
    r"shrank|shrunk|shrinking|went down|going down|slipped|faded|diminished|worsened|deteriorated|"
    r"tailed off|sank|vanished|disappeared)\b"
)
_COMPARED = (
    r"(?:(?:(?:fast|quick|slow|short|long|clear|sharp|strong|weak|tight|clean|rar|smooth|bold|calm|"
    r"sur|deep|broad|crisp|bett|high|low|small|larg|easi|hard|simpl|plain|steadi)er|worse|rare)\b|"
    r"(?:more|less) \w+)"
)
_BY_THE_END = (
    r"(?:later|late in|at the end|towards? the end|by the end|in the (?:second|last|later) "
    r"(?:half|stages?|part)|as you went)"
)
_HELP = (
    r"\b(?:hints?|hint use|use of hints|(?:need|reliance|dependence) (?:for|on|of) (?:\w+ )?\w+)"
)
_SCORES = r"\b(?:scores?|results?|marks|grades|accuracy|performance|quality|your work)"


@dataclass(frozen=True, slots=True)
class _Claim:
    """Words that assert a trend, and the verdicts of which one must stand for it."""

    name: str
    words: re.Pattern[str]
    borne_by: frozenset[Shown]


def _claim(name: str, words: str, *borne_by: Shown) -> _Claim:
    return _Claim(name, re.compile(words, re.IGNORECASE), frozenset(borne_by))


_INDEPENDENT: Final[tuple[Shown, ...]] = (
    ("independence", "improving"),
    ("help_avoidance", "present"),
)
_BETTER: Final[tuple[Shown, ...]] = (
    ("pace", "improving"),
    ("independence", "improving"),
    ("first_pass", "improving"),
    ("fixed_issue", "improving"),
    ("writing", "improving"),
    ("recovery", "present"),
)
_WORSE: Final[tuple[Shown, ...]] = (
    ("pace", "worsening"),
    ("independence", "worsening"),
    ("first_pass", "worsening"),
    ("recurring_issue", "worsening"),
    ("help_avoidance", "present"),
    ("writing", "worsening"),
)
_CLAIMS: Final = (
    _claim(
        "getting faster",
        rf"{_DID}(?:faster|quicker)\b|"
        r"\byou (?:\w+ ){0,2}?(?:sped up|picked up (?:speed|the pace))\b|"
        rf"\b(?:speed|pace|tempo) (?:\w+ ){{0,3}}?{_UP}|\b(?:less and less|ever less) time\b|"
        r"\bin less time than\b|\b(?:took you|you needed|you took) less time\b",
        ("pace", "improving"),
    ),
    _claim(
        "getting slower",
        rf"{_DID}slower\b|\byou (?:\w+ ){{0,2}}?slowed (?:down)?\b|\blonger and longer\b|"
        rf"\b(?:speed|pace|tempo) (?:\w+ ){{0,3}}?{_DOWN}|\bever longer\b",
        ("pace", "worsening"),
    ),
    _claim(
        "growing independent",
        rf"{_DID}(?:more |ever |increasingly )+(?:independent|self-reliant|autonomous)\b|"
        r"\byou (?:\w+ ){0,3}?(?:needed|need|took|used|asked for) "
        r"(?:fewer|less|fewer and fewer|less and less) (?:hints|help)\b|"
        rf"\b(?:independence|self-reliance|autonomy) (?:\w+ ){{0,3}}?{_UP}|"
        r"\bgrowing independence\b|"
        rf"\bgained (?:\w+ )?independence\b|{_HELP} (?:\w+ ){{0,3}}?{_DOWN}|"
        r"\b(?:relied|leaned|leant|depended) (?:\w+ ){0,3}?less\b|"
        r"\bless (?:dependent|reliant)\b|\bhints (?:became|got) (?:rare|scarce)\w*\b|"
        r"\bno longer (?:need(?:ed)?|relied|depended|asked for)\b|"
        r"\b(?:stand|stood|standing) on your own (?:two )?feet\b",
        *_INDEPENDENT,
    ),
    _claim(
        "leaning on help more",
        rf"{_HELP} (?:\w+ ){{0,3}}?{_UP}|\byou (?:\w+ ){{0,3}}?(?:needed|took|used|asked for) "
        r"(?:ever more|more and more) (?:hints|help)\b",
        ("independence", "worsening"),
    ),
    _claim(
        "progress",
        r"\b(?:great|steady|clear|strong|huge|remarkable|impressive|tremendous|significant|real) "
        r"(?:growth|progress|improvement)\b|\byou (?:\w+ )?(?:improved|grew|progressed)\b|"
        r"\bmade (?:\w+ )?progress\b|\b(?:growth|progress|improvement) (?:is|was|shows?|showed)\b|"
        r"\byou(?:['’]ve| have| had)? (?:\w+ )?(?:grown|matured|progressed|come a long way)\b|"
        r"\bcame a long way\b|\b(?:upward|rising|positive) (?:trend|trajectory|curve|arc)\b|"
        rf"\byou (?:\w+ )?learn(?:ed|t) from\b|{_DID}(?:better|stronger)\b",
        *_BETTER,
    ),
    _claim(
        "rising scores",
        rf"{_SCORES} (?:\w+ ){{0,3}}?{_UP}",
        *_BETTER,
        ("scores", "rose"),
    ),
    _claim(
        "decline",
        rf"{_DID}(?:worse|weaker)\b|\b(?:downward|falling|negative) (?:trend|trajectory|curve)\b|"
        rf"{_SCORES} (?:\w+ ){{0,3}}?{_DOWN}",
        *_WORSE,
        ("scores", "fell"),
    ),
    _claim(
        "an issue gone",
        r"\byou (?:\w+ )?(?:stopped|quit|no longer) (?:mak|repeat|show|do)\w*\b|\bgot rid of\b|"
        rf"\b(?:mistakes?|errors?|issues?) (?:\w+ ){{0,3}}?{_DOWN}|"
        r"\bmade fewer (?:mistakes|errors)\b",
        ("fixed_issue", "improving"),
        ("help_avoidance", "present"),
    ),
    _claim(
        "a self-rating that is too high",
        r"\bover-?(?:estimat|rat)(?:ed?|ing) (?:yourself|your)\b|"
        r"\brated? (?:yourself|your \w+) too high\b",
        ("rating", "over"),
    ),
    _claim(
        "a self-rating that is too low",
        r"\bunder-?(?:estimat|rat)(?:ed?|ing) (?:yourself|your)\b|"
        r"\brated? (?:yourself|your \w+) too low\b",
        ("rating", "under"),
    ),
    _claim(
        "a change over the run",
        r"\b(?:more and more|less and less|fewer and fewer|better and better|worse and worse|"
        r"increasingly|steadily|gradually|progressively|over time|stage (?:by|to|after) stage|"
        r"as (?:time|the (?:run|days|weeks|stages)) (?:went (?:by|on)|passed|progressed)|"
        r"(?:bit|little|step) by (?:bit|little|step)|"
        r"with (?:each|every) stage|kept (?:climbing|rising|falling|improving|growing|dropping))\b|"
        r"\bthan (?:in )?the (?:one|stage|part) before\b|"
        rf"\b(?:became|become|becoming|got|grew|turned) (?:\w+ ){{0,2}}?{_COMPARED}|"
        rf"\bfewer (?:\w+ ){{1,4}}?{_BY_THE_END}\b|\b{_COMPARED} (?:\w+ ){{0,3}}?{_BY_THE_END}\b|"
        rf"\b{_COMPARED} (?:\w+ ){{0,3}}?than (?:in |at )?(?:the |your )?"
        r"(?:first|start|beginning|early)\b|"
        r"\b(?:started|began) \w+(?: \w+)? (?:and|but) (?:finished|ended)\b|\bwent from \w+ing\b|"
        r"\b(?:gained|lost|built) momentum\b|\bmomentum (?:built|grew|faded)\b",
        *_BETTER,
        *_WORSE,
    ),
)


def assertion_faults(
    text: str, signals: Sequence[Signal], *, scores: ScoresMoved | None = None
) -> tuple[str, ...]:
    """Name what `text`, without its quotations, asserts and no signal bears out.

    `scores` says which way the mean score moved from the first stages to the last, if it did.
    """
    shown: set[Shown] = {(signal.kind, signal.verdict) for signal in signals}
    ratings = [s.value or 0.0 for s in signals if (s.kind, s.verdict) == ("calibration", "present")]
    shown |= {("rating", "over" if value > 0 else "under") for value in ratings if value}
    if scores is not None:
        shown.add(("scores", scores))
    return tuple(
        f"it claims {claim.name}, which no signal shows"
        for claim in _CLAIMS
        if claim.borne_by.isdisjoint(shown) and asserted(text, claim.words)
    )


def scores_moved(arc: Arc) -> ScoresMoved | None:
    """Say which way the mean score moved from the first half of the stages to the last."""
    half = len(arc.stages) // 2
    early, late = (
        [o.score for s in part for o in arc.objectives_of(s.stage_id) if o.score is not None]
        for part in (arc.stages[:half], arc.stages[len(arc.stages) - half :])
    )
    if not early or not late:
        return None
    change = fmean(late) - fmean(early)
    return None if abs(change) < MOVED else "rose" if change > 0 else "fell"
