"""Bindings: a figure beside one name must be a figure of what is named.

That ".40" stands in some table does not make "you scored .40 on the plan" true. Read are the
clauses of English prose that name exactly one objective, stage, persona or dimension: of
their scores, hints, attempts, issues and messages at least one must be that one's own (a clause may
set it beside another's), and what is called the best or the lowest must be so. Where a clause gives
several the same score ("both", "each"), it must be every one's.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final

from consumer.arc import Arc
from consumer.assembly.folding import find_words
from consumer.assembly.number_words import number_words
from schemas.events import ObjectiveRolledUp, XpDimension
from schemas.review import Signal

_WORDS: Final = {**number_words("en"), "no": 0.0, "one": 1.0, "a single": 1.0, "none": 0.0}
_NUMBER: Final = rf"(?:\d{{1,4}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_COUNTED: Final = re.compile(
    rf"(?<![\w.,])(?P<number>{_NUMBER}) (?:more |extra )?"
    r"(?P<noun>hint|attempt|tr(?:y|ie)|issue|message)(?:s\b|\b)(?! (?:per|each|an?) )",
    re.IGNORECASE,
)
# "You did both in one message" counts none.
_WITHIN: Final = re.compile(r"\b(?:in|within|by) \Z", re.IGNORECASE)
# "With no hint at hand" may be advice.
_TOOK: Final = re.compile(
    r"\byou (?:\w+ )?(?:took|used|needed|had|got|asked|sent|wrote)\b|"
    r"\b(?:came|closed|passed|went)\b",
    re.IGNORECASE,
)
_SCORE: Final = re.compile(r"(?<![\w.,])(?:[01][.,]|\.)\d{1,3}(?![\w%])(?! ?%)")
# What a signal measures at a stage is no score, and a clause says so: "1.6 of its expected time".
_MEASURED: Final = re.compile(
    r"\b(?:time|pace|expected|plan(?:ned)?|ratio|share|hints?|chances?|sentences?)\b", re.IGNORECASE
)
_BEST: Final = r"(?:best|strongest|highest)"
_WORST: Final = r"(?:worst|weakest|lowest)"
_THING: Final = r"(?:result|scor\w+|objective|stage|part|piece|dimension|skill|area)"
_EXTREME: Final = re.compile(
    rf"\b(?:your|the) (?:(?P<high>{_BEST})|(?P<low>{_WORST}))[- ]{_THING}\b|"
    rf"\b(?:(?:was|is) (?:your|the)|ended|scored|came out) "
    rf"(?:(?P<top>{_BEST})|(?P<bottom>{_WORST}))"
    r"(?! (?:of|practice))\b",
    re.IGNORECASE,
)
# A score that several are held against is a bound, and none of theirs.
_BOUND: Final = re.compile(
    r"\b(?:above|below|under|over|least|most|than|reach\w*|mark|between)\b", re.IGNORECASE
)
_ALIKE: Final = re.compile(r"\b(?:both|each|all|alike|as well)\b", re.IGNORECASE)
_PIECE: Final = re.compile(r"[;:.!?]\s|\s[–—]\s")


@dataclass(frozen=True, slots=True)
class Named:
    """What one name stands for: its counts by noun and its scores; its rank among its like.

    `scores` is None for a persona, who has none; `measures` are what the signals have at a stage.
    """

    counts: Mapping[str, frozenset[float]]
    scores: frozenset[float] | None
    is_best: bool
    is_worst: bool
    measures: frozenset[float] = frozenset()


@dataclass(frozen=True, slots=True)
class Bindings:
    """The figures of objectives, stages, personas and dimensions, by the names prose calls them by.

    A name of two things is the first one's, in that order. `shared` are the titles that several
    objectives have: beside one no figure is read.
    """

    tables: tuple[Mapping[str, Named], ...]
    shared: frozenset[str]

    def faults(self, text: str) -> tuple[str, ...]:
        """Name the figures of `text` that are not of what they stand beside."""
        found: list[str] = []
        for piece in clauses_of(text):
            named = self._named(piece)
            if len(named) == 1:
                found += _faults_of(piece, named[0])
            elif _ALIKE.search(piece):
                found += _faults_of_several(piece, named)
        return tuple(dict.fromkeys(found))

    def _named(self, piece: str) -> list[Named]:
        """Return what a clause speaks of: its objectives, else stages, personas or dimensions."""
        if _names_in(piece, self.shared):
            return []
        for table in self.tables:
            here = _names_in(piece, table)
            if here:
                return [table[name] for name in here]
        return []


def clauses_of(text: str) -> list[str]:
    """Split a text at what ends a sentence or sets a clause apart, commas excepted."""
    return _PIECE.split(text)


def scores_said(clause: str) -> list[tuple[float, float]]:
    """Return the scores that a clause writes in digits, each with how far its rounding reaches."""
    return [_score(match.group()) for match in _SCORE.finditer(clause)]


def is_said(allowed: Collection[float], said: Sequence[tuple[float, float]]) -> bool:
    """Tell whether one of the scores said is one of those allowed."""
    return any(abs(a - b) <= reach for a, reach in said for b in allowed)


def _names_in(piece: str, names: Collection[str]) -> list[str]:
    """Return the names that stand in a piece; one within a longer one is not there."""
    here = []
    for name in sorted(names, key=len, reverse=True):
        if find_words(piece, name) is not None:
            here.append(name)
            piece = piece.replace(name, "_")
    return here


def _faults_of_several(piece: str, named: Sequence[Named]) -> Iterator[str]:
    scores = scores_said(piece)
    if len(scores) != 1 or _MEASURED.search(piece) or _BOUND.search(piece):
        return
    if any(one.scores is not None and not is_said(one.scores, scores) for one in named):
        yield "its score is not of all that it names"


def _faults_of(piece: str, named: Named) -> Iterator[str]:
    for noun, allowed in named.counts.items():
        said = [
            _value(m.group("number"))
            for m in _COUNTED.finditer(piece)
            if _noun(m) == noun and (_value(m.group("number")) or _TOOK.search(piece))
            if not (noun == "message" and _WITHIN.search(piece, 0, m.start()))
        ]
        if said and allowed.isdisjoint(said):
            yield f"its number of {noun}s is not of what it names"
    if named.scores is None:
        return
    allowed = named.scores | named.measures if _MEASURED.search(piece) else named.scores
    scores = scores_said(piece)
    if scores and not is_said(allowed, scores):
        yield "its score is not of what it names"
    for match in _EXTREME.finditer(piece):
        high = match.group("high") or match.group("top")
        if not (named.is_best if high else named.is_worst):
            yield "it calls the best or lowest what is not"


def _noun(match: re.Match[str]) -> str:
    noun = match.group("noun").lower()
    return "attempt" if noun in ("try", "trie") else noun


def index_bindings(arc: Arc, signals: Sequence[Signal] = ()) -> Bindings:
    """Collect the figures of an arc's objectives, stages and personas once."""
    titles = [o.title for o in arc.objectives]
    objectives = {o.title: _of_objectives((o,), arc, is_one=True) for o in arc.objectives}
    stages = {s.title: _of_stage(arc, s.stage_id, signals) for s in arc.stages}
    personas = {p.name: _of_persona(arc, p.persona_id) for p in arc.trigger.personas}
    dimensions = {d.title: _of_dimension(arc, d, signals) for d in arc.trigger.xp.dimensions}
    tables = (objectives, stages, personas, dimensions)
    shared = frozenset(title for title in titles if titles.count(title) > 1 and _is_name(title))
    return Bindings(tuple(_named_only(table) for table in tables), shared)


def _named_only(table: Mapping[str, Named]) -> Mapping[str, Named]:
    return {name: named for name, named in table.items() if _is_name(name)}


def _is_name(title: str) -> bool:
    """Tell a name from a bare number, which may stand in prose for itself."""
    return any(map(str.isalpha, title))


def _of_objectives(objectives: Sequence[ObjectiveRolledUp], arc: Arc, *, is_one: bool) -> Named:
    tries = {float(o.attempts - less) for o in objectives for less in (0, 1)}
    tries |= {float(sum(o.attempts for o in objectives))}
    hints = {float(o.hints) for o in objectives} | {float(sum(o.hints for o in objectives))}
    issues = {float(len(o.issues)) for o in objectives}
    issues |= {float(sum(len(o.issues) for o in objectives))}
    scores = {s for o in objectives for s in (o.score, o.first_score) if s is not None}
    lasts = [o.score for o in objectives if o.score is not None]
    firsts = [o.first_score for o in objectives if o.first_score is not None]
    scores |= {fmean(known) for known in (lasts, firsts) if known}
    likes = list(_likes(objectives[0], arc)) if is_one and lasts else []
    return Named(
        counts={
            "hint": frozenset(hints),
            "attempt": frozenset(tries),
            "issue": frozenset(issues),
        },
        scores=frozenset(scores),
        is_best=any(lasts[0] >= max(like) for like in likes),
        is_worst=any(lasts[0] <= min(like) for like in likes),
    )


def _likes(objective: ObjectiveRolledUp, arc: Arc) -> Iterator[list[float]]:
    """Yield the scores that an objective's may be the best of: the run's, a stage's, a skill's."""
    for alike in (
        arc.objectives,
        arc.objectives_of(objective.stage_id),
        *(
            tuple(o for o in arc.objectives if key in o.dimension_ids)
            for key in objective.dimension_ids
        ),
    ):
        scores = [o.score for o in alike if o.score is not None]
        if len(scores) > 1 or alike is arc.objectives:
            yield scores


def _of_stage(arc: Arc, stage_id: str, signals: Sequence[Signal]) -> Named:
    objectives = arc.objectives_of(stage_id)
    plain = _of_objectives(objectives, arc, is_one=False)
    here = [m for m in arc.messages if m.stage_id == stage_id]
    own = sum(m.sender == "user" for m in here)
    threads = {float(sum(m.persona_id == p.persona_id for m in here)) for p in arc.trigger.personas}
    threads |= {
        float(sum(m.persona_id == p.persona_id and m.sender == "user" for m in here))
        for p in arc.trigger.personas
    }
    ratings = {
        a.self_rating for a in arc.artefacts if a.stage_id == stage_id and a.self_rating is not None
    }
    points = (point for signal in signals for point in signal.series)
    measures = {p.value for p in points if p.stage_id == stage_id and p.value is not None}
    means = {
        s.stage_id: mean
        for s in arc.stages
        if (mean := _mean(arc.objectives_of(s.stage_id))) is not None
    }
    mine = means.get(stage_id)
    return Named(
        counts={
            **plain.counts,
            "message": frozenset({float(len(here)), float(own), float(len(here) - own), *threads}),
        },
        scores=(plain.scores or frozenset()) | ratings,
        is_best=mine is not None and mine >= max(means.values()),
        is_worst=mine is not None and mine <= min(means.values()),
        measures=frozenset(measures),
    )


def _of_dimension(arc: Arc, dimension: XpDimension, signals: Sequence[Signal]) -> Named:
    exercising = {
        d.dimension_id: tuple(o for o in arc.objectives if d.dimension_id in o.dimension_ids)
        for d in arc.trigger.xp.dimensions
    }
    means = {key: mean for key, ones in exercising.items() if (mean := _mean(ones)) is not None}
    mine = means.get(dimension.dimension_id)
    points = (p for s in signals if s.name == dimension.title for p in s.series)
    return replace(
        _of_objectives(exercising[dimension.dimension_id], arc, is_one=False),
        is_best=mine is not None and mine >= max(means.values()),
        is_worst=mine is not None and mine <= min(means.values()),
        measures=frozenset(p.value for p in points if p.value is not None),
    )


def _mean(objectives: Sequence[ObjectiveRolledUp]) -> float | None:
    known = [o.score for o in objectives if o.score is not None]
    return fmean(known) if known else None


def _of_persona(arc: Arc, persona_id: str) -> Named:
    counts: set[float] = set()
    for stage_id in (None, *(s.stage_id for s in arc.stages)):
        part = [m for m in arc.thread(persona_id) if stage_id in (None, m.stage_id)]
        own = sum(m.sender == "user" for m in part)
        counts |= {float(len(part)), float(own), float(len(part) - own)}
    return Named(counts={"message": frozenset(counts)}, scores=None, is_best=False, is_worst=False)


def _value(written: str) -> float:
    return float(written) if written.isdecimal() else _WORDS[written.lower()]


def _score(written: str) -> tuple[float, float]:
    """Return a score as written and how far its rounding reaches."""
    digits = written.replace(",", ".")
    return float(digits), 0.5 * 10.0 ** -len(digits.partition(".")[2]) + 1e-9
