from itertools import product
from typing import Any

import pytest

from consumer.signals.stuck import longest_stretch, stuck

HIT, MISS = {"score": 0.9}, {"score": 0.4}


def _fields(marks: str) -> list[dict[str, Any]]:
    return [HIT if mark == "x" else MISS for mark in marks]


def test_the_longest_stretch_agrees_with_looking_at_every_window() -> None:
    for marks in product("x.", repeat=9):
        text = "".join(marks)
        windows = (text[i:j] for i in range(9) for j in range(i + 1, 10))
        expected = max(len(w) for w in windows if "xxx" not in w)
        assert longest_stretch([mark == "x" for mark in text]) == expected


def test_ten_objectives_without_three_in_a_row_is_stuck(make_arc: Any, spread: Any) -> None:
    (signal,) = stuck(make_arc(spread(_fields("xx.xx.xx.x"), 4)))
    assert (signal.verdict, signal.value, signal.n) == ("present", 10, 10)


def test_nine_objectives_are_too_few(make_arc: Any, spread: Any) -> None:
    (signal,) = stuck(make_arc(spread(_fields("." * 9), 4)))
    assert (signal.verdict, signal.value) == ("too_little_data", None)


def test_three_in_a_row_soon_is_absent(make_arc: Any, spread: Any) -> None:
    (signal,) = stuck(make_arc(spread(_fields("...xxx...xxx"), 4)))
    assert (signal.verdict, signal.value) == ("absent", 7)


def test_a_long_stretch_beside_three_in_a_row_is_unclear(make_arc: Any, spread: Any) -> None:
    (signal,) = stuck(make_arc(spread(_fields("xxx" + "." * 12), 4)))
    assert (signal.verdict, signal.value) == ("unclear", 14)


def test_a_dimension_of_ten_objectives_has_its_own_signal(make_arc: Any, spread: Any) -> None:
    weak = [MISS | {"dimension_ids": ("d1",)}] * 10
    fine = [HIT | {"dimension_ids": ("d2",)}] * 9
    run, first = stuck(make_arc(spread([*fine, *weak], 4)))
    assert (run.signal_id, run.verdict) == ("stuck", "unclear")
    assert (first.signal_id, first.name, first.verdict) == ("stuck:d1", "Dimension 1", "present")
    assert first.n == 10


def test_a_dimension_that_is_the_whole_run_says_nothing_twice(make_arc: Any, spread: Any) -> None:
    fields = [MISS | {"dimension_ids": ("d1", "d2")}] * 12
    assert [s.signal_id for s in stuck(make_arc(spread(fields, 4)))] == ["stuck"]


@pytest.mark.parametrize("fields", [[{}] * 12, [{"attempts": 3}] * 12])
def test_a_run_without_scores_says_nothing(
    make_arc: Any, spread: Any, fields: list[dict[str, Any]]
) -> None:
    (signal,) = stuck(make_arc(spread(fields, 4)))
    assert (signal.verdict, signal.n) == ("too_little_data", 0)


@pytest.mark.parametrize(("misses", "verdict"), [(7, "absent"), (8, "unclear")])
def test_a_stretch_of_ten_beside_three_in_a_row_cannot_be_told(
    misses: int, verdict: str, *, make_arc: Any, spread: Any
) -> None:
    (signal,) = stuck(make_arc(spread(_fields("xxx" + "." * misses), 4)))
    assert (signal.verdict, signal.value) == (verdict, misses + 2)


def test_two_dimensions_of_the_same_objectives_are_told_once(make_arc: Any, spread: Any) -> None:
    both = [MISS | {"dimension_ids": ("d1", "d2")}] * 10
    signals = stuck(make_arc(spread([HIT, *both], 4)))
    assert [s.signal_id for s in signals] == ["stuck", "stuck:d1"]


def test_a_run_whose_attempts_were_not_counted_says_nothing(make_arc: Any, spread: Any) -> None:
    (signal,) = stuck(make_arc(spread([HIT | {"attempts": 0}] * 12, 4)))
    assert (signal.verdict, signal.n) == ("too_little_data", 0)
