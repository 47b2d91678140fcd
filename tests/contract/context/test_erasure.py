"""What an erasure takes, what it leaves, and what it keeps away, on every database alike."""

import asyncio
import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from consumer.context.errors import UserErasedError
from consumer.context.records import milliseconds
from consumer.context.store import Store, open_store
from consumer.context.tables import USER_ERASURES
from consumer.reviewing.ports import Purse
from tests.arcs import kept, message, objective, trigger
from tests.contract.context.conftest import Make


async def _everything(store: Store) -> str:
    tables = (
        "context_records",
        "runs",
        "run_references",
        "call_journal",
        "spending",
        "user_erasures",
    )
    async with store._engine.connect() as connection:
        found = [
            await connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608  # names from above
            for table in tables
        ]
        return "\n".join(str(rows.all()) for rows in found)


async def test_an_erased_user_leaves_nothing_readable(store: Store) -> None:
    await store.add(
        [
            kept(message(1, text="Zażółć gęślą jaźń")),
            kept(objective(2)),
            kept(message(3, run_id="untriggered")),
        ]
    )
    run = await store.register(trigger(), triggered_at_ms=5)
    await store.put("run-1", "arc", "h", "an answer about the learner")
    await store.reserve([Purse(kind="run", name="run-1", limit_micros=9)], micros=9)
    at = milliseconds(run.trigger.occurred_at)
    assert await store.erase_user("learner-1", erased_at_ms=at) == ("run-1",)
    left = await _everything(store)
    assert "learner" not in left
    assert "run-1" not in left
    assert "gęślą" not in left


async def test_erased_text_is_not_left_in_the_files_of_sqlite(
    tmp_path: Path, closing: Make
) -> None:
    store = closing(open_store(f"sqlite:///{tmp_path / 'erased.sqlite3'}"))
    await store.prepare()
    run = await store.register(trigger(), triggered_at_ms=5)
    await store.add([kept(message(n, text="the unforgotten sentence " * 40)) for n in range(30)])

    def is_there() -> bool:
        files = list(tmp_path.glob("erased.sqlite3*"))
        return any(b"the unforgotten sentence" in one.read_bytes() for one in files)

    assert is_there()
    await store.erase_user("learner-1", erased_at_ms=milliseconds(run.trigger.occurred_at))
    assert not is_there()


async def test_an_erasure_called_again_names_the_same_runs(store: Store) -> None:
    run = await store.register(trigger(), triggered_at_ms=5)
    await store.register(trigger(run_id="run-2"), triggered_at_ms=5)
    at = milliseconds(run.trigger.occurred_at)
    assert await store.erase_user("learner-1", erased_at_ms=at) == ("run-1", "run-2")
    assert await store.erase_user("learner-1", erased_at_ms=at) == ("run-1", "run-2")


async def test_an_erasure_touches_nobody_else(store: Store) -> None:
    mine, theirs = message(1), message(2, user_id="learner-2")
    await store.add([kept(mine), kept(theirs)])
    await store.add([kept(message(3, run_id="run-2", user_id="learner-2"))])
    run = await store.register(trigger(), triggered_at_ms=5)
    await store.register(trigger(run_id="run-2", user_id="learner-2"), triggered_at_ms=5)
    await store.put("run-1", "arc", "h", "answer")
    at = milliseconds(run.trigger.occurred_at)
    assert await store.erase_user("learner-2", erased_at_ms=at) == ("run-2",)
    assert [one.event for one in await store.records_of("run-1", "message")] == [mine]
    assert await store.run("run-1") == run
    assert await store.get("run-1", "arc", "h") == "answer"


async def test_what_was_written_before_an_erasure_stays_away(store: Store) -> None:
    at = milliseconds(trigger().occurred_at)
    await store.erase_user("learner-1", erased_at_ms=at)
    await store.add([kept(message(1))])
    assert await store.records_of("run-1", "message") == ()
    with pytest.raises(UserErasedError):
        await store.register(trigger(), triggered_at_ms=5)
    assert await store.run("run-1") is None
    assert await store.erase_user("learner-1", erased_at_ms=at) == ("run-1",)


async def test_what_was_written_after_an_erasure_is_kept_even_where_it_is_read_again(
    store: Store,
) -> None:
    later = trigger().occurred_at + timedelta(days=1)
    at = milliseconds(trigger().occurred_at)
    await store.erase_user("learner-1", erased_at_ms=at)
    await store.add([kept(message(1, occurred_at=later))])
    await store.register(trigger(occurred_at=later), triggered_at_ms=5)
    assert await store.erase_user("learner-1", erased_at_ms=at) == ()
    assert len(await store.records_of("run-1", "message")) == 1
    assert await store.run("run-1") is not None


async def test_an_older_erasure_does_not_take_back_a_newer_one(store: Store) -> None:
    event = message(5)
    at = milliseconds(event.occurred_at)
    await store.erase_user("learner-1", erased_at_ms=at)
    await store.erase_user("learner-1", erased_at_ms=at - 1)
    await store.add([kept(event)])
    assert await store.records_of("run-1", "message") == ()


async def test_erasing_while_the_user_is_written_leaves_nothing(store: Store) -> None:
    at = milliseconds(trigger().occurred_at)
    batches = [[kept(message(n))] for n in range(20)]
    await asyncio.gather(
        *(store.add(batch) for batch in batches[:10]),
        store.erase_user("learner-1", erased_at_ms=at),
        *(store.add(batch) for batch in batches[10:]),
    )
    assert await store.records_of("run-1", "message") == ()


async def test_erased_runs_are_told_until_they_are_triggered_anew(store: Store) -> None:
    run = await store.register(trigger(), triggered_at_ms=5)
    await store.register(trigger(run_id="run-2", user_id="learner-2"), triggered_at_ms=5)
    at = milliseconds(run.trigger.occurred_at)
    wanted = ["run-1", "run-2", "run-3"]
    assert await store.erased_runs(wanted) == frozenset()
    await store.erase_user("learner-1", erased_at_ms=at)
    assert await store.erased_runs(wanted) == {"run-1"}
    later = trigger(occurred_at=trigger().occurred_at + timedelta(days=1))
    await store.register(later, triggered_at_ms=9)
    assert await store.erased_runs(wanted) == frozenset()
    assert await store.erase_user("learner-1", erased_at_ms=at) == ()
    assert await store.run("run-1") is not None


async def test_a_run_that_is_erased_and_still_there_is_told(store: Store) -> None:
    """An erasure that stopped between its two transactions shows already."""
    run = await store.register(trigger(), triggered_at_ms=5)
    at = milliseconds(run.trigger.occurred_at)
    row = {"user_digest": hashlib.sha256(b"learner-1").hexdigest(), "erased_at_ms": at}
    async with store._writing() as connection:
        await connection.execute(insert(USER_ERASURES).values(row))
    assert await store.erased_runs(["run-1"]) == {"run-1"}
    assert await store.erase_user("learner-1", erased_at_ms=at) == ("run-1",)


async def test_a_run_id_of_two_users_is_named_with_the_one_erased_last(store: Store) -> None:
    at = milliseconds(trigger().occurred_at)
    await store.register(trigger(), triggered_at_ms=5)
    await store.erase_user("learner-1", erased_at_ms=at)
    await store.register(trigger(user_id="learner-2"), triggered_at_ms=5)
    assert await store.erased_runs(["run-1"]) == frozenset()
    assert await store.erase_user("learner-2", erased_at_ms=at) == ("run-1",)


async def test_a_call_that_ends_after_its_user_was_erased_is_not_kept(store: Store) -> None:
    run = await store.register(trigger(), triggered_at_ms=5)
    await store.erase_user("learner-1", erased_at_ms=milliseconds(run.trigger.occurred_at))
    with pytest.raises(UserErasedError):
        await store.put("run-1", "arc", "h", "an answer about the learner")
    assert await store.get("run-1", "arc", "h") is None


async def test_erasing_while_calls_end_leaves_none_of_them(store: Store) -> None:
    run = await store.register(trigger(), triggered_at_ms=5)
    at = milliseconds(run.trigger.occurred_at)
    calls = [f"perspective:p{number}" for number in range(20)]
    outcomes = await asyncio.gather(
        *(store.put("run-1", call, "h", "about the learner") for call in calls[:10]),
        store.erase_user("learner-1", erased_at_ms=at),
        *(store.put("run-1", call, "h", "about the learner") for call in calls[10:]),
        return_exceptions=True,
    )
    assert {type(one) for one in outcomes} <= {type(None), tuple, UserErasedError}
    assert [await store.get("run-1", call, "h") for call in calls] == [None] * 20
