"""Strengths: results first; the learner's reasons only where nothing was scored."""

from collections.abc import Callable
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.reviewing.rules.reading import reading_of
from consumer.reviewing.rules.strengths import strengths_of
from schemas.events import Issue
from schemas.review import Signal


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


MakeWell = Callable[..., Arc]


def _praise(arc: Arc, *signals: Signal) -> list[str]:
    return [strength.statement for strength in strengths_of(reading_of(arc, signals))]


def _first(arc: Arc, *signals: Signal) -> tuple[str, list[str]]:
    """Return the first strength and the ids that it cites."""
    first = strengths_of(reading_of(arc, signals))[0]
    return first.statement, [citation.source_id for citation in first.evidence]


def test_the_best_unaided_results_of_two_stages_are_praised(well_done: MakeWell) -> None:
    arc = well_done({2: {"score": 0.97}, 3: {"score": 0.96}, 8: {"score": 0.95}})
    assert _first(arc) == (
        (
            "“Piece B of the work” came right at the first try and without a hint, at 0.97. The "
            "same goes for “Piece H of the work”, at 0.95."
        ),
        ["o2", "o8"],
    )


@pytest.mark.parametrize("change", [{"attempts": 2}, {"hints": 1}, {"score": 0.69}])
def test_what_took_two_tries_or_a_hint_or_missed_the_mark_was_not_unaided(
    change: dict[str, Any], well_done: MakeWell
) -> None:
    only = {"attempts": 1, "hints": 0, "score": 0.7}
    arc = well_done({4: only}, attempts=2, hints=1, score=0.69, first_score=0.69)
    assert _first(arc) == (
        "“Piece D of the work” came right at the first try and without a hint, at 0.70.",
        ["o4"],
    )
    spoilt = well_done({4: only | change}, attempts=2, hints=1, score=0.69, first_score=0.69)
    assert "without a hint" not in " ".join(_praise(spoilt))


def test_the_longest_way_back_to_the_mark_is_praised_with_its_tries_and_hints(
    well_done: MakeWell,
) -> None:
    back = {"attempts": 2, "first_score": 0.3, "score": 0.8}
    longer = {"attempts": 4, "first_score": 0.1, "score": 0.7, "hints": 2}
    to_no_mark = {"attempts": 2, "first_score": 0.0, "score": 0.69}
    at_once = {"attempts": 1, "first_score": 0.0, "score": 0.9}
    said = (
        "On “Piece E of the work” you did not leave it at the first result: 0.10 became 0.70 in "
        "four attempts, with two hints."
    )
    spread = {4: back, 5: longer, 6: to_no_mark, 7: at_once}
    assert said in _praise(well_done(spread))
    unaided = said.replace("with two hints", "with no hint")
    assert unaided in _praise(well_done(spread | {5: longer | {"hints": 0}}))


@pytest.mark.parametrize(("first", "told"), [(0.75, True), (0.76, False)])
def test_a_gain_too_small_to_mention_is_no_way_back(
    first: float, *, told: bool, well_done: MakeWell
) -> None:
    arc = well_done({5: {"attempts": 2, "first_score": first, "score": 0.9}})
    assert any("did not leave it at" in one for one in _praise(arc)) is told


def test_a_way_back_is_not_told_again_where_the_pattern_tells_it(
    well_done: MakeWell, make_signal: Callable[..., Signal]
) -> None:
    arc = well_done({5: {"attempts": 2, "first_score": 0.2}})
    recovers = make_signal("recovery", "present", value=0.8, low=0.7, high=0.9)
    assert "did not leave it at" in " ".join(_praise(arc))
    assert "did not leave it at" not in " ".join(_praise(arc, recovers))


MARKED = {"issues": (Issue(kind="late_update"),)}


@pytest.mark.parametrize("spoilt", [MARKED, {"attempts": 2}, {"attempts": 0}, {"score": 0.69}])
def test_a_stage_is_clean_where_each_objective_came_right_at_the_first_try(
    spoilt: dict[str, Any], well_done: MakeWell
) -> None:
    """The third stage has nothing spoilt; hints in the second make it the lesser."""
    changes = dict.fromkeys((1, 10, 13, 16), spoilt)
    lesser = {4: {"hints": 2}, 5: {"score": 0.85}}
    said = (
        "“Sort” has nothing to mend: all three objectives done at the first try and without an "
        "issue, the lowest at 0.80."
    )
    assert said in _praise(well_done(changes | lesser | {8: {"score": 0.8}}))
    helped = (
        "“Gather” went through without an issue: all three objectives done at the first try, with "
        "two hints, the lowest at 0.85."
    )
    assert helped in _praise(well_done(changes | lesser | {8: spoilt}))


def test_one_objective_alone_makes_no_clean_stage(
    make_arc: Callable[..., Any], well_done: MakeWell
) -> None:
    arc = make_arc(objectives=well_done().objectives[:1])
    assert len(_praise(arc)) == 1


CRAFT, CLARITY = {"dimension_ids": ("craft",)}, {"dimension_ids": ("clarity",)}


@pytest.fixture
def two_skills(well_done: MakeWell) -> Callable[..., list[str]]:
    """Return the praise of an arc in which craft scored `high` and clarity `low`."""

    def build(high: float, low: float, **changes: Any) -> list[str]:
        weak = {n: CLARITY | {"score": low} for n in range(10, 19)}
        arc = well_done(weak | changes.get("changes", {}), **CRAFT, score=high)
        return [one for one in _praise(arc) if "your work was strongest" in one]

    return build


def test_the_skill_that_leads_is_praised_where_it_leads_by_enough(
    two_skills: Callable[..., list[str]],
) -> None:
    assert two_skills(0.8, 0.7) == [
        (
            "Craft is where your work was strongest: a mean of 0.80 over nine objectives, where "
            "Clarity came to 0.70."
        )
    ]
    assert two_skills(0.8, 0.71) == []
    assert two_skills(0.69, 0.5) == []


def test_a_skill_leads_only_by_scores_enough_of_its_own_and_alone(
    two_skills: Callable[..., list[str]],
) -> None:
    unscored = {n: CLARITY | {"score": None} for n in range(10, 17)}
    assert two_skills(0.8, 0.6, changes=unscored) == []
    assert len(two_skills(0.8, 0.6, changes={n: unscored[n] for n in range(10, 16)})) == 1
    level = {n: {"dimension_ids": ("care",)} for n in range(1, 4)}
    assert two_skills(0.8, 0.6, changes=level) == []


def test_a_skill_is_shown_by_its_best_first_tries(well_done: MakeWell) -> None:
    retried = {n: {"attempts": 2} for n in (1, 2)}
    weak = {n: CLARITY | {"score": 0.6} for n in range(10, 19)}
    best = {8: {"score": 0.95}, 9: {"score": 0.92}}
    arc = well_done({**retried, **weak, **best}, **CRAFT, score=0.91)
    (skill,) = (s for s in strengths_of(reading_of(arc, ())) if "strongest" in s.statement)
    assert [citation.source_id for citation in skill.evidence] == ["o8", "o9", "o3"]
    even = {n: {"score": 0.99 if n < 3 else 0.6} for n in range(1, 5)}
    short = {n: {"dimension_ids": (), "score": 0.6} for n in range(5, 10)}
    (skill,) = (
        s
        for s in strengths_of(reading_of(well_done({**even, **short, **weak}, **CRAFT), ()))
        if "strongest" in s.statement
    )
    assert [citation.source_id for citation in skill.evidence] == ["o1", "o2"]


def test_where_nothing_stands_out_the_best_result_is_named_with_what_it_took(
    well_done: MakeWell,
) -> None:
    every = {"attempts": 2, "hints": 1, "score": 0.75, "first_score": None}
    said = "Your best result is “Piece F of the work”, at 0.80 after three attempts and with two "
    best = {"score": 0.8, "attempts": 3, "hints": 2}
    assert _praise(well_done({6: best}, **every)) == [f"{said}hints."]
    rather = {9: best | {"hints": 3}, 5: best | {"attempts": 4}}
    assert _praise(well_done({6: best} | rather, **every)) == [f"{said}hints."]
    uncounted = well_done({6: best | {"attempts": 0}}, **every)
    level = _praise(well_done(**every | {"score": 0.7}))
    assert level[0].startswith("Your best result is “Piece A of the work”, at 0.70")
    assert _praise(uncounted) == [
        "Your best result is “Piece F of the work”, at 0.80 and with two hints."
    ]


def test_reasons_are_praised_once_a_stage_and_are_the_learners(make_arc: MakeWell) -> None:
    why = "We should keep the {} one, because it fits the hand."
    talk = {
        "sam": (
            ("s1", "persona", why.format("large")),
            ("s2", "user", why.format("small")),
            ("s2", "user", why.format("blue")),
            ("s4", "user", why.format("round")),
            ("s5", "user", why.format("flat")),
        )
    }
    assert _praise(make_arc(talk=talk, objectives=())) == [
        (
            "In “Gather” you gave the reason with the view, so that others could weigh it: "
            "“We should keep the small one, because it fits the hand.”"
        ),
        (
            "You said why, and not only what, in “Weigh” too: "
            "“We should keep the round one, because it fits the hand.”"
        ),
    ]
    copied = {"sam": (*talk["sam"][:1], ("s2", "user", why.format("large")))}
    assert _praise(make_arc(talk=copied, objectives=())) == []
