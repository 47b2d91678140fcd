import asyncio

import pytest
from structlog.testing import capture_logs

from consumer.reviewing.unattended import Unattended


class Stubborn:
    """Work that takes as long as it likes to be cancelled."""

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()
        self.may_end = asyncio.Event()

    async def run(self) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()
            await self.may_end.wait()
        return "never"


async def _text() -> str:
    return "done"


async def test_what_ends_in_time_is_returned() -> None:
    unattended = Unattended()
    assert await unattended.within(5, _text()) == "done"
    assert len(unattended) == 0


async def test_what_it_raises_is_raised() -> None:
    async def fail() -> None:
        raise KeyError("it")

    with pytest.raises(KeyError, match="it"):
        await Unattended().within(5, fail())


async def test_a_slow_cancellation_is_not_waited_for() -> None:
    unattended, work = Unattended(), Stubborn()
    with pytest.raises(TimeoutError):
        await unattended.within(0, work.run())
    assert len(unattended) == 1
    await work.cancelled.wait()
    work.may_end.set()
    await unattended.close()
    assert len(unattended) == 0


async def test_a_cancelled_caller_leaves_its_work_cancelled() -> None:
    unattended, work = Unattended(), Stubborn()
    caller = asyncio.create_task(unattended.within(60, work.run()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await work.cancelled.wait()
    assert len(unattended) == 1
    work.may_end.set()
    await unattended.close()


async def test_a_cancellation_from_inside_is_a_failure_and_not_ours() -> None:
    async def odd() -> None:
        raise asyncio.CancelledError

    with pytest.raises(TimeoutError):
        await Unattended().within(5, odd())


async def test_what_is_kept_runs_to_its_end_and_may_fail() -> None:
    async def fail() -> None:
        raise KeyError("nobody asks")

    unattended = Unattended()
    task = asyncio.create_task(fail())
    unattended.keep(task)
    await asyncio.wait({task})
    await asyncio.sleep(0)
    assert len(unattended) == 0


async def test_closing_does_not_wait_for_ever() -> None:
    unattended, work = Unattended(), Stubborn()
    unattended.keep(asyncio.create_task(work.run()))
    await asyncio.sleep(0)
    with capture_logs() as logs:
        await unattended.close(patience_seconds=0)
    assert [(line["event"], line["requests"]) for line in logs] == [("requests_left_behind", 1)]
    assert len(unattended) == 1
    work.may_end.set()
    await unattended.close()
    assert len(unattended) == 0
