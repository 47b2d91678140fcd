import pytest

from consumer.arc import Arc
from consumer.assembly.facts import facts_of
from consumer.assembly.quantifiers import (
    counts_without_figures,
    says_every_stage,
    says_repeatedly,
)


@pytest.mark.parametrize(
    "text",
    [
        "You never asked for help.",
        "You have always checked first.",
        "I never heard back from you.",
        "Every time Dana wrote, you answered at once.",
        "You answered without exception.",
        "Most of your objectives failed.",
        "None of your objectives passed.",
        "The vast majority of it was right.",
        "You missed almost every one.",
        "You asked, and you never waited.",
        "You consistently checked first.",
        "All objectives failed.",
        "You failed everything.",
        "You answered all messages and ignored every question.",
        "Not a single message was answered.",
        "More than half of it failed.",
        "In most cases you checked.",
        "Few of your objectives passed.",
    ],
)
def test_how_often_without_a_figure_is_told(text: str) -> None:
    assert counts_without_figures(text)


@pytest.mark.parametrize(
    "text",
    [
        "Name the owner, so that Dana never has to ask.",
        "Say the source each time you give a number.",
        "Write the assumption down, every time.",
        "Until you never need to look, keep the list open.",
        "Make sure you always name a source.",
        "Most of all, name the file.",
        "Nine objectives closed, none of them scored.",
        "A clean result never came.",
        "All four objectives have a score.",
        "You took all of the two hints.",
        "Put the source in every message.",
        "You asked whether all remotes need batteries.",
    ],
)
def test_advice_and_counts_are_not_meant(text: str) -> None:
    assert not counts_without_figures(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("In every stage you checked first.", True),
        ("You asked in all four stages.", True),
        ("You were careful throughout.", True),
        ("From the first stage to the last you checked.", True),
        ("Held against its time, each stage took longer.", False),
        ("In the next run, name the owner in one stage.", False),
        ("Nothing was said in every stage.", False),
    ],
)
def test_what_is_said_of_every_stage_is_told(text: str, *, says: bool) -> None:
    assert says_every_stage(text) is says


def test_a_model_says_how_many_of_how_many_and_the_rules_count_themselves(arc: Arc) -> None:
    text = "You never asked for help."
    assert facts_of(arc, ()).prose_faults(text) == (
        "it says always, never, most or all of something: say how many of how many",
    )
    assert facts_of(arc, (), reviewer="rules").prose_faults(text) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("You repeatedly left it out.", True),
        ("You kept leaving it out.", True),
        ("You kept the list up to date.", False),
        ("Ask often.", True),
        ("Nothing was left out repeatedly.", False),
    ],
)
def test_what_is_said_to_have_happened_repeatedly_is_told(text: str, *, says: bool) -> None:
    assert says_repeatedly(text) is says
