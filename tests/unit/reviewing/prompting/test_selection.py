from typing import Any

from consumer.arc import Arc
from consumer.reviewing.prompting.selection import PromptBounds, select


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
