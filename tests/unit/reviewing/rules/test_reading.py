"""Reading: the halves of a run, and what its stages and objectives are called."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.reviewing.rules.citing import cite
from consumer.reviewing.rules.reading import Reading, mean_score, reading_of
from schemas.events import Issue
from tests.arcs import scored, stages, trigger


def _reading(titles: Sequence[str], **changes: Any) -> Reading:
    """Return the reading of an arc of an objective a stage."""
    objectives = tuple(scored(n, f"s{n}", **changes) for n in range(1, len(titles) + 1))
    run = trigger(stages=stages(*titles))
    return reading_of(Arc(trigger=run, objectives=objectives, messages=(), artefacts=()), ())


@pytest.mark.parametrize(
    ("titles", "early", "late", "first", "last"),
    [
        ("A", [], [], "the first stage", "the last"),
        ("AB", ["o1"], ["o2"], "the first stage", "the last"),
        ("ABC", ["o1"], ["o3"], "the first stage", "the last"),
        ("ABCD", ["o1", "o2"], ["o3", "o4"], "the first two stages", "the last two"),
        ("ABCDE", ["o1", "o2"], ["o4", "o5"], "the first two stages", "the last two"),
    ],
)
def test_a_middle_stage_is_in_neither_half(
    titles: str, early: list[str], late: list[str], first: str, last: str
) -> None:
    reading = _reading(titles)
    assert [o.objective_id for o in reading.early] == early
    assert [o.objective_id for o in reading.late] == late
    assert (reading.first_part, reading.last_part) == (first, last)


def test_a_stage_is_called_by_its_title_else_by_its_place() -> None:
    reading = _reading(["Frame", "Gather “it”"])
    assert [reading.stage(f"s{n}") for n in (1, 2, 3)] == ["“Frame”", "stage 2", "one stage"]


def test_an_objective_whose_title_another_has_is_told_by_its_stage() -> None:
    reading = _reading(["Frame", "Gather"], title="Write it")
    assert reading.name(reading.arc.objectives[1]) == "“Write it” in “Gather”"


def test_stages_are_listed_up_to_three_and_then_counted() -> None:
    reading = _reading(["A", "B", "C", "D", "E"])
    objectives = reading.arc.objectives
    assert reading.stages(objectives[1:4]) == "“B”, “C” and “D”"
    assert reading.stages(objectives[:4]) == "four of the five stages"
    assert reading.stages(objectives) == "every stage"
    assert _reading(["A"]).stages(objectives[:1]) == "“A”"


def test_what_shows_a_kind_shows_it_where_the_record_gave_no_chance_too(
    make_arc: Callable[..., Any],
) -> None:
    objectives = [o.model_copy(update={"issues": ()}) for o in make_arc().objectives]
    marked = {"issues": (Issue(kind="late_update"),)}
    objectives[3] = objectives[3].model_copy(update=marked | {"opportunities": ("late_update",)})
    objectives[5] = objectives[5].model_copy(update=marked)
    reading = reading_of(make_arc(objectives=tuple(objectives)), ())
    assert [o.objective_id for o in reading.showing("late_update")] == ["o4", "o6"]


def test_a_sentence_stands_where_its_figures_and_quotations_do() -> None:
    reading = _reading(["A", "B"], feedback="You left the second step without an owner.")
    said = "The feedback was “You left the second step without an owner”."
    cited = (cite(reading.arc.objectives[0], "You left the second step without an owner."),)
    assert reading.standing([said, "", "You did 97 things."], cited) == said
    assert not reading.stands("It was “a thing that nobody said at all to you”.", cited)


def test_a_mean_is_of_what_was_scored() -> None:
    pool = _reading(["A", "B"]).arc.objectives
    unscored = pool[0].model_copy(update={"score": None})
    assert mean_score((pool[1], unscored)) == 0.8
    assert mean_score((unscored,)) is None
