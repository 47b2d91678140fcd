import asyncio

import pytest

from consumer.reviewing.bulkhead import Bulkhead, Lease, ProviderLimits

SLOW = 6.0  # a minute: one each ten seconds


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def _cancel(task: asyncio.Task[Lease]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_slots_are_given_in_order_and_never_more_than_allowed() -> None:
    bulkhead = Bulkhead(ProviderLimits(max_concurrent=2))
    first = await bulkhead.enter(1)
    await bulkhead.enter(1)
    waiting = [asyncio.create_task(bulkhead.enter(1)) for _ in range(2)]
    await _settle()
    assert not any(task.done() for task in waiting)
    first.close()
    await _settle()
    assert [task.done() for task in waiting] == [True, False]
    await _cancel(waiting[1])


async def test_who_gives_up_waiting_takes_no_slot() -> None:
    bulkhead = Bulkhead(ProviderLimits(max_concurrent=1))
    held = await bulkhead.enter(1)
    gone = asyncio.create_task(bulkhead.enter(1))
    await _settle()
    await _cancel(gone)
    held.close()
    assert await bulkhead.try_enter(1) is not None


async def test_who_gives_up_waiting_for_a_rate_gives_the_slot_back() -> None:
    bulkhead = Bulkhead(ProviderLimits(max_concurrent=2, requests_per_minute=SLOW))
    (await bulkhead.enter(1)).close()
    gone = asyncio.create_task(bulkhead.enter(1))
    await _settle()
    assert not gone.done()
    await _cancel(gone)
    assert not bulkhead._slots.locked()
    assert bulkhead._slots._value == 2


async def test_a_hedge_waits_for_nothing() -> None:
    full = Bulkhead(ProviderLimits(max_concurrent=1))
    assert await full.try_enter(1) is not None
    assert await full.try_enter(1) is None
    rated = Bulkhead(ProviderLimits(requests_per_minute=SLOW))
    assert await rated.try_enter(1) is not None
    assert await rated.try_enter(1) is None


async def test_tokens_are_a_rate_of_their_own() -> None:
    bulkhead = Bulkhead(ProviderLimits(tokens_per_minute=600))
    assert await bulkhead.try_enter(100) is not None
    assert await bulkhead.try_enter(90) is None


async def test_a_large_request_is_not_overtaken_by_small_ones() -> None:
    bulkhead = Bulkhead(ProviderLimits(tokens_per_minute=600))
    await bulkhead.enter(100)
    large = asyncio.create_task(bulkhead.enter(90))
    await _settle()
    small = asyncio.create_task(bulkhead.enter(1))
    await _settle()
    assert not large.done()
    assert not small.done()
    await _cancel(small)
    await _cancel(large)


async def test_what_was_used_beyond_the_estimate_is_drawn_by_the_next() -> None:
    bulkhead = Bulkhead(ProviderLimits(tokens_per_minute=600))
    (await bulkhead.enter(100)).close(used_tokens=190)
    assert await bulkhead.try_enter(1) is None


async def test_what_was_not_used_is_given_to_the_next() -> None:
    bulkhead = Bulkhead(ProviderLimits(tokens_per_minute=600))
    (await bulkhead.enter(100)).close(used_tokens=40)
    assert await bulkhead.try_enter(60) is not None


async def test_a_request_larger_than_the_bucket_passes_and_leaves_a_debt() -> None:
    bulkhead = Bulkhead(ProviderLimits(tokens_per_minute=600))
    await bulkhead.enter(1000)
    assert bulkhead._tokens._debt == 900
