"""When a run is whole, and how long its grace lasts."""

import pytest

from consumer.context.completeness import grace_left_seconds, is_met
from schemas.events import Manifest


def _met(manifest: Manifest, objective: int, message: int, artefact: int) -> bool:
    return is_met(manifest, objective=objective, message=message, artefact=artefact)


FULL = Manifest(objective_rollups=2, messages=3, artefacts=1)


@pytest.mark.parametrize("seen", [(2, 3, 1), (9, 3, 1), (2, 9, 1), (2, 3, 9)])
def test_a_manifest_is_met_by_what_it_names_or_more(seen: tuple[int, int, int]) -> None:
    assert _met(FULL, *seen)


@pytest.mark.parametrize("seen", [(1, 3, 1), (2, 2, 1), (2, 3, 0), (9, 9, 0)])
def test_a_manifest_is_not_met_where_any_context_has_less(seen: tuple[int, int, int]) -> None:
    assert not _met(FULL, *seen)


def test_nothing_expected_is_met_by_nothing() -> None:
    assert _met(Manifest(objective_rollups=0, messages=0, artefacts=0), 0, 0, 0)


def test_no_manifest_is_never_met() -> None:
    assert not _met(Manifest(), 9, 9, 9)


@pytest.mark.parametrize("unknown", ["objective_rollups", "messages", "artefacts"])
def test_a_manifest_with_an_unknown_number_is_never_met(unknown: str) -> None:
    assert not _met(FULL.model_copy(update={unknown: None}), 9, 9, 9)


def test_grace_counts_from_the_triggers_record_timestamp() -> None:
    left = grace_left_seconds(triggered_at_ms=1_000, now_ms=21_000, grace_seconds=30)
    assert left == pytest.approx(10)


@pytest.mark.parametrize("now_ms", [31_000, 10**13])
def test_grace_ends_and_is_never_negative(now_ms: int) -> None:
    assert grace_left_seconds(triggered_at_ms=1_000, now_ms=now_ms, grace_seconds=30) == 0
