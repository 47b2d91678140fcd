"""Assemble: one review from a draft, the arc and its signals.

What code cannot verify is dropped; where the contract wants something in its place, code says it
plainly. Same draft, arc and time: the same review, byte for byte.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from consumer.arc import Arc
from consumer.assembly.awards import breakdown_of
from consumer.assembly.coverage import lacks_context
from consumer.assembly.facts import Facts, facts_of
from consumer.assembly.items import (
    Faults,
    check_kept_stuck,
    check_next_push,
    check_went_well,
    check_writing_style,
    same_words,
    statement,
)
from consumer.assembly.patterns import MAX_PATTERNS, check_pattern
from consumer.assembly.perspectives import perspectives_of
from consumer.assembly.plain import (
    plain_basis,
    plain_headline,
    plain_little,
    plain_next_push,
    plain_went_well,
)
from consumer.assembly.prose import STOPS, clean, cut, sentences
from consumer.drafts import ArcRead, PatternDraft, ReviewDraft
from consumer.signals.claims import rank
from schemas.review import (
    MAX_HEADLINE_CHARACTERS,
    MAX_STATEMENT_CHARACTERS,
    Coverage,
    NextPush,
    Pattern,
    Provenance,
    ReviewReady,
    Signal,
    WentWell,
    WritingStyle,
    review_id_of,
)

MAX_DID_WELL = 4
MAX_KEPT_STUCK = 4
MAX_PUSH_NEXT = 3
MAX_SUMMARY_SENTENCES = 6

Draft = TypeVar("Draft")
Item = TypeVar("Item")


def assemble(
    draft: ReviewDraft,
    *,
    arc: Arc,
    signals: Sequence[Signal],
    coverage: Coverage,
    revision: int,
    created_at: datetime,
    schema_version: int,
    xp_band: float,
) -> ReviewReady:
    """Turn a draft into the review that may be published.

    `xp_band` is the part of its share by which a model may move a dimension's points, 0 to 1;
    `created_at` carries its offset. Never raises over what a reviewer wrote: that is dropped.
    """
    facts = facts_of(arc, signals, reviewer=draft.reviewer)
    read = draft.arc_read
    patterns = _patterns(read.patterns, facts)
    did_well = _did_well(read, facts, draft.language)
    kept_stuck = _standing(
        read.kept_stuck, check_kept_stuck, facts, says=lambda item: item.statement
    )[:MAX_KEPT_STUCK]
    push_next = _push_next(read, facts, draft.language)
    statements = len(did_well) + len(kept_stuck)
    little = plain_little(draft.language, patterns=len(patterns), statements=statements)
    perspectives = perspectives_of(draft, facts)
    unavailable = any(p.status == "unavailable" for p in perspectives)
    trigger = arc.trigger
    return ReviewReady(
        review_id=review_id_of(trigger.run_id),
        revision=revision,
        run_id=trigger.run_id,
        user_id=trigger.user_id,
        scenario_id=trigger.scenario.scenario_id,
        scenario_title=trigger.scenario.title,
        language=draft.language,
        created_at=created_at,
        status="partial" if unavailable or lacks_context(coverage) else "complete",
        reviewer=draft.reviewer,
        headline=_headline(read.headline, facts, draft.language),
        summary=_summary(read.summary, facts, draft.language, little),
        signals=tuple(signals),
        patterns=patterns,
        did_well=did_well,
        kept_stuck=kept_stuck,
        push_next=push_next,
        writing_style=_writing_style(read, facts),
        xp=breakdown_of(draft, facts, band=xp_band),
        perspectives=perspectives,
        coverage=coverage,
        provenance=Provenance(
            schema_version=schema_version,
            prompt_version=draft.prompt_version,
            calls=draft.calls,
        ),
    )


def _standing(
    drafts: Sequence[Draft],
    check: Callable[[Draft, Facts], Item | Faults],
    facts: Facts,
    *,
    says: Callable[[Item], str],
) -> tuple[Item, ...]:
    """Keep the items that stand, each thing said once, in their order."""
    kept: dict[str, Item] = {}
    for draft in drafts:
        checked = check(draft, facts)
        if not isinstance(checked, tuple):
            kept.setdefault(same_words(says(checked)), checked)
    return tuple(kept.values())


def _patterns(drafts: Sequence[PatternDraft], facts: Facts) -> tuple[Pattern, ...]:
    """Keep at most five patterns that stand, one a kind and name, the best supported first."""
    kept: list[Pattern] = []
    claimed: set[tuple[str, str]] = set()
    for draft in drafts:
        checked = check_pattern(draft, facts, pattern_id="p")
        if isinstance(checked, Pattern) and (checked.kind, checked.name) not in claimed:
            claimed.add((checked.kind, checked.name))
            kept.append(checked)
    kept.sort(key=lambda pattern: rank(pattern.confidence, pattern.kind))
    return tuple(
        pattern.model_copy(update={"pattern_id": f"p{place}"})
        for place, pattern in enumerate(kept[:MAX_PATTERNS], start=1)
    )


def _did_well(read: ArcRead, facts: Facts, language: str) -> tuple[WentWell, ...]:
    stand = _standing(read.did_well, check_went_well, facts, says=lambda item: item.statement)
    kept = stand[:MAX_DID_WELL]
    plain = None if kept else plain_went_well(facts, language)
    return kept if plain is None else (plain,)


def _push_next(read: ArcRead, facts: Facts, language: str) -> tuple[NextPush, ...]:
    stand = _standing(read.push_next, check_next_push, facts, says=lambda item: item.action)
    kept = stand[:MAX_PUSH_NEXT]
    plain = None if kept else plain_next_push(facts, language)
    return kept if plain is None else (plain,)


def _writing_style(read: ArcRead, facts: Facts) -> WritingStyle | None:
    if read.writing_style is None:
        return None
    checked = check_writing_style(read.writing_style, facts)
    return checked if isinstance(checked, WritingStyle) else None


def _headline(text: str, facts: Facts, language: str) -> str:
    """Keep the first sentence that code can stand by; else name the run."""
    for sentence in sentences(clean(text)):
        if not facts.prose_faults(sentence):
            return cut(sentence, MAX_HEADLINE_CHARACTERS)
    return plain_headline(facts, language)


def _summary(text: str, facts: Facts, language: str, little: str) -> str:
    """Keep the sentences that code can stand by; say how little there was; two to six in all."""
    kept = [s for s in sentences(statement(text)) if not facts.prose_faults(s)]
    added = [little] if little else []
    if len(kept) + len(added) < 2:
        added.append(plain_basis(facts, language))
    if not kept and len(added) < 2:
        name = plain_headline(facts, language).rstrip(STOPS)
        added.insert(0, f"{name}.")
    tail = " ".join(added)
    room = MAX_STATEMENT_CHARACTERS - len(tail) - 1
    head = cut(" ".join(kept[: MAX_SUMMARY_SENTENCES - len(added)]), room)
    return f"{head} {tail}".strip()
