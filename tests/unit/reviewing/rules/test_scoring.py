"""Scoring, word for word: what a dimension's points rest on, its best and its worst."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.reviewing.rules.reading import reading_of
from consumer.reviewing.rules.scoring import scoring_of
from tests.arcs import plan

WellDone = Callable[..., Arc]
ONLY = {"dimension_ids": ("craft",)}


def _reasons(arc: Arc, **titles: str) -> list[str]:
    """Return the reasons of dimensions, given as id=title."""
    trigger = arc.trigger.model_copy(update={"xp": plan(**(titles or {"craft": "Craft"}))})
    scores = scoring_of(reading_of(replace(arc, trigger=trigger), ())).dimensions
    return [score.rationale for score in scores]


@pytest.fixture
def exercised(well_done: WellDone) -> Callable[..., list[str]]:
    """Return the reason of craft where the first objectives exercised it, each changed so."""

    def build(*changes: dict[str, Any], **titles: str) -> list[str]:
        numbered = {n: ONLY | change for n, change in enumerate(changes, start=1)}
        return _reasons(well_done(numbered, dimension_ids=("other",)), **titles)

    return build


def test_several_scores_are_told_by_their_mean_hints_and_ends(
    exercised: Callable[..., list[str]],
) -> None:
    weak = {"score": 0.6, "attempts": 3, "hints": 1}
    assert exercised({"score": 0.8}, weak, {"score": 0.7, "hints": 2}) == [
        (
            "Three objectives exercised Craft, at a mean score of 0.70 and with three hints. "
            "“Piece A of the work” carried it most, “Piece B of the work” with its three attempts "
            "least."
        )
    ]
    level = exercised({"score": 0.7}, {"score": 0.7})
    assert level == ["Two objectives exercised Craft, at a mean score of 0.70 and with no hints."]


def test_a_mean_is_said_to_be_of_those_that_were_scored(
    exercised: Callable[..., list[str]],
) -> None:
    (said,) = exercised({"score": 0.7}, {"score": 0.8}, {"score": None, "first_score": None})
    assert said.startswith(
        "Three objectives (two of them scored) exercised Craft, at a mean score of 0.75"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            ({"hints": 1, "score": 0.8},),
            "Craft rests on “Piece A of the work” alone, which scored 0.80 with one hint.",
        ),
        (
            ({"score": None, "hints": 2}, {"score": None, "hints": 1}),
            (
                "Two objectives exercised Craft without a score, so attempts and three "
                "hints had to do."
            ),
        ),
        (
            ({"score": None, "attempts": 2},),
            "One objective exercised Craft without a score, so attempts and no hints had to do.",
        ),
        (
            ({"score": None},),
            "One objective exercised Craft, and neither a score nor a retry says how well.",
        ),
    ],
)
def test_a_single_score_none_and_nothing_at_all_are_told_as_what_they_are(
    changes: tuple[dict[str, Any], ...], said: str, exercised: Callable[..., list[str]]
) -> None:
    unscored = tuple(change | {"first_score": None} for change in changes)
    (reason,) = exercised(*unscored)
    assert reason.startswith(said)


def test_what_was_not_measured_gets_the_others_mean_or_an_even_share(
    exercised: Callable[..., list[str]], make_arc: Callable[..., Any]
) -> None:
    assert exercised({}, craft="Craft", care="Care")[1] == (
        "No objective of this run exercised Care, so it gets the mean of the others."
    )
    nothing = make_arc(objectives=())
    assert _reasons(nothing, craft="Craft", care="Care") == [
        "No objective exercised Craft or any other dimension, so all get an even share.",
        "Care gets an even share, too.",
    ]


def test_no_two_dimensions_are_told_in_one_frame_and_each_begins_a_sentence(
    well_done: WellDone,
) -> None:
    titles = {f"d{n}": f"skill {letter}" for n, letter in enumerate("abcdef")}
    arc = well_done({1: {"score": 0.5}}, dimension_ids=tuple(titles))
    reasons = _reasons(arc, **titles)
    assert reasons[4].startswith("Skill e comes out at 0.88 on average, 18 objectives and no hints")
    frames = {
        r.replace(title, "@").replace(title.capitalize(), "@")
        for r, title in zip(reasons, titles.values(), strict=True)
    }
    assert len(frames) == len(titles)
    ends = [reason.partition(". ")[2] for reason in reasons]
    assert len(set(ends[:4])) == 4
    assert ends[4:] == ["", ""]
    assert [reason for reason in reasons if reason[0].islower()] == []


def test_a_dimension_shows_the_two_that_carried_it_most_and_least(well_done: WellDone) -> None:
    arc = well_done({4: {"score": 0.95}, 9: {"score": 0.5}}, **ONLY)
    (dimension, *_) = scoring_of(reading_of(arc, ())).dimensions
    assert [c.source_id for c in dimension.evidence] == ["o4", "o9"]
    assert dimension.rationale.endswith(
        "“Piece D of the work” carried it most, “Piece I of the work” least."
    )
    assert dimension.raw_xp is None
