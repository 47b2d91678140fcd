"""Many ask, few queries go out, and nobody gets an old answer."""

import asyncio
from collections.abc import Collection, Mapping

import pytest

from consumer.context.counting import SharedCounting
from consumer.context.errors import StoreUnavailableError


class Counter:
    """Counts when it is let; each answer is the number of the query."""

    def __init__(self) -> None:
        self.asked: list[Collection[str]] = []
        self.may_answer = asyncio.Event()
        self.error: StoreUnavailableError | None = None

    async def __call__(self, run_ids: Collection[str]) -> Mapping[str, int]:
        self.asked.append(run_ids)
        number = len(self.asked)
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        return dict.fromkeys(run_ids, number)


async def _settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_one_alone_is_answered_at_once() -> None:
    counter = Counter()
    counter.may_answer.set()
    assert await SharedCounting(counter).of("a") == 1


async def test_all_who_come_during_a_query_share_the_next() -> None:
    counter = Counter()
    counting = SharedCounting(counter)
    first = asyncio.create_task(counting.of("a"))
    await _settled()
    later = [asyncio.create_task(counting.of(run_id)) for run_id in "abcb"]
    await _settled()
    counter.may_answer.set()
    assert await first == 1
    assert await asyncio.gather(*later) == [2, 2, 2, 2]
    assert [sorted(run_ids) for run_ids in counter.asked] == [["a"], ["a", "b", "c"]]


async def test_a_failure_is_told_to_all_who_shared_it_and_the_next_asks_anew() -> None:
    counter = Counter()
    counter.error = StoreUnavailableError("away")
    counting = SharedCounting(counter)
    asking = [asyncio.create_task(counting.of(run_id)) for run_id in "abc"]
    await _settled()
    counter.may_answer.set()
    ends = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(end) for end in ends] == [StoreUnavailableError] * 3
    assert [sorted(run_ids) for run_ids in counter.asked] == [["a"], ["b", "c"]]
    counter.error = None
    assert await counting.of("a") == 3


async def test_whoever_is_cancelled_while_asking_leaves_the_others_answered() -> None:
    counter = Counter()
    counting = SharedCounting(counter)
    asking = asyncio.create_task(counting.of("a"))
    await _settled()
    second = asyncio.create_task(counting.of("b"))
    third = asyncio.create_task(counting.of("c"))
    await _settled()
    asking.cancel()
    await _settled()
    second.cancel()
    await _settled()
    counter.may_answer.set()
    assert await third == 3
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await counting.of("d") == 4
