"""Frames: over many generated arcs, no review by rules says two things in one sentence's mould."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.drafts import ReviewDraft
from consumer.evaluation.arcs import generate
from consumer.evaluation.factors import BASE_RATES, draw
from consumer.evaluation.generator import resolved_of
from consumer.evaluation.reviewed import titles
from consumer.reviewing.rules.reviewer import draft_by_rules
from consumer.signals.compute import compute

SEED, ARCS = 21, 40
# A label ("0.72 over three objectives, no hints.") is no sentence; five words of its own are.
SENTENCE_WORDS = 5
_QUOTED = re.compile("“[^”]*”")
_NUMBER = re.compile(
    r"\b(?:no|none|one|two|three|four|five|six|seven|eight|nine|both|all|\d[\d.]*)\b"
)


@pytest.fixture(scope="module")
def drafts() -> list[tuple[Arc, ReviewDraft]]:
    """Return generated arcs of every sort with their drafts."""
    arcs = [resolved_of(generate(draw(SEED, at), seed=SEED)).arc for at in range(ARCS)]
    return [(arc, draft_by_rules(arc, compute(arc, base_rates=BASE_RATES))) for arc in arcs]


def _masked(text: str, arc: Arc) -> str:
    """Return a text without its quotes, names, kinds and numbers, and without plurals."""
    text = _QUOTED.sub("@", text).casefold()
    kinds = {i.kind.replace("_", " ") for o in arc.objectives for i in o.issues}
    names = {*titles(arc), *(p.name for p in arc.trigger.personas), *kinds}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name.casefold(), "@")
    return re.sub(r"\b([a-z]{3,})s\b", r"\1", _NUMBER.sub("#", text))


def _frames(text: str, arc: Arc) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?;:]) ", _masked(text, arc)):
        if len(re.findall(r"[a-z']+", sentence)) >= SENTENCE_WORDS:
            yield sentence


def _texts(draft: ReviewDraft) -> Iterator[str]:
    read = draft.arc_read
    yield from (read.headline, read.summary)
    for items in (read.patterns, read.did_well, read.kept_stuck):
        yield from (item.statement for item in items)
    for push in read.push_next:
        yield from (push.action, push.why, push.check)
    yield from (d.rationale for d in draft.scoring.dimensions)
    yield from (view.text for view in draft.perspectives.values() if view)


def test_no_frame_of_a_sentence_is_used_twice_in_a_review(
    drafts: list[tuple[Arc, ReviewDraft]],
) -> None:
    for arc, draft in drafts:
        used = Counter(frame for text in _texts(draft) for frame in _frames(text, arc))
        assert [frame for frame, times in used.items() if times > 1] == [], arc.trigger.run_id


def test_checks_of_one_review_share_no_three_words_in_a_row(
    drafts: list[tuple[Arc, ReviewDraft]],
) -> None:
    several = 0
    for arc, draft in drafts:
        checks = [_masked(push.check, arc) for push in draft.arc_read.push_next]
        several += len(checks) > 1
        for one, other in combinations(checks, 2):
            assert not _threes(one) & _threes(other), (one, other)
    assert several > ARCS // 4


def _threes(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z']+", text)
    return set(zip(words, words[1:], words[2:], strict=False))


def test_what_went_well_is_not_told_to_have_been_stuck(
    drafts: list[tuple[Arc, ReviewDraft]],
) -> None:
    both = 0
    for arc, draft in drafts:
        read = draft.arc_read
        praised = {c.source_id for item in read.did_well for c in item.evidence}
        stuck = {c.source_id for item in read.kept_stuck for c in item.evidence}
        assert not praised & stuck, arc.trigger.run_id
        both += bool(praised and stuck)
    assert both > ARCS // 4


def test_a_run_that_needs_no_hints_any_more_is_not_pushed_to_do_without(
    make_arc: Callable[..., Any], make_signal: Callable[..., Any]
) -> None:
    objectives = [o.model_copy(update={"hints": 1}) for o in make_arc().objectives[-1:]]
    arc = make_arc(objectives=(*make_arc().objectives[:-1], *objectives))
    arc = make_arc(
        objectives=tuple(
            o.model_copy(update={"hint_before_first_attempt": o.hints > 0}) for o in arc.objectives
        )
    )
    freed = make_signal("independence", "improving", value=-3.0)

    pushes = draft_by_rules(arc, ()).arc_read.push_next
    with_pattern = draft_by_rules(arc, (freed,)).arc_read.push_next

    assert [p for p in pushes if "open a hint" in p.action]
    assert not [p for p in with_pattern if "open a hint" in p.action]


def test_objectives_of_one_title_are_told_apart_by_their_stages(
    make_arc: Callable[..., Any],
) -> None:
    objectives = tuple(
        o.model_copy(update={"title": "Tell the others", "dimension_ids": ("craft",)})
        for o in make_arc().objectives
    )

    draft = draft_by_rules(make_arc(objectives=objectives), ())

    rationale = draft.scoring.dimensions[0].rationale
    named = re.findall(r"“Tell the others” in “(\w+)”", rationale)
    assert len(set(named)) == len(named) == 2


def test_a_reason_quotes_feedback_on_the_kind_and_no_other(make_arc: Callable[..., Any]) -> None:
    def why_of(feedback: str) -> str:
        objectives = tuple(
            o.model_copy(update={"feedback": feedback if n == 3 else None})
            for n, o in enumerate(make_arc().objectives)
        )
        return draft_by_rules(make_arc(objectives=objectives), ()).arc_read.push_next[0].why

    assert "Good work on the tables" not in why_of("Good work on the tables, and bring it earlier.")
    assert "told: “Mind the unstated assumption" in why_of("Mind the unstated assumption in this.")
