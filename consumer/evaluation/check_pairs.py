"""Pairs: are the two numbers of "5 of 7" counts of the same things?

Two numbers that each stand somewhere in the record make a claim of their own when one is said to be
part of the other. Here, apart from what assembly checks, each pair is held against tables counted
anew: one table for each group of objectives, each thread and stage of it, each signal, each kind
of issue after each objective that could have spoken of it, and the stages.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from consumer.arc import Arc
from consumer.evaluation.check_numbers import (
    NUMBER_WORDS,
    figures_of_group,
    groups_of,
    shows,
    without_names,
)
from consumer.evaluation.reviewed import Metric, Reviewed, at_least, prose
from schemas.events import ConversationMessage, ObjectiveRolledUp
from schemas.review import ReviewReady

_WORDS: Final = {"none": 0, "one": 1} | NUMBER_WORDS
_NUMBER: Final = rf"\d+|{'|'.join(sorted(_WORDS, key=len, reverse=True))}"
_PAIR: Final = re.compile(
    rf"(?<![\w.,])({_NUMBER}) (?:out )?of (?:the |your |its |those )?({_NUMBER})"
    r"(?![\w.,]\d|\w| ?%)",
    re.IGNORECASE,
)

Table = frozenset[int]


def pair_metrics(reviewed: Sequence[Reviewed]) -> tuple[Metric, ...]:
    """Return the share of the parts of a whole that were said and stand in one table."""
    said = [holds for one in reviewed for holds in _judged(one.arc, one.review)]
    share = sum(said) / len(said) if said else None
    return (at_least("parts of a whole in one table", share, 1, f"{sum(said)} of {len(said)}"),)


def pairs_in(text: str, arc: Arc) -> Iterator[tuple[int, int]]:
    """Give each "5 of 7" of a text, its names and quotations apart, as (5, 7)."""
    for match in _PAIR.finditer(without_names(text, arc)):
        part, whole = (int(w) if w.isdecimal() else int(_WORDS[w.lower()]) for w in match.groups())
        yield part, whole


def tables_of(arc: Arc, review: ReviewReady) -> tuple[Table, ...]:
    """Return the tables of a run, each the whole counts of one group."""
    found = [
        *_of_objectives(arc),
        *_of_kinds(arc),
        *_of_messages(arc),
        *_of_signals(review),
        frozenset(range(len(arc.stages) + 1)),
        frozenset((len(arc.artefacts), len({a.artefact_id for a in arc.artefacts}))),
    ]
    return tuple(dict.fromkeys(found))


def _judged(arc: Arc, review: ReviewReady) -> Iterator[bool]:
    pairs = [pair for text in prose(review) for pair in pairs_in(text, arc)]
    tables = tables_of(arc, review) if pairs else ()
    for part, whole in pairs:
        yield part <= whole and any({part, whole} <= {0, *table} for table in tables)


def _of_objectives(arc: Arc) -> Iterator[Table]:
    for group in groups_of(arc):
        yield frozenset(int(n) for n in figures_of_group(group) if float(n).is_integer())


def _of_kinds(arc: Arc) -> Iterator[Table]:
    """Give each kind's hits and chances, in all and in the stages and objectives after each one."""
    for kind in arc.issue_kinds:
        shown = [shows(o, kind) for o in arc.objectives]
        chances = [_is_chance(arc, o, kind) for o in arc.objectives]
        for at in range(len(arc.objectives) + 1):
            yield frozenset((sum(shown[at:]), sum(chances[at:])))


def _is_chance(arc: Arc, objective: ObjectiveRolledUp, kind: str) -> bool:
    unnamed = not any(o.opportunities for o in arc.objectives)
    return unnamed or kind in (objective.opportunities or ()) or shows(objective, kind)


def _of_messages(arc: Arc) -> Iterator[Table]:
    threads = [arc.messages, *(arc.thread(p.persona_id) for p in arc.trigger.personas)]
    for thread in threads:
        for stage_id in (None, *(stage.stage_id for stage in arc.stages)):
            yield _counts([m for m in thread if stage_id in (None, m.stage_id)])
        yield frozenset((len({m.stage_id for m in thread}), len(arc.stages)))


def _counts(messages: Sequence[ConversationMessage]) -> Table:
    own = [m for m in messages if m.sender == "user"]
    asked = sum("?" in m.text for m in own)
    return frozenset((len(messages), len(own), len(messages) - len(own), asked))


def _of_signals(review: ReviewReady) -> Iterator[Table]:
    for signal in review.signals:
        measured = sum(point.value is not None for point in signal.series)
        counts = {signal.n, measured, len(signal.series)}
        if signal.value is not None and signal.unit == "ratio":
            counts.add(round(signal.value * signal.n))
        yield frozenset(counts)
