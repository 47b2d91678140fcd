"""What the database does wrong reaches the caller as retry or as look, and without its text."""

import asyncio
import sqlite3
import traceback
import uuid
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from consumer.context.errors import StoreError, StoreUnavailableError
from consumer.context.store import Store, open_store
from gateway.database import open_engine
from tests.arcs import kept, message
from tests.contract.context.conftest import Make


async def test_a_locked_sqlite_file_may_work_in_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closing: Make
) -> None:
    monkeypatch.setattr("gateway.database.BUSY_TIMEOUT_MS", 50)
    address = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    store = closing(open_store(address))
    await store.prepare()
    with sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError):
            await store.put("run-1", "arc", "h", "x")
        other.execute("ROLLBACK")
    other.close()
    await store.put("run-1", "arc", "h", "x")
    assert await store.get("run-1", "arc", "h") == "x"


async def test_readers_go_on_while_sqlite_is_written(tmp_path: Path, closing: Make) -> None:
    store = closing(open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}"))
    await store.prepare()
    with sqlite3.connect(tmp_path / "store.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(5):
            assert await store.get("run-1", "arc", "h") is None
    other.close()


async def test_a_table_that_is_not_there_wants_someone_to_look(
    database_url: str, closing: Make
) -> None:
    store = closing(open_store(database_url))
    with pytest.raises(StoreError) as caught:
        await store.get("run-1", "arc", "h")
    assert not isinstance(caught.value, StoreUnavailableError)


async def test_a_folder_that_is_not_there_wants_someone_to_look(
    tmp_path: Path, closing: Make
) -> None:
    store = closing(open_store(f"sqlite:///{tmp_path / 'nowhere' / 'store.sqlite3'}"))
    with pytest.raises(StoreError) as caught:
        await store.prepare()
    assert not isinstance(caught.value, StoreUnavailableError)


async def test_no_value_of_a_statement_is_told_with_its_failure(
    database_url: str, closing: Make
) -> None:
    written = uuid.uuid4().hex
    store = closing(open_store(database_url))
    await store.prepare()
    async with store._writes.begin() as connection:
        await connection.execute(text("DROP TABLE call_journal"))
    with pytest.raises(StoreError) as caught:
        await store.put("run-1", "arc", "h", written)
    assert written not in "".join(traceback.format_exception(caught.value))


async def test_a_server_that_is_away_may_be_back_in_a_moment(closing: Make) -> None:
    store = closing(open_store("postgresql://nobody@127.0.0.1:1/none"))
    with pytest.raises(StoreUnavailableError):
        await store.prepare()
    with pytest.raises(StoreUnavailableError):
        await store.get("run-1", "arc", "h")


@pytest.mark.postgres
async def test_a_database_that_is_not_there_wants_someone_to_look(
    postgres_database: str, closing: Make
) -> None:
    address = make_url(postgres_database).set(database="debrief_nowhere")
    store = closing(open_store(address.render_as_string(hide_password=False)))
    with pytest.raises(StoreError) as caught:
        await store.get("run-1", "arc", "h")
    assert not isinstance(caught.value, StoreUnavailableError)


@pytest.mark.postgres
async def test_a_server_that_is_read_only_may_take_writes_in_a_moment(
    postgres_database: str, closing: Make
) -> None:
    store = closing(open_store(postgres_database))
    await store.prepare()
    await store.ping()
    name = make_url(postgres_database).database
    async with store._writes.begin() as connection:
        await connection.execute(
            text(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        )
    await store.close()  # connections that are there go on as they began
    with pytest.raises(StoreUnavailableError, match="read-only"):
        await store.ping()
    with pytest.raises(StoreUnavailableError, match="read-only"):
        await store.put("run-1", "arc", "h", "x")
    async with store._writes.begin() as connection:
        await connection.execute(text("SET TRANSACTION READ WRITE"))
        await connection.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
    with pytest.raises(StoreUnavailableError, match="read-only"):
        await store.ping()  # by the connection that is open
    await store.ping()
    await store.put("run-1", "arc", "h", "x")


@pytest.mark.postgres
async def test_connections_that_the_server_cut_are_made_anew(
    postgres_database: str, closing: Make
) -> None:
    store = closing(open_store(postgres_database))
    await store.prepare()
    await store.put("run-1", "arc", "h", "x")
    engine = open_engine(postgres_database)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"{cut} AND datname = current_database()"))
    finally:
        await engine.dispose()
    assert await store.get("run-1", "arc", "h") == "x"


@pytest.mark.postgres
async def test_a_connection_cut_in_the_middle_may_work_in_a_moment(
    postgres_database: str, closing: Make
) -> None:
    store = closing(open_store(postgres_database))
    await store.prepare()
    with pytest.raises(StoreUnavailableError):
        async with store._writing() as connection:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


@pytest.mark.postgres
async def test_one_who_stands_still_in_a_transaction_loses_its_locks(
    postgres_database: str, closing: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.database.IDLE_IN_TRANSACTION_MS", 300)
    frozen, other = closing(open_store(postgres_database)), closing(open_store(postgres_database))
    await frozen.prepare()
    await frozen.put("run-1", "arc", "h", "x")
    update = text("UPDATE call_journal SET outcome = :outcome")

    async def stand_still() -> None:
        async with frozen._writing() as connection:
            await connection.execute(update, {"outcome": "of the frozen one"})
            async with other._writing() as waiting:
                await waiting.execute(update, {"outcome": "of the other"})

    with pytest.raises(StoreUnavailableError):
        await stand_still()
    assert await other.get("run-1", "arc", "h") == "of the other"


@pytest.mark.postgres
async def test_a_deadlock_may_work_in_a_moment(postgres_database: str, closing: Make) -> None:
    store = closing(open_store(postgres_database))
    await store.prepare()
    for call in ("one", "two"):
        await store.put("run-1", call, "h", "x")
    met = asyncio.Barrier(2)
    update = text("UPDATE call_journal SET outcome = 'y' WHERE call = :call")

    async def both(first: str, second: str) -> None:
        async with store._writing() as connection:
            await connection.execute(update, {"call": first})
            await met.wait()
            await connection.execute(update, {"call": second})

    ends = await asyncio.gather(both("one", "two"), both("two", "one"), return_exceptions=True)
    failed = [end for end in ends if end is not None]
    assert [type(end) for end in failed] == [StoreUnavailableError]


async def _break_a_rule(store: Store, outcome: str) -> None:
    insert = text(
        "INSERT INTO call_journal (run_id, call, prompt_hash, outcome) "
        "VALUES ('run-1', 'arc', NULL, :outcome)"
    )
    async with store._writing() as connection:
        await connection.execute(insert, {"outcome": outcome})


async def test_a_refusal_does_not_repeat_the_values(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        await _break_a_rule(store, "my secret words")
    assert not isinstance(caught.value, StoreUnavailableError)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["mysql://x/y", "no address", "sqlite://", "sqlite:///:memory:"]
)
def test_an_address_of_no_database_we_know_is_refused_by_its_setting(address: str) -> None:
    with pytest.raises(StoreError, match="DEBRIEF_DATABASE_URL"):
        open_store(address)


async def test_cancelling_a_write_leaves_the_store_usable(store: Store) -> None:
    writing = asyncio.create_task(store.add([kept(message(number)) for number in range(300)]))
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await store.add([kept(message(1))])
    assert 1 <= len(await store.records_of("run-1", "message")) <= 300
