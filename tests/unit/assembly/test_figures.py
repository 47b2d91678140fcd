from collections.abc import Callable

import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.figures import Figures, index_figures
from schemas.review import Signal

FIGURES = Figures(plain=frozenset({3.0, 12.5, 1200.0}), ratios=frozenset({0.724, 0.0625}))


@pytest.mark.parametrize(
    "text",
    [
        "You had 3 of them.",
        "three of them",
        "12.5 % a stage",
        "−12.5 a stage",
        "a score of .72",
        "a score of 0.724",
        "0,72 in another language",
        "72 % of it, or 72%.",
        "6.25 percent",
        "1,200 XP and 1200 XP",
        "In Q7 the v9 export broke.",
        "One thing to try first.",
        "3–3 times",
    ],
)
def test_a_cell_may_be_written_in_each_usual_way(text: str) -> None:
    assert FIGURES.unverified(text) == ()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("You had 4 of them.", ("4",)),
        ("seven of them", ("seven",)),
        ("a score of .73", (".73",)),
        ("a score of 0.7241", ("0.7241",)),
        ("73 % of it", ("73 %",)),
        ("1,201 XP", ("1,201",)),
        ("97% better, 3 times", ("97%",)),
        ("(45)", ("45",)),
        ("at 10:45", ("10", "45")),
        ("about 1 point", ("1",)),
    ],
)
def test_any_other_number_is_named(text: str, wrong: tuple[str, ...]) -> None:
    assert FIGURES.unverified(text) == wrong


def test_a_whole_number_is_no_rounding_of_a_ratio() -> None:
    assert Figures(frozenset(), frozenset({0.724})).unverified("1 hit") == ("1",)


def test_cells_come_from_signals_rollups_and_counts(
    arc: Arc, make_signal: Callable[..., Signal]
) -> None:
    figures = index_figures(arc, [make_signal("pace", "improving")])
    said = "12.5 % on n = 37, a score of .40, 3 attempts, 4 stages, 100 XP, means .50 then .85"
    assert figures.unverified(said) == ()
    assert figures.unverified("58 percent of 61") == ("58 percent", "61")


def test_numbers_within_names_and_verified_quotes_are_not_read(arc: Arc) -> None:
    stages = tuple(
        s.model_copy(update={"title": "Sprint 77"}) if s.stage_id == "s1" else s for s in arc.stages
    )
    trigger = arc.trigger.model_copy(update={"stages": stages})
    facts = facts_of(type(arc)(trigger=trigger, objectives=(), messages=(), artefacts=()), ())
    assert facts.prose_faults("In Sprint 77 it held.") == ()
    assert facts.prose_faults("It took 77 tries.") == ("the number 77 is in no table",)


def test_invented_words_in_quotation_marks_are_a_fault(arc: Arc) -> None:
    facts = facts_of(arc, ())
    assert facts.prose_faults("You said “checked the log twice” there.") == ()
    assert facts.prose_faults('You said "I never check any log" there.') != ()
