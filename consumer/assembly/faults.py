"""Faults: what a call's answer must mend, in short lines for its one repair."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

from consumer.arc import Arc
from consumer.assembly.facts import Facts, facts_of
from consumer.assembly.items import (
    Faults,
    check_kept_stuck,
    check_next_push,
    check_went_well,
    check_writing_style,
    ground_all,
    same_words,
    statement,
)
from consumer.assembly.naming import shown_id
from consumer.assembly.patterns import check_pattern
from consumer.assembly.perspectives import check_perspective
from consumer.assembly.plain import open_ones_of, reached_ones
from consumer.assembly.scripts import may_be_in
from consumer.drafts import ArcRead, PerspectiveDraft, Scoring
from schemas.events import ObjectiveRolledUp
from schemas.review import Signal

# Enough of the run's objectives to begin with, in a line of bounded length.
MAX_NAMED = 3

Draft = TypeVar("Draft")


def find_faults(
    draft: ArcRead | Scoring | PerspectiveDraft,
    *,
    arc: Arc,
    signals: Sequence[Signal],
    persona_id: str | None = None,
    facts: Facts | None = None,
) -> tuple[str, ...]:
    """List what `draft` says that assembly would not let through; empty where all of it stands.

    Each line names the item and the error, without any of the learner's words. `persona_id` is
    needed for a perspective. `facts` saves indexing the arc again.
    """
    known = facts or facts_of(arc, signals)
    if isinstance(draft, ArcRead):
        lines = _arc_read(draft, known)
    elif isinstance(draft, Scoring):
        lines = _scoring(draft, known)
    else:
        if persona_id is None:
            message = "a perspective's faults need its persona_id"
            raise ValueError(message)
        checked = check_perspective(draft, known, persona_id=persona_id)
        foreign = _language(statement(draft.text), known)
        lines = chain(_lines("perspective", checked), _lines("perspective", foreign))
    return tuple(dict.fromkeys(lines))


def _arc_read(draft: ArcRead, facts: Facts) -> Iterator[str]:
    for name, text in (("headline", draft.headline), ("summary", draft.summary)):
        clean = statement(text)
        wrong = facts.prose_faults(clean) if clean else ("it is empty",)
        yield from _lines(name, (*wrong, *_language(clean, facts)))
    for i, pattern in enumerate(draft.patterns):
        yield from _lines(f"patterns[{i}]", check_pattern(pattern, facts, pattern_id=f"p{i + 1}"))
    yield from _each("did_well", draft.did_well, check_went_well, facts)
    yield from _each("kept_stuck", draft.kept_stuck, check_kept_stuck, facts)
    yield from _each("push_next", draft.push_next, check_next_push, facts)
    yield from _repeats("did_well", [item.statement for item in draft.did_well])
    yield from _repeats("kept_stuck", [item.statement for item in draft.kept_stuck])
    yield from _repeats("push_next", [item.action for item in draft.push_next])
    yield from _left_empty(draft, facts)
    if draft.writing_style is not None:
        yield from _lines("writing_style", check_writing_style(draft.writing_style, facts))


def _language(text: str, facts: Facts) -> Faults:
    if may_be_in(text, facts.language):
        return ()
    return (f"it is not written in the language {facts.language!r}",)


def _left_empty(draft: ArcRead, facts: Facts) -> Iterator[str]:
    """Name a list that may only be empty where the run gives nothing for it."""
    reached, open_ones = reached_ones(facts), open_ones_of(facts)
    if reached and not draft.did_well:
        yield f"did_well: it is empty, and {_ids(reached)} reached 0.7"
    if open_ones and not draft.push_next:
        yield f"push_next: it is empty, and {_ids(open_ones)} had an issue, a hint or a low score"


def _ids(objectives: Sequence[ObjectiveRolledUp]) -> str:
    return ", ".join(repr(o.objective_id) for o in objectives[:MAX_NAMED])


def _repeats(name: str, texts: Sequence[str]) -> Iterator[str]:
    said = [same_words(text) for text in texts]
    yield from (
        f"{name}[{i}]: it says what one before says"
        for i, text in enumerate(said)
        if text in said[:i]
    )


def _each(
    name: str,
    drafts: Sequence[Draft],
    check: Callable[[Draft, Facts], object],
    facts: Facts,
) -> Iterator[str]:
    for i, draft in enumerate(drafts):
        yield from _lines(f"{name}[{i}]", check(draft, facts))


def _scoring(draft: Scoring, facts: Facts) -> Iterator[str]:
    wanted = [d.dimension_id for d in facts.arc.trigger.xp.dimensions]
    given = [score.dimension_id for score in draft.dimensions]
    yield from (f"dimension {w!r}: missing" for w in wanted if w not in given)
    yield from (f"dimension {shown_id(g)}: unknown" for g in given if g not in wanted)
    yield from (
        f"dimension {shown_id(g, wanted)}: stands twice" for g in given if given.count(g) > 1
    )
    for score in draft.dimensions:
        found = ground_all(score.evidence, facts)
        text = statement(score.rationale)
        wrong: Faults = facts.prose_faults(text, found.evidence)
        if not text:
            wrong = ("the rationale is empty",)
        yield from _lines(
            f"dimension {shown_id(score.dimension_id, wanted)}", (*found.faults, *wrong)
        )


def _lines(name: str, checked: object) -> Iterator[str]:
    """Yield one line for an item with faults, so that a short list has room for every item."""
    if isinstance(checked, tuple) and checked:
        yield f"{name}: {'; '.join(dict.fromkeys(checked))}"
