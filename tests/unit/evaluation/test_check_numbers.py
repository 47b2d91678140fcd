import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from consumer.evaluation.check_numbers import figures_of, number_metrics, numbers_in
from consumer.evaluation.reviewed import Reviewed

Spoil = Callable[..., list[Reviewed]]


def test_reviews_by_rules_say_numbers_of_their_runs(reviewed: tuple[Reviewed, ...]) -> None:
    (metric,) = number_metrics(reviewed)
    assert metric.value == 1


@pytest.mark.parametrize(
    "lie",
    ["Your score was .0137.", "You got 61.83 % faster.", "On 977 of 978 tries.", "Seventy times."],
)
def test_one_invented_number_fails_the_target(
    reviewed: tuple[Reviewed, ...], spoil: Spoil, lie: str
) -> None:
    def invent(one: Reviewed) -> dict[str, Any]:
        return {"summary": f"{one.review.summary} {lie}"}

    (metric,) = number_metrics(spoil(reviewed, invent))
    assert metric.passed is False


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("5 of 7, then .74", [(5, 0, False), (7, 0, False), (0.74, 2, False)]),
        ("about 12.5 % less", [(12.5, 1, True)]),
        ("three of the four stages", [(3, 0, False), (4, 0, False)]),
        ("1,250 points.", [(1250, 0, False)]),
        ("she said “40 percent” and Q3 came", []),
        ("someone told the other", []),
    ],
)
def test_numbers_are_read_as_they_are_written(
    reviewed: tuple[Reviewed, ...], text: str, numbers: list[tuple[float, int, bool]]
) -> None:
    assert list(numbers_in(text, reviewed[0].arc)) == numbers


def test_figures_hold_the_scores_and_counts_of_the_run(reviewed: tuple[Reviewed, ...]) -> None:
    one = next(one for one in reviewed if any(o.score for o in one.arc.objectives))
    figures = figures_of(one.arc, one.review)
    assert {o.score for o in one.arc.objectives if o.score is not None} <= figures
    assert {float(len(one.arc.objectives)), float(sum(o.hints for o in one.arc.objectives))} <= (
        figures
    )


def test_how_many_issues_an_objective_has_is_a_figure(reviewed: tuple[Reviewed, ...]) -> None:
    one = next(one for one in reviewed if any(o.issues for o in one.arc.objectives))
    objective = next(o for o in one.arc.objectives if o.issues)
    issue = objective.issues[0]
    other = issue.model_copy(update={"kind": "another kind"})
    many = objective.model_copy(update={"issues": (*[issue] * 1009, *[other] * 1000)})
    arc = dataclasses.replace(one.arc, objectives=(many,))
    assert 2009.0 in figures_of(arc, one.review)
    assert 2010.0 not in figures_of(arc, one.review)
