from dataclasses import replace

import pytest

from consumer.evaluation.arcs import generate
from consumer.evaluation.factors import Factors, draw
from consumer.evaluation.oracle_tries import RECOVERY, STUCK, best_of_tries, planted_in_tries
from consumer.evaluation.truth import TruePattern


def _plan(**changes: object) -> Factors:
    plain: dict[str, object] = {
        "objectives": (3,) * 6,
        "help": "flat",
        "scored": True,
        "quality": (0.85, 0.9),
        "first_rise": 0.0,
        "gains": "usual",
        "is_stuck": False,
    }
    return replace(draw(1, 7), **{**plain, **changes})  # type: ignore[arg-type]  # of many types


def _found(plan: Factors) -> tuple[TruePattern, ...]:
    return best_of_tries(plan, generate(plan, seed=4).rollups)


def test_what_is_plainly_planted_is_found() -> None:
    stuck = _plan(quality=(0.5, 0.55), is_stuck=True)
    both = _plan(quality=(0.5, 0.55), is_stuck=True, gains="good")
    assert _found(stuck) == planted_in_tries(stuck) == (STUCK,)
    assert _found(both) == planted_in_tries(both) == (RECOVERY, STUCK)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"quality": (0.5, 0.55), "objectives": (3, 3, 3)},
        {"quality": (0.76, 0.78)},
        {"quality": (0.5, 0.55), "gains": "good", "scored": False, "is_stuck": True},
    ],
    ids=["nothing planted", "nine objectives", "just about passing", "no scores"],
)
def test_too_little_or_nothing_planted_is_not_found(changes: dict[str, object]) -> None:
    assert _found(_plan(**changes)) == ()


def test_middling_retries_are_no_recovery() -> None:
    assert RECOVERY not in _found(_plan(quality=(0.5, 0.55), gains="middling"))


def test_two_retries_are_too_few_for_a_recovery() -> None:
    plan = _plan(quality=(0.5, 0.55), gains="good")
    rollups = generate(plan, seed=4).rollups
    retried = [rollup for rollup in rollups if rollup.attempts > 1]
    assert RECOVERY in best_of_tries(plan, retried[:3])
    assert RECOVERY not in best_of_tries(plan, retried[:2])
