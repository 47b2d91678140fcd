"""Records as values."""

from collections.abc import Callable

from producer.records import SourceRecord


def test_a_record_is_named_by_where_it_stands(source: Callable[..., SourceRecord]) -> None:
    assert source().position == ("acme.scenario.completed", 3, 41)
