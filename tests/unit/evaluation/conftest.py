"""Some generated arcs and their twins, reviewed by rules, to be held up and to be spoiled."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from consumer.assembly.assemble import assemble
from consumer.assembly.coverage import counts_of, coverage_of
from consumer.evaluation.factors import BASE_RATES
from consumer.evaluation.generator import Case, case_with_twin
from consumer.evaluation.reviewed import Metric, Reviewed
from consumer.reviewing.rules.reviewer import draft_by_rules
from consumer.signals.compute import compute

SEED = 3
PLACES = (0, *range(6, 20))


@pytest.fixture(scope="session")
def reviewed() -> tuple[Reviewed, ...]:
    """Return reviews by rules: a thin arc, some without a pattern, some with; and their twins."""
    return tuple(_reviewed(case) for at in PLACES for case in case_with_twin(at, seed=SEED))


@pytest.fixture(scope="session")
def spoil() -> Callable[..., list[Reviewed]]:
    """Return a function that changes the first review of some for which `where` holds."""

    def change(
        reviewed: Sequence[Reviewed],
        how: Callable[[Reviewed], dict[str, Any]],
        *,
        where: Callable[[Reviewed], bool] = lambda _: True,
    ) -> list[Reviewed]:
        at = next(at for at, one in enumerate(reviewed) if where(one))
        one = reviewed[at]
        review = one.review.model_copy(update=how(one))
        return [*reviewed[:at], replace(one, review=review), *reviewed[at + 1 :]]

    return change


@pytest.fixture(scope="session")
def row() -> Callable[[Sequence[Metric], str], Metric]:
    """Return a function that gives the row of a table whose name begins so."""
    return lambda metrics, name: next(one for one in metrics if one.name.startswith(name))


def _reviewed(case: Case) -> Reviewed:
    arc = case.resolved().arc
    signals = compute(arc, base_rates=BASE_RATES)
    seen = counts_of(arc)
    review = assemble(
        draft_by_rules(arc, signals),
        arc=arc,
        signals=signals,
        coverage=coverage_of(arc.trigger.expected, seen=seen, used=seen),
        revision=1,
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
        schema_version=1,
        xp_band=0.25,
    )
    return Reviewed(name=case.name, arc=arc, truth=case.truth, review=review, latency_seconds=0.25)
