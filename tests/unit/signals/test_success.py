from typing import Any

import pytest

from consumer.signals.success import has_hints, has_scores, is_success, knows_successes


@pytest.mark.parametrize(
    ("fields", "success"),
    [
        ({"score": 0.7}, True),
        ({"score": 0.69}, False),
        ({"score": 0.9, "first_score": 0.5}, False),
        ({"score": 0.5, "first_score": 0.9}, True),
        ({"score": 0.9, "attempts": 2}, False),
        ({"score": 0.9, "attempts": 0}, False),
        ({}, True),
        ({"attempts": 3}, False),
    ],
)
def test_success_is_one_attempt_and_seven_tenths_or_unknown(
    make_arc: Any, fields: dict[str, Any], success: bool
) -> None:
    (objective,) = make_arc([(1, fields)]).objectives
    assert is_success(objective) is success


def test_a_first_score_alone_is_a_score(make_arc: Any) -> None:
    assert has_scores(make_arc([(1, {}), (2, {"first_score": 0.0})]))
    assert not has_scores(make_arc([(1, {})]))


def test_hints_all_zero_are_no_hints(make_arc: Any) -> None:
    assert not has_hints(make_arc([(1, {"hints": 0, "hint_before_first_attempt": False})]))
    assert has_hints(make_arc([(1, {"hints": 1})]))


def test_a_score_alone_is_a_score(make_arc: Any) -> None:
    assert has_scores(make_arc([(1, {}), (2, {"score": 0.0})]))


def test_a_hint_before_the_first_try_is_a_hint_even_where_none_was_counted(make_arc: Any) -> None:
    assert has_hints(make_arc([(1, {"hints": 0, "hint_before_first_attempt": True})]))


def test_attempts_all_zero_were_not_counted(make_arc: Any) -> None:
    assert not knows_successes(make_arc([(1, {"score": 0.9, "attempts": 0})] * 2))
    assert not knows_successes(make_arc([(1, {"attempts": 1})]))
    mixed = [(1, {"score": 0.9, "attempts": 0}), (1, {"attempts": 1})]
    assert knows_successes(make_arc(mixed))
