"""Strengths: results first; the learner's reasons only where nothing was scored."""

from collections.abc import Callable
from typing import Any

import pytest

from consumer.reviewing.rules.reading import reading_of
from consumer.reviewing.rules.strengths import strengths_of


@pytest.mark.parametrize(
    ("text", "praised"),
    [
        ("We should keep the small one, so that nobody has to wait.", True),
        ("I would keep the small one because it fits the hand.", True),
        ("So that gives you two different kinds of it, I think.", False),
        ("Can I just go over the list again, so that I miss nothing.", False),
        ("Um, should we keep the small one because it fits the hand", False),
    ],
)
def test_without_scores_a_reason_is_praised_and_a_mere_so_is_not(
    text: str, praised: bool, make_arc: Callable[..., Any]
) -> None:
    arc = make_arc(talk={"sam": (("s1", "user", text),)}, objectives=())

    found = strengths_of(reading_of(arc, ()))

    assert bool(found) is praised


def test_with_scores_no_words_of_the_learner_are_praised(make_arc: Callable[..., Any]) -> None:
    found = strengths_of(reading_of(make_arc(), ()))

    assert found
    assert {c.source for item in found for c in item.evidence} == {"objective"}


def test_scores_below_the_pass_mark_earn_no_praise(make_arc: Callable[..., Any]) -> None:
    low = [o.model_copy(update={"score": 0.5, "first_score": 0.5}) for o in make_arc().objectives]

    found = strengths_of(reading_of(make_arc(objectives=tuple(low), talk={}), ()))

    assert found == ()
