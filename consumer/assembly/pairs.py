"""Pairs: "5 of 7" must be two counts of one table, not two numbers that each stand somewhere.

A table holds counts of one group: the objectives of a stage, of the first or last stages, of a
dimension or of the run; one thread's messages; one kind of issue before and after its feedback; one
signal; the stages. A part and a whole are held to stand in one of them, the part no greater.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from consumer.arc import Arc
from consumer.assembly.figures import groups_of, message_counts, totals_of
from consumer.assembly.number_words import number_words
from consumer.signals.facts import facts
from schemas.review import Signal

_OF = r"(?:out of|of|von|sur|de|di|su|van|av|af|z)"
_THE = (
    r"(?:(?:the|your|its|these|those|all|den|deinen|diesen|vos|tes|les|las|los|tus|dei|delle|de|je"
    r") )?"
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """The tables, each the whole counts of one group."""

    tables: tuple[frozenset[int], ...]

    def unverified(self, text: str, language: str = "en") -> tuple[str, ...]:
        """Return each "a of b" in `text` whose two numbers do not stand in one table."""
        words = number_words(language)
        return tuple(
            match.group()
            for match in _pattern(language).finditer(text)
            if not self._holds(_read(match.group("part"), words), _read(match.group("all"), words))
        )

    def _holds(self, part: float, whole: float) -> bool:
        return part <= whole and any(part in one and whole in one for one in self.tables)


def index_pairs(arc: Arc, signals: Sequence[Signal]) -> Pairs:
    """Collect the tables of an arc and its signals once."""
    tables = {frozenset(int(n) for n in table if n == int(n)) for table in _tables(arc, signals)}
    return Pairs(tuple(tables))


def _tables(arc: Arc, signals: Sequence[Signal]) -> Iterator[list[float]]:
    for group in groups_of(arc):
        yield list(totals_of(group))
    yield from message_counts(arc)
    stages = list(range(len(arc.stages) + 1))
    yield [*stages, *(len(signal.series) for signal in signals)]
    for signal in signals:
        counts = [float(signal.n)]
        if signal.value is not None and signal.unit == "ratio":
            counts.append(round(signal.value * signal.n))
        yield counts
    known = facts(arc)
    for one in known.issues:
        yield [one.hits, one.chances]
        yield [one.hits_after_feedback, one.chances_after_feedback]
        yield [one.hits - one.hits_after_feedback, one.chances - one.chances_after_feedback]
    asked = known.questions
    yield [asked.messages, asked.asked, asked.name_work, asked.tried_first, asked.asked_well]
    own = {artefact.artefact_id for artefact in arc.artefacts}
    kinds = {artefact.kind for artefact in arc.artefacts}
    yield [len(own), *(sum(a.kind == kind for a in arc.artefacts) for kind in kinds)]


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = sorted(map(re.escape, number_words(language)), key=len, reverse=True)
    number = rf"(?:\d{{1,4}}(?![.,]?\d)|{'|'.join(words)})" if words else r"\d{1,4}(?![.,]?\d)"
    between = rf"(?: {_OF} {_THE}| ?/ ?)"
    return re.compile(
        rf"(?<![\w.,/])(?P<part>{number}){between}(?P<all>{number})(?![\w%/]| ?%| percent)",
        re.IGNORECASE,
    )


def _read(written: str, words: Mapping[str, float]) -> float:
    return float(written) if written.isdecimal() else words[written.lower()]
