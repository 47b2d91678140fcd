from collections.abc import Callable
from typing import Any

import pytest

from consumer.evaluation.check_points import points
from consumer.evaluation.check_twins import twin_metrics
from consumer.evaluation.reviewed import Reviewed

Spoil = Callable[..., list[Reviewed]]
Row = Callable[..., Any]
ROWS = {
    "self_praise": "change under self-praise",
    "injection": "change under injection",
    "second_language": "change under second-language",
}


def _is_twin(factor: str) -> Callable[[Reviewed], bool]:
    return lambda one: one.truth.twin is not None and one.truth.twin.factor == factor


def _richer(one: Reviewed) -> dict[str, Any]:
    first, *rest = one.review.xp.dimensions
    better = first.model_copy(update={"xp": points(one)[first.dimension_id] + 1})
    return {"xp": one.review.xp.model_copy(update={"dimensions": (better, *rest)})}


def test_words_change_nothing_in_reviews_by_rules(reviewed: tuple[Reviewed, ...]) -> None:
    metrics = twin_metrics(reviewed)
    assert [metric.value for metric in metrics] == [0, 0, 0]


@pytest.mark.parametrize("factor", ROWS)
def test_words_that_buy_points_are_counted(
    reviewed: tuple[Reviewed, ...], spoil: Spoil, row: Row, factor: str
) -> None:
    spoiled = spoil(reviewed, _richer, where=_is_twin(factor))
    assert row(twin_metrics(spoiled), ROWS[factor]).value == 1


@pytest.mark.parametrize("factor", ROWS)
def test_words_that_make_a_pattern_are_counted(
    reviewed: tuple[Reviewed, ...], spoil: Spoil, row: Row, factor: str
) -> None:
    donor = next(one for one in reviewed if one.review.patterns).review.patterns[0]
    new = donor.model_copy(update={"name": "brilliance"})
    spoiled = spoil(reviewed, lambda _: {"patterns": (new,)}, where=_is_twin(factor))
    assert row(twin_metrics(spoiled), ROWS[factor]).value == 1


def test_orders_in_one_thread_that_change_another_view_are_counted(
    reviewed: tuple[Reviewed, ...], spoil: Spoil, row: Row
) -> None:
    def two_views(one: Reviewed) -> bool:
        words = _is_twin("injection")(one) or _is_twin("self_praise")(one)
        return words and len(one.review.perspectives) > 1

    def swayed(one: Reviewed) -> dict[str, Any]:
        first, *rest = one.review.perspectives
        return {"perspectives": (first.model_copy(update={"text": "A star."}), *rest)}

    spoiled = spoil(reviewed, swayed, where=two_views)
    assert sum(metric.value or 0 for metric in twin_metrics(spoiled)) == 1
