"""The server around the app, where no socket is needed."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from gateway.database import open_engine
from gateway.errors import StartError
from gateway.hub import Hub
from gateway.server import GatewayServer
from gateway.store import ReviewStore


async def _refuses(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": ""})


async def _nothing() -> None:
    pass


def _server(open_store: Callable[[], Awaitable[None]]) -> GatewayServer:
    config = uvicorn.Config(_refuses, lifespan="on", log_config=None)
    config.load()
    server = GatewayServer(config, hub=Hub(), open_store=open_store, drain_seconds=0)
    server.lifespan = config.lifespan_class(config)
    return server


async def test_an_app_that_cannot_start_is_a_start_error_and_no_exit() -> None:
    with pytest.raises(StartError, match="the log says why"):
        await _server(_nothing).startup()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("sqlite+aiosqlite:////nowhere/at/all.sqlite3", "unable to open database file"),
        ("postgresql+asyncpg://ada:a-secret@127.0.0.1:1/debrief", "127.0.0.1"),
    ],
)
async def test_a_database_that_cannot_be_used_is_told_in_one_line(address: str, why: str) -> None:
    store = ReviewStore(open_engine(address))

    with pytest.raises(StartError) as failed:
        await _server(store.open).startup()

    told = str(failed.value)
    assert why in told
    assert "DEBRIEF_DATABASE_URL" in told
    assert "a-secret" not in told
    assert len(told.splitlines()) == 1


async def test_a_file_that_is_no_database_is_told_too(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("This is no database. " * 100, encoding="utf-8")

    with pytest.raises(StartError, match="not a database"):
        await _server(ReviewStore(open_engine(f"sqlite+aiosqlite:///{other}")).open).startup()
