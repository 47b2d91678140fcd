from collections.abc import Callable
from typing import Any

import pytest

from consumer.evaluation.check_numbers import number_metrics
from consumer.evaluation.check_pairs import pair_metrics, pairs_in, tables_of
from consumer.evaluation.reviewed import Reviewed

Spoil = Callable[..., list[Reviewed]]


def test_reviews_by_rules_say_parts_of_their_wholes(reviewed: tuple[Reviewed, ...]) -> None:
    (metric,) = pair_metrics(reviewed)
    assert metric.value == 1
    assert int(metric.basis.split()[0]) > len(reviewed)


def test_two_figures_of_different_tables_fail_the_target_though_each_is_a_figure(
    reviewed: tuple[Reviewed, ...], spoil: Spoil
) -> None:
    def mixed(one: Reviewed) -> tuple[int, int]:
        """Return two numbers of the run's tables that no one table holds."""
        tables = tables_of(one.arc, one.review)
        numbers = sorted({n for table in tables for n in table if 1 < n < 40})
        return next(
            (a, b)
            for b in reversed(numbers)
            for a in numbers
            if a < b and not any({a, b} <= table for table in tables)
        )

    def lie(one: Reviewed) -> dict[str, Any]:
        part, whole = mixed(one)
        return {"summary": f"{one.review.summary} It held on {part} of {whole}."}

    def is_rich(one: Reviewed) -> bool:
        return len(one.arc.objectives) > 10

    spoiled = spoil(reviewed, lie, where=is_rich)
    (numbers,), (pairs,) = number_metrics(spoiled), pair_metrics(spoiled)
    assert numbers.passed
    assert pairs.passed is False


def test_a_part_greater_than_its_whole_fails(reviewed: tuple[Reviewed, ...], spoil: Spoil) -> None:
    def turn(one: Reviewed) -> dict[str, Any]:
        return {"summary": f"It held on {len(one.arc.objectives)} of {1}."}

    (metric,) = pair_metrics(spoil(reviewed, turn, where=lambda one: len(one.arc.objectives) > 1))
    assert metric.passed is False


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("5 of 7, then one of eight.", [(5, 7), (1, 8)]),
        ("nine of the 12 objectives; none of 18", [(9, 12), (0, 18)]),
        ("3 out of 4 stages", [(3, 4)]),
        ("“5 of 7” was said, and 12 % of 40 % too", []),
        ("the mean of 3 objectives", []),
    ],
)
def test_pairs_are_read_as_they_are_written(
    reviewed: tuple[Reviewed, ...], text: str, pairs: list[tuple[int, int]]
) -> None:
    assert list(pairs_in(text, reviewed[0].arc)) == pairs
