"""What was spent, on both databases and in memory alike."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from consumer.context.store import Store, open_store
from consumer.reviewing.guards.budgeted import MemoryLedger
from consumer.reviewing.ports import Ledger, Purse


def _day(limit: int = 100) -> Purse:
    return Purse(kind="day", name="2026-01-05", limit_micros=limit)


def _run(limit: int = 100, name: str = "run-1") -> Purse:
    return Purse(kind="run", name=name, limit_micros=limit)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_database"))
    return f"sqlite:///{tmp_path / 'ledger.sqlite3'}" if request.param == "sqlite" else ""


@pytest.fixture
async def ledger(address: str, closing: Callable[[Store], Store]) -> Ledger:
    if not address:
        return MemoryLedger()
    store = closing(open_store(address))
    await store.prepare()
    return store


async def test_a_purse_gives_up_to_its_limit_and_not_more(ledger: Ledger) -> None:
    assert await ledger.reserve([_day()], micros=60) is None
    assert await ledger.reserve([_day()], micros=41) == _day()
    assert await ledger.reserve([_day()], micros=40) is None
    assert await ledger.reserve([_day()], micros=1) == _day()


async def test_what_is_given_back_can_be_spent_again(ledger: Ledger) -> None:
    await ledger.reserve([_day()], micros=100)
    await ledger.give_back([_day()], micros=30)
    assert await ledger.reserve([_day()], micros=31) == _day()
    assert await ledger.reserve([_day()], micros=30) is None


async def test_what_was_spent_beyond_a_reservation_counts(ledger: Ledger) -> None:
    await ledger.reserve([_day()], micros=50)
    await ledger.give_back([_day()], micros=-50)
    assert await ledger.reserve([_day()], micros=1) == _day()


async def test_of_two_purses_both_give_or_none(ledger: Ledger) -> None:
    assert await ledger.reserve([_day(), _run(10)], micros=20) == _run(10)
    assert await ledger.reserve([_day(), _run()], micros=100) is None


async def test_purses_are_apart(ledger: Ledger) -> None:
    assert await ledger.reserve([_run()], micros=100) is None
    assert await ledger.reserve([_run(name="run-2")], micros=100) is None
    assert await ledger.reserve([_day()], micros=100) is None


async def test_no_purse_gives_whatever_is_asked(ledger: Ledger) -> None:
    assert await ledger.reserve([], micros=10**15) is None


async def test_a_raised_limit_holds_at_once(ledger: Ledger) -> None:
    await ledger.reserve([_day()], micros=100)
    assert await ledger.reserve([_day(10**13)], micros=10**12) is None


async def test_processes_that_spend_at_once_do_not_pass_the_limit(
    store: Store, database_url: str, closing: Callable[[Store], Store]
) -> None:
    stores = [store, *(closing(open_store(database_url)) for _ in range(3))]
    purses = [_day(100), _run(90)]
    answers = await asyncio.gather(*(stores[n % 4].reserve(purses, micros=10) for n in range(40)))
    assert sum(answer is None for answer in answers) == 9
    assert await store.reserve([_day(100)], micros=10) is None
    assert await store.reserve([_day(100)], micros=1) == _day(100)
