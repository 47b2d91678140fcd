from typing import Any

import pytest

from consumer.arc import Arc
from consumer.reviewing.prompting.selection import PromptBounds, select
from schemas.events import Issue


def _with(arc: Arc, **changes: Any) -> Arc:
    fields = {"objectives": arc.objectives, "messages": arc.messages, "artefacts": arc.artefacts}
    return Arc(trigger=arc.trigger, **(fields | changes))


def test_an_arc_within_the_bounds_is_shown_whole(arc: Arc) -> None:
    chosen = select(arc, PromptBounds())
    assert (chosen.objectives, chosen.messages) == (arc.objectives, arc.messages)
    assert chosen.artefacts == arc.artefacts


def test_the_learners_words_come_before_a_personas(arc: Arc) -> None:
    chosen = select(arc, PromptBounds(messages=1_000))
    assert [m.message_id for m in chosen.messages] == ["m2", "m4"]


def test_objectives_with_trouble_come_first_and_stand_in_the_arcs_order(arc: Arc) -> None:
    chosen = select(arc, PromptBounds(objectives=1_500))
    assert [o.objective_id for o in chosen.objectives] == ["o1", "o3", "o4"]


def test_the_latest_revision_comes_first(arc: Arc) -> None:
    older = arc.artefacts[0]
    newer = older.model_copy(update={"revision": 2})
    chosen = select(_with(arc, artefacts=(older, newer)), PromptBounds(artefacts=600))
    assert [a.revision for a in chosen.artefacts] == [2]


def test_every_stage_gives_one_before_any_gives_its_second(arc: Arc) -> None:
    many = tuple(
        arc.messages[1].model_copy(update={"message_id": f"x{n}", "sequence": n}) for n in range(50)
    )
    chosen = select(_with(arc, messages=(*many, arc.messages[3])), PromptBounds(messages=1_500))
    assert "m4" in [m.message_id for m in chosen.messages]


def test_one_endless_text_does_not_crowd_out_the_rest(arc: Arc) -> None:
    endless = arc.messages[1].model_copy(update={"text": "word " * 12_000})
    bounds = PromptBounds(messages=3_000, text=1_000)
    chosen = select(_with(arc, messages=(endless, *arc.messages[2:])), bounds)
    assert {m.message_id for m in chosen.messages} >= {"m2", "m4"}


def test_a_bound_is_held(arc: Arc) -> None:
    assert select(arc, PromptBounds(messages=10, objectives=10, artefacts=10)).messages == ()


@pytest.mark.parametrize(
    "trouble",
    [
        {"hints": 1},
        {"score": 0.69},
        {"issues": (Issue(kind="late", note="It came late."),)},
    ],
)
def test_an_objective_with_an_issue_a_hint_or_a_low_score_comes_before_a_smooth_one(
    arc: Arc, trouble: dict[str, Any]
) -> None:
    plain = {"hints": 0, "score": 0.7, "issues": (), "feedback": None, "title": "t"}
    smooth = arc.objectives[0].model_copy(update=plain)
    troubled = smooth.model_copy(update={"objective_id": "o9", **trouble})
    both = _with(arc, objectives=(smooth, troubled))
    assert select(both, PromptBounds(objectives=420)).objectives == (troubled,)


def test_longer_messages_come_first_and_no_length_counts_beyond_the_bound(arc: Arc) -> None:
    first = arc.messages[1].model_copy(update={"text": "word " * 10})
    longer = first.model_copy(update={"message_id": "m8", "text": "word " * 20})
    endless = first.model_copy(update={"message_id": "m9", "text": "word " * 90})
    both = _with(arc, messages=(first, longer))
    assert select(both, PromptBounds(messages=500)).messages == (longer,)
    capped = PromptBounds(messages=500, text=100)
    assert select(_with(arc, messages=(longer, endless)), capped).messages == (longer,)


def test_the_latest_of_each_text_comes_before_any_earlier_one_then_the_newest(arc: Arc) -> None:
    first = arc.artefacts[0].model_copy(update={"text": "word", "revision": 1})
    second, third = (first.model_copy(update={"revision": n}) for n in (2, 3))
    other = first.model_copy(update={"artefact_id": "a9"})
    two = PromptBounds(artefacts=808)
    assert select(_with(arc, artefacts=(first, second, other)), two).artefacts == (second, other)
    assert select(_with(arc, artefacts=(first, second, third)), two).artefacts == (second, third)
