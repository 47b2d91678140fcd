"""The migrations make the tables that the code names, however many processes start at once."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from consumer.context.errors import StoreError
from consumer.context.store import Store, open_store
from consumer.context.tables import METADATA
from gateway.database import migrate as migrate_gateway
from gateway.database import open_engine

REPOSITORY = Path(__file__).resolve().parents[3]
PROCESSES = 4
# Each process says that it is ready and waits for the word, so that all begin together.
PREPARE = """
import asyncio, sys
from consumer.context.store import open_store
async def main():
    store = open_store(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await store.prepare()
    print(len(await store.late_runs(published_since_ms=0, limit=1)), flush=True)
    await store.close()
asyncio.run(main())
"""


def _differences(connection: Connection) -> list[object]:
    names = set(METADATA.tables)
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_name": lambda name, kind, _parents: kind != "table" or name in names,
        },
    )
    return list(compare_metadata(context, METADATA))


async def test_the_migrations_make_the_tables_that_the_code_names(store: Store) -> None:
    async with store._engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_the_comparison_sees_what_is_missing(store: Store) -> None:
    async with store._writes.begin() as connection:
        await connection.exec_driver_sql("DROP INDEX ix_runs_user")
    async with store._engine.connect() as connection:
        assert len(await connection.run_sync(_differences)) == 1


async def test_preparing_again_changes_nothing(store: Store) -> None:
    await store.put("run-1", "arc", "h", "kept")
    await store.prepare()
    assert await store.get("run-1", "arc", "h") == "kept"


async def test_tables_of_a_newer_version_are_told_in_a_line(store: Store) -> None:
    async with store._writes.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"a newer Debrief made the tables, run that one: .*9999"):
        await store.prepare()


async def test_the_gateway_may_share_the_database(store: Store, database_url: str) -> None:
    engine = open_engine(database_url)
    try:
        await migrate_gateway(engine)
        await store.prepare()
        async with engine.connect() as connection:
            tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    finally:
        await engine.dispose()
    assert {"alembic_version", "gateway_alembic_version"} <= set(tables)
    assert set(METADATA.tables) <= set(tables)


async def _start(address: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PREPARE,
        address,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def test_several_processes_may_start_at_once(database_url: str) -> None:
    processes = [await _start(database_url) for _ in range(PROCESSES)]
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [errors.decode() for _, errors in answers] == [""] * PROCESSES
    assert [output for output, _ in answers] == [b"0\n"] * PROCESSES
    store = open_store(database_url)
    try:
        async with store._engine.connect() as connection:
            assert await connection.run_sync(_differences) == []
    finally:
        await store.close()
