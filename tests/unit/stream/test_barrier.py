import asyncio

import pytest
from aiokafka.structs import TopicPartition

from consumer.stream.barrier import _SharedEnds, has_passed

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


def test_what_was_deleted_before_it_was_read_holds_nobody() -> None:
    assert has_passed(ends={ONE: 7}, beginnings={ONE: 7}, committed={ONE: 2})
    assert not has_passed(ends={ONE: 7}, beginnings={ONE: 6}, committed={ONE: 2})


class Ends:
    """Kafka's answers, one larger each time, given when the test says so."""

    def __init__(self) -> None:
        self.asked = 0
        self.gate = asyncio.Event()
        self.fails = False

    async def __call__(self) -> dict[TopicPartition, int]:
        self.asked += 1
        mine = self.asked
        await self.gate.wait()
        if self.fails:
            self.fails = False
            raise OSError("away")
        return {ONE: mine}


async def test_no_answer_is_older_than_its_question() -> None:
    kafka = Ends()
    shared = _SharedEnds(kafka)
    first = asyncio.create_task(shared.get())
    await asyncio.sleep(0)
    later = [asyncio.create_task(shared.get()) for _ in range(100)]
    await asyncio.sleep(0)
    kafka.gate.set()
    assert await first == {ONE: 1}
    assert [await one for one in later] == [{ONE: 2}] * 100
    assert kafka.asked == 2


async def test_who_shares_a_failed_question_asks_again() -> None:
    kafka = Ends()
    kafka.fails = True
    kafka.gate.set()
    shared = _SharedEnds(kafka)
    outcomes = await asyncio.gather(*(shared.get() for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OSError, dict, dict]
