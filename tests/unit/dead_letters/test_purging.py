"""What can go of a partition is its beginning, up to the first letter that was not selected."""

import pytest
from aiokafka.structs import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from consumer.dead_letters.purging import Purge, PurgePlanner

PARTITION = TopicPartition("t.dlq", 2)


def _plan(selected: list[bool], *, start: int = 10) -> Purge:
    planner = PurgePlanner(PARTITION, start=start, end=start + len(selected))
    for number, is_selected in enumerate(selected):
        planner.see(start + number, selected=is_selected)
    return planner.plan()


@pytest.mark.parametrize(
    ("selected", "before", "going", "staying", "held_by"),
    [
        ([], 10, 0, 0, None),
        ([True, True], 12, 2, 0, None),
        ([True, False, True], 11, 1, 1, 11),
        ([False, True, True], 10, 0, 2, 10),
        ([False], 10, 0, 0, 10),
    ],
)
def test_a_letter_that_is_not_selected_holds_those_behind_it(
    selected: list[bool], before: int, going: int, staying: int, held_by: int | None
) -> None:
    assert _plan(selected) == Purge(
        partition=PARTITION, before_offset=before, going=going, staying=staying, held_by=held_by
    )


@given(st.lists(st.booleans(), max_size=30))
def test_nothing_that_was_not_selected_goes_and_every_selected_letter_is_counted(
    selected: list[bool],
) -> None:
    plan = _plan(selected)

    gone = selected[: plan.before_offset - 10]
    assert all(gone)
    assert len(gone) == plan.going
    assert plan.going + plan.staying == sum(selected)


def test_a_partition_of_markers_only_stays_as_it_is() -> None:
    planner = PurgePlanner(PARTITION, start=10, end=14)

    assert planner.plan().before_offset == 10
