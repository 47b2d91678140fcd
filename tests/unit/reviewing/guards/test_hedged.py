import asyncio
from collections.abc import AsyncIterator

import pytest

from consumer.reviewing.guards.bulkhead import Bulkhead, Lease, ProviderLimits
from consumer.reviewing.guards.hedged import HedgedProvider
from consumer.reviewing.guards.hedging import HedgeAllowance, Latencies
from consumer.reviewing.outcome import Outcome, OutcomeKind, Usage
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.unattended import Unattended
from tests.unit.reviewing.virtual_clock import virtually

REQUEST = CompletionRequest(call="arc", system="", user="", schema={}, max_output_tokens=9)
OK = Outcome.ok("{}", Usage())
BUSY = Outcome(kind=OutcomeKind.TRANSIENT, detail="http_503")


class Scripted:
    """Each request ends when its turn is told to; `cancelled` has those that were cut."""

    name = "gemini"
    model = "g"

    def __init__(self, *, slow_to_cancel: bool = False) -> None:
        self.ends: list[asyncio.Future[Outcome]] = []
        self.cancelled: list[int] = []
        self.asked = asyncio.Semaphore(0)
        self.may_go = asyncio.Event()
        self._slow_to_cancel = slow_to_cancel

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        number = len(self.ends)
        self.ends.append(asyncio.get_running_loop().create_future())
        self.asked.release()
        try:
            return await self.ends[number]
        except asyncio.CancelledError:
            self.cancelled.append(number)
            if self._slow_to_cancel:
                await self.may_go.wait()
            raise


class Rig:
    def __init__(self) -> None:
        self.unattended = Unattended()
        self.latencies = Latencies()
        self.bulkhead = Bulkhead(ProviderLimits(max_concurrent=1))
        self.answered: list[str] = []

    def known(self, seconds: float = 0.0) -> "Rig":
        for _ in range(20):
            self.latencies.add("arc", seconds)
        return self

    def hedged(
        self, inner: Scripted, allowance: HedgeAllowance | None = None, *, spare: bool = True
    ) -> HedgedProvider:
        rig = self

        class Spare:
            def try_enter(self, request: CompletionRequest) -> Lease | None:
                return rig.bulkhead.try_enter(1) if spare else None

        return HedgedProvider(
            inner,
            latencies=self.latencies,
            allowance=allowance,
            spare=Spare(),
            unattended=self.unattended,
            on_hedge=self.answered.append,
        )


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = Rig()
    yield made
    await made.unattended.close()


def _rich() -> HedgeAllowance:
    allowance = HedgeAllowance(1.0)
    allowance.earn()
    return allowance


def _start(provider: HedgedProvider, seconds: float = 60) -> asyncio.Task[Outcome]:
    return asyncio.create_task(provider.complete(REQUEST, timeout_seconds=seconds))


async def test_before_anything_is_known_nothing_is_asked_twice(rig: Rig) -> None:
    inner = Scripted()
    call = _start(rig.hedged(inner, _rich()))
    await inner.asked.acquire()
    inner.ends[0].set_result(OK)
    assert await call is OK
    assert len(inner.ends) == 1
    assert rig.answered == []


async def test_where_the_first_is_late_the_second_may_answer(rig: Rig) -> None:
    inner = Scripted()
    call = _start(rig.known().hedged(inner, _rich()))
    await inner.asked.acquire()
    await inner.asked.acquire()
    inner.ends[1].set_result(OK)
    assert await call is OK
    await asyncio.sleep(0)
    assert inner.cancelled == [0]
    assert rig.answered == ["second"]
    assert rig.bulkhead.try_enter(1) is not None


async def test_where_the_first_answers_after_all_the_second_is_cancelled(rig: Rig) -> None:
    inner = Scripted()
    call = _start(rig.known().hedged(inner, _rich()))
    await inner.asked.acquire()
    await inner.asked.acquire()
    inner.ends[0].set_result(OK)
    assert await call is OK
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert inner.cancelled == [1]
    assert rig.answered == ["first"]
    assert rig.bulkhead.try_enter(1) is not None


async def test_a_loser_that_is_slow_to_cancel_is_not_waited_for(rig: Rig) -> None:
    inner = Scripted(slow_to_cancel=True)
    call = _start(rig.known().hedged(inner, _rich()))
    await inner.asked.acquire()
    await inner.asked.acquire()
    inner.ends[1].set_result(OK)
    assert await call is OK
    assert len(rig.unattended) == 1
    inner.may_go.set()


async def test_a_hedge_that_is_cancelled_before_it_began_frees_its_slot(rig: Rig) -> None:
    second = rig.hedged(Scripted(), _rich())._second(REQUEST, 60)
    assert second is not None
    assert rig.bulkhead.try_enter(1) is None
    rig.unattended.leave(second)
    await rig.unattended.close()
    assert rig.bulkhead.try_enter(1) is not None


async def test_a_failure_of_one_waits_for_the_other(rig: Rig) -> None:
    inner = Scripted()
    call = _start(rig.known().hedged(inner, _rich()))
    await inner.asked.acquire()
    await inner.asked.acquire()
    inner.ends[0].set_result(BUSY)
    await asyncio.sleep(0)
    inner.ends[1].set_result(OK)
    assert await call is OK
    assert rig.answered == ["second"]


async def test_where_both_fail_the_first_ones_end_is_told(rig: Rig) -> None:
    inner = Scripted()
    call = _start(rig.known().hedged(inner, _rich()))
    await inner.asked.acquire()
    await inner.asked.acquire()
    inner.ends[1].set_exception(KeyError("a fault of the hedge"))
    await asyncio.sleep(0)
    inner.ends[0].set_result(BUSY)
    assert await call is BUSY
    assert rig.answered == ["neither"]


@pytest.mark.parametrize("why", ["no allowance", "spent allowance", "no slot"])
async def test_no_second_request_without_allowance_and_slot(rig: Rig, why: str) -> None:
    inner = Scripted()
    allowance = None if why == "no allowance" else _rich() if why == "no slot" else None
    if why == "spent allowance":
        allowance = HedgeAllowance(0.05)
    call = _start(rig.known().hedged(inner, allowance, spare=why != "no slot"), seconds=0.02)
    assert (await call).kind is OutcomeKind.TIMEOUT
    assert len(inner.ends) == 1
    if why == "no slot":
        assert allowance is not None
        assert allowance.take()


def test_it_ends_in_time_however_slowly_the_sdk_is_cancelled() -> None:
    async def story() -> None:
        inner, rig = Scripted(slow_to_cancel=True), Rig()
        outcome = await rig.hedged(inner).complete(REQUEST, timeout_seconds=40)
        assert outcome.kind is OutcomeKind.TIMEOUT
        assert asyncio.get_running_loop().time() == pytest.approx(40)
        inner.may_go.set()
        await rig.unattended.close()

    virtually(story())


async def test_an_abandoned_first_counts_with_what_it_had_taken(rig: Rig) -> None:
    inner = Scripted()
    call = _start(rig.known().hedged(inner, _rich()))
    await inner.asked.acquire()
    await inner.asked.acquire()
    inner.ends[1].set_result(OK)
    await call
    assert rig.latencies.quantile("arc", 1.0) != 0.0


async def test_what_the_first_raises_is_raised(rig: Rig) -> None:
    inner = Scripted()
    call = _start(rig.hedged(inner))
    await inner.asked.acquire()
    inner.ends[0].set_exception(KeyError("the ledger is away"))
    with pytest.raises(KeyError):
        await call


async def test_a_cancelled_call_leaves_nothing_running(rig: Rig) -> None:
    inner = Scripted()
    call = _start(rig.known().hedged(inner, _rich()))
    await inner.asked.acquire()
    await inner.asked.acquire()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.sleep(0)
    assert sorted(inner.cancelled) == [0, 1]
