import pytest

from consumer.arc import Arc, ContextCounts
from consumer.assembly.coverage import counts_of, coverage_of, lacks_context
from schemas.events import Manifest


def test_the_records_of_an_arc_are_counted_with_each_revision(arc: Arc) -> None:
    assert counts_of(arc) == ContextCounts(objective_rollups=4, messages=4, artefacts=2)


@pytest.mark.parametrize(
    ("expected", "lacks"),
    [
        (Manifest(), False),
        (Manifest(objective_rollups=4, messages=3), False),
        (Manifest(objective_rollups=5), True),
        (Manifest(messages=5), True),
        (Manifest(artefacts=3), True),
    ],
)
def test_only_fewer_than_expected_is_lacking(arc: Arc, expected: Manifest, lacks: bool) -> None:
    seen = counts_of(arc)
    assert lacks_context(coverage_of(expected, seen=seen, used=seen)) is lacks


def test_what_was_seen_and_not_shown_is_not_lacking(arc: Arc) -> None:
    seen = counts_of(arc)
    shown = ContextCounts(objective_rollups=1, messages=1, artefacts=1)
    expected = Manifest(objective_rollups=4, messages=4, artefacts=2)
    assert not lacks_context(coverage_of(expected, seen=seen, used=shown))
