from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.assembly.faults import find_faults
from consumer.drafts import (
    Citation,
    KeptStuckDraft,
    NextPushDraft,
    PerspectiveDraft,
    Scoring,
    WentWellDraft,
    WritingStyleDraft,
)
from tests.arcs import scored

INVENTED = Citation(
    source="message", source_id="m2", revision=None, quote="zebras gallop across every wide plain"
)


def test_a_clean_answer_has_no_faults(arc: Arc, make_draft: Callable[..., Any]) -> None:
    cited = Citation(source="objective", source_id="o3", revision=None, quote=None)
    push = NextPushDraft(action="Ask.", why="It broke.", check="It holds.", evidence=(cited,))
    praise = WentWellDraft(statement="It held.", evidence=(cited,))
    draft = make_draft(did_well=(praise,), push_next=(push,))
    assert find_faults(draft.arc_read, arc=arc, signals=()) == ()
    assert find_faults(draft.scoring, arc=arc, signals=()) == ()


def test_each_fault_names_its_item_without_learner_text(
    arc: Arc, make_draft: Callable[..., Any]
) -> None:
    read = make_draft(
        headline="You rose by 83 %.",
        did_well=(WentWellDraft(statement="It held.", evidence=(INVENTED,)),),
    ).arc_read
    faults = find_faults(read, arc=arc, signals=())
    assert faults[0] == "headline: the number 83 % is in no table"
    assert faults[1].startswith("did_well[0]: the quote of message 'm2'")
    assert "zebras" not in "".join(faults)


def test_an_item_with_many_faults_is_one_line(arc: Arc, make_draft: Callable[..., Any]) -> None:
    praise = WentWellDraft(
        statement="It took 447 tries, 301 of them by 83 %.", evidence=(INVENTED,)
    )
    faults = find_faults(make_draft(did_well=(praise,)).arc_read, arc=arc, signals=())
    (told,) = (fault for fault in faults if fault.startswith("did_well[0]"))
    assert "the quote of message 'm2' does not stand there word for word; " in told
    assert told.endswith("the numbers 447, 301 and 83 % are in no table")


def test_a_list_may_only_be_empty_where_the_run_gives_nothing(
    arc: Arc, make_draft: Callable[..., Any]
) -> None:
    faults = find_faults(make_draft().arc_read, arc=arc, signals=())
    assert "did_well: it is empty, and 'o3', 'o4' reached 0.7" in faults
    assert any(fault.startswith("push_next: it is empty, and 'o1', 'o2' had") for fault in faults)
    smooth = replace(arc, objectives=())
    assert find_faults(make_draft().arc_read, arc=smooth, signals=()) == ()


def test_the_same_thing_said_twice_is_a_fault(arc: Arc, make_draft: Callable[..., Any]) -> None:
    cited = Citation(source="objective", source_id="o3", revision=None, quote=None)
    first = WentWellDraft(statement="You checked twice.", evidence=(cited,))
    again = first.model_copy(update={"statement": "You  checked, twice!"})
    read = make_draft(did_well=(first, again)).arc_read
    faults = find_faults(read, arc=arc, signals=())
    assert "did_well[1]: it says what one before says" in faults


def test_a_missing_unknown_or_repeated_dimension_is_a_fault(
    arc: Arc, make_draft: Callable[..., Any]
) -> None:
    first, second, _ = make_draft().scoring.dimensions
    stray = second.model_copy(update={"dimension_id": "zz"})
    faults = find_faults(Scoring(dimensions=(first, first, stray)), arc=arc, signals=())
    assert "dimension 'd2': missing" in faults
    assert "dimension 'zz': unknown" in faults
    assert "dimension 'd1': stands twice" in faults


def test_a_perspective_is_read_for_one_persona(arc: Arc) -> None:
    draft = PerspectiveDraft(text="Fine.", evidence=())
    faults = find_faults(draft, arc=arc, signals=(), persona_id="dana")
    assert faults == ("perspective: it must quote a message of its own thread",)
    with pytest.raises(ValueError, match="persona_id"):
        find_faults(draft, arc=arc, signals=())


def test_a_push_said_twice_is_a_fault(arc: Arc, make_draft: Callable[..., Any]) -> None:
    cited = Citation(source="objective", source_id="o1", revision=None, quote=None)
    push = NextPushDraft(action="Ask.", why="It broke.", check="It holds.", evidence=(cited,))
    faults = find_faults(make_draft(push_next=(push, push)).arc_read, arc=arc, signals=())
    assert "push_next[1]: it says what one before says" in faults


def test_what_is_in_another_script_is_a_fault(arc: Arc, make_draft: Callable[..., Any]) -> None:
    fault = "it is not written in the language 'en'"
    read = make_draft(headline="你先检查了日志。").arc_read
    assert f"headline: {fault}" in find_faults(read, arc=arc, signals=())
    view = PerspectiveDraft(text="你先检查了日志。", evidence=())
    assert f"perspective: {fault}" in find_faults(view, arc=arc, signals=(), persona_id="dana")


def test_each_sort_of_item_is_checked(arc: Arc, make_draft: Callable[..., Any]) -> None:
    cited = Citation(source="objective", source_id="o1", revision=None, quote=None)
    said = {"evidence": (cited,)}
    read = make_draft(
        headline=" ",
        did_well=(WentWellDraft(statement="It took 447 tries.", **said),),
        kept_stuck=(KeptStuckDraft(statement="It took 447 tries.", issue_kind=None, **said),),
        push_next=(NextPushDraft(action="Ask.", why="It took 447 tries.", check="So.", **said),),
        writing_style=WritingStyleDraft(statement="It took 447 tries.", **said),
    ).arc_read
    faults = find_faults(read, arc=arc, signals=())
    assert faults[0] == "headline: it is empty"
    told = [fault.partition(":")[0] for fault in faults if "447" in fault]
    assert told == ["did_well[0]", "kept_stuck[0]", "push_next[0]", "writing_style"]


def test_a_reason_for_points_is_held_to_what_it_cites(
    arc: Arc, make_draft: Callable[..., Any]
) -> None:
    first, *others = make_draft().scoring.dimensions
    wrong = first.model_copy(update={"evidence": (INVENTED,)})
    (fault,) = find_faults(Scoring(dimensions=(wrong, *others)), arc=arc, signals=())
    assert fault.startswith("dimension 'd1': the quote of message 'm2'")
    blank = first.model_copy(update={"rationale": " "})
    assert find_faults(Scoring(dimensions=(blank, *others)), arc=arc, signals=()) == (
        "dimension 'd1': the rationale is empty",
    )


def test_an_empty_list_is_told_with_three_objectives_at_most(
    arc: Arc, make_draft: Callable[..., Any]
) -> None:
    fine = tuple(scored(n, "s1") for n in range(1, 6))
    faults = find_faults(make_draft().arc_read, arc=replace(arc, objectives=fine), signals=())
    assert faults == ("did_well: it is empty, and 'o1', 'o2', 'o3' reached 0.7",)
