import asyncio
import threading
from contextvars import ContextVar

import pytest

from consumer.computing import Computing

NAME: ContextVar[str] = ContextVar("name")


class Gate:
    """Work that keeps the thread until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def hold(self) -> None:
        self.entered.set()
        self.opened.wait(60)


@pytest.fixture
async def held() -> tuple[Computing, Gate, asyncio.Task[None]]:
    computing, gate = Computing(), Gate()
    holding = asyncio.create_task(computing.run(0, gate.hold))
    await asyncio.to_thread(gate.entered.wait, 60)
    return computing, gate, holding


async def test_what_must_end_first_goes_first(
    held: tuple[Computing, Gate, asyncio.Task[None]],
) -> None:
    computing, gate, holding = held
    done: list[str] = []
    waiting = [
        asyncio.create_task(computing.run(until, done.append, name))
        for until, name in ((9, "late"), (5, "first of the soon"), (5, "second"), (1, "sooner"))
    ]
    await asyncio.sleep(0)
    gate.opened.set()
    await asyncio.gather(holding, *waiting)
    assert done == ["sooner", "first of the soon", "second", "late"]


async def test_what_nobody_waits_for_any_more_is_not_done(
    held: tuple[Computing, Gate, asyncio.Task[None]],
) -> None:
    computing, gate, holding = held
    done: list[str] = []
    given_up = asyncio.create_task(computing.run(1, done.append, "given up"))
    kept = asyncio.create_task(computing.run(2, done.append, "kept"))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait({given_up})
    gate.opened.set()
    await asyncio.gather(holding, kept)
    assert given_up.cancelled()
    assert done == ["kept"]


async def test_what_it_raises_is_raised_and_the_next_is_done() -> None:
    computing = Computing()

    def fail() -> None:
        raise KeyError("it")

    with pytest.raises(KeyError, match="it"):
        await computing.run(0, fail)
    assert await computing.run(0, int, "11", base=2) == 3


async def test_it_runs_in_its_callers_context_and_not_on_the_loop() -> None:
    NAME.set("mine")
    told = await Computing().run(0, lambda: (NAME.get(), threading.get_ident()))
    assert told[0] == "mine"
    assert told[1] != threading.get_ident()
