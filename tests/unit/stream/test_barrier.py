import pytest
from aiokafka.structs import TopicPartition

from consumer.stream.barrier import has_passed

ONE, TWO = TopicPartition("t", 0), TopicPartition("t", 1)


@pytest.mark.parametrize(
    ("committed", "passed"),
    [({ONE: 5, TWO: 3}, True), ({ONE: 9, TWO: 3}, True), ({ONE: 5, TWO: 2}, False), ({}, False)],
)
def test_every_partition_must_have_reached_its_end(
    committed: dict[TopicPartition, int], *, passed: bool
) -> None:
    assert has_passed(ends={ONE: 5, TWO: 3}, beginnings={}, committed=committed) is passed


def test_an_emptied_partition_that_nobody_read_is_passed() -> None:
    assert has_passed(ends={ONE: 7}, beginnings={ONE: 7}, committed={})
