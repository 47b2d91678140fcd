from collections.abc import Callable

import pytest

from consumer.assembly.assertions import assertion_faults
from schemas.review import Signal


@pytest.mark.parametrize(
    "text",
    [
        "You got faster from stage to stage.",
        "Over the run you have become quicker.",
        "You worked slower towards the end.",
        "You grew more independent.",
        "You came through and needed fewer hints.",
        "You showed great growth and strong communication throughout.",
        "You improved steadily.",
        "An outstanding run.",
        "Well done, keep it up!",
    ],
)
def test_a_trend_that_no_signal_shows_or_praise_for_anyone_is_a_fault(text: str) -> None:
    assert assertion_faults(text, ()) != ()


@pytest.mark.parametrize(
    "text",
    [
        "Five stages differ too much in length to say whether you got faster.",
        "If you worked slower here, you would see more.",
        "It is not clear that you needed fewer hints.",
        "Reply faster next time.",
        "You asked the support team for the faster route.",
    ],
)
def test_doubt_advice_and_other_uses_of_the_words_claim_nothing(text: str) -> None:
    assert assertion_faults(text, ()) == ()


@pytest.mark.parametrize(
    ("text", "kind", "verdict"),
    [
        ("You got faster.", "pace", "improving"),
        ("You got slower.", "pace", "worsening"),
        ("You needed fewer hints.", "independence", "improving"),
        ("You needed fewer hints.", "help_avoidance", "present"),
        ("Clear progress on first tries.", "first_pass", "improving"),
    ],
)
def test_a_signal_bears_the_trend_that_it_shows(
    text: str, kind: str, verdict: str, make_signal: Callable[..., Signal]
) -> None:
    assert assertion_faults(text, (make_signal(kind, verdict),)) == ()
    assert assertion_faults(text, (make_signal(kind, "unclear"),)) != ()
