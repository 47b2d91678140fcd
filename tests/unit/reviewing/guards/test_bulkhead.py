import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.reviewing.guards.bulkhead import Bulkhead, Lease, ProviderLimits

STEPS = ("enter", "enter", "cancel", "leave", "turn", "turn")
SLOW = 6.0  # a minute: one each ten seconds


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def _cancel(task: asyncio.Task[Lease]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def _enter(bulkhead: Bulkhead, tokens: int = 1, *, until: float = 1.0) -> asyncio.Task[Lease]:
    return asyncio.create_task(bulkhead.enter(tokens, until=until))


async def test_never_more_than_allowed_are_let_in() -> None:
    bulkhead = Bulkhead(ProviderLimits(max_concurrent=2))
    first = await bulkhead.enter(1, until=1)
    await bulkhead.enter(1, until=1)
    waiting = [_enter(bulkhead) for _ in range(2)]
    await _settle()
    assert not any(task.done() for task in waiting)
    first.close()
    await _settle()
    assert [task.done() for task in waiting] == [True, False]
    await _cancel(waiting[1])


async def test_the_earliest_deadline_goes_first_and_equals_in_their_order() -> None:
    bulkhead = Bulkhead(ProviderLimits(max_concurrent=1))
    held = await bulkhead.enter(1, until=0)
    order: list[str] = []

    async def call(name: str, until: float) -> None:
        lease = await bulkhead.enter(1, until=until)
        order.append(name)
        lease.close()

    calls = [
        asyncio.create_task(call(name, until))
        for name, until in (("late", 9), ("first", 5), ("second", 5), ("early", 1))
    ]
    await _settle()
    held.close()
    await asyncio.gather(*calls)
    assert order == ["early", "first", "second", "late"]


async def test_who_gives_up_waiting_takes_no_slot() -> None:
    bulkhead = Bulkhead(ProviderLimits(max_concurrent=1))
    held = await bulkhead.enter(1, until=1)
    gone = _enter(bulkhead)
    await _settle()
    await _cancel(gone)
    held.close()
    assert bulkhead.try_enter(1) is not None


async def test_who_is_cancelled_at_the_moment_of_being_let_in_leaves_again() -> None:
    bulkhead = Bulkhead(ProviderLimits(max_concurrent=1, tokens_per_minute=600))
    held = await bulkhead.enter(1, until=1)
    gone = _enter(bulkhead, 90)
    await _settle()
    held.close()
    await _cancel(gone)
    assert bulkhead.try_enter(90) is not None


async def test_who_gives_up_waiting_for_a_rate_holds_nothing() -> None:
    bulkhead = Bulkhead(ProviderLimits(max_concurrent=1, requests_per_minute=SLOW))
    (await bulkhead.enter(1, until=1)).close()
    gone = _enter(bulkhead)
    await _settle()
    assert not gone.done()
    await _cancel(gone)
    assert bulkhead._free == 1


async def test_a_rate_lets_the_next_in_by_itself() -> None:
    bulkhead = Bulkhead(ProviderLimits(requests_per_minute=6000))
    async with asyncio.timeout(30):
        for _ in range(130):  # the burst is a hundred
            await bulkhead.enter(1, until=1)


async def test_a_hedge_waits_for_nothing_and_overtakes_nobody() -> None:
    full = Bulkhead(ProviderLimits(max_concurrent=1))
    assert full.try_enter(1) is not None
    assert full.try_enter(1) is None
    rated = Bulkhead(ProviderLimits(requests_per_minute=SLOW))
    assert rated.try_enter(1) is not None
    assert rated.try_enter(1) is None
    waited_for = Bulkhead(ProviderLimits(tokens_per_minute=600))
    await waited_for.enter(100, until=1)
    waiting = _enter(waited_for, 90)
    await _settle()
    assert waited_for.try_enter(0) is None
    await _cancel(waiting)
    assert waited_for.try_enter(0) is not None


async def test_tokens_are_a_rate_of_their_own() -> None:
    bulkhead = Bulkhead(ProviderLimits(tokens_per_minute=600))
    assert bulkhead.try_enter(100) is not None
    assert bulkhead.try_enter(90) is None


async def test_a_large_request_is_not_overtaken_by_small_ones() -> None:
    bulkhead = Bulkhead(ProviderLimits(tokens_per_minute=600))
    await bulkhead.enter(100, until=1)
    large = _enter(bulkhead, 90)
    await _settle()
    small = _enter(bulkhead, 1)
    await _settle()
    assert not large.done()
    assert not small.done()
    await _cancel(small)
    await _cancel(large)


async def test_what_was_used_beyond_the_estimate_is_waited_for_by_the_next() -> None:
    bulkhead = Bulkhead(ProviderLimits(tokens_per_minute=600))
    (await bulkhead.enter(10, until=1)).close(used_tokens=190)
    assert bulkhead.try_enter(1) is None


async def test_what_was_not_used_is_there_for_the_next() -> None:
    bulkhead = Bulkhead(ProviderLimits(tokens_per_minute=600))
    (await bulkhead.enter(100, until=1)).close(used_tokens=5)
    assert bulkhead.try_enter(90) is not None


@given(st.data())
def test_no_interleaving_lets_too_many_in_or_leaves_one_outside(data: st.DataObject) -> None:
    async def story() -> None:
        bulkhead = Bulkhead(ProviderLimits(max_concurrent=2))
        entering: list[asyncio.Task[Lease]] = []
        left: set[asyncio.Task[Lease]] = set()

        def inside() -> list[asyncio.Task[Lease]]:
            ended = [t for t in entering if t.done() and not t.cancelled()]
            return [task for task in ended if task not in left]

        def leave() -> None:
            task = inside()[0]
            left.add(task)
            task.result().close()

        for step in data.draw(st.lists(st.sampled_from(STEPS), max_size=40), "steps"):
            if step == "enter":
                entering.append(_enter(bulkhead, until=data.draw(st.integers(0, 3), "until")))
            elif step == "cancel" and entering:
                entering[data.draw(st.integers(0, len(entering) - 1), "which")].cancel()
            elif step == "leave" and inside():
                leave()
            else:
                await asyncio.sleep(0)
            assert len(inside()) <= 2
        for _ in range(len(entering) + 1):
            await _settle()
            while inside():
                leave()
        assert all(task.done() for task in entering)
        assert bulkhead._free == 2

    asyncio.run(story())
