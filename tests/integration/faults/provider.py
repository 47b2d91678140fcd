"""The model provider of the fault tests: slow, countable, and away when told.

It speaks the real wire (the emulator's), and looks into the journal at every request: a call that
is journaled already was paid for, and must never be asked again.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import uvicorn
from sqlalchemy import make_url
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consumer.emulator.app import create_emulator
from consumer.emulator.reading import (
    Asked,
    read_chat_completions,
    read_generate_content,
    read_interactions,
    read_responses,
)
from tests.integration.faults.small_runs import RUN_ID_IN_PROMPT

_UNAVAILABLE: Final = json.dumps({"error": {"code": 503, "status": "UNAVAILABLE"}}).encode()
_JOURNALED: Final = "SELECT count(*) FROM call_journal WHERE run_id = {} AND call = {}"

Journaled = Callable[[str, str], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One request that arrived; `repeated` says that its answer was in the journal by then."""

    provider: str
    run_id: str
    call: str
    repeated: bool


def journal_of(database_url: str) -> Journaled:
    """Return how to look a call up in the journal of an SQLite or PostgreSQL database."""
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return lambda run_id, call: _in_postgres(address, run_id, call)
    path = f"file:{url.database}?mode=ro"

    async def look(run_id: str, call: str) -> bool:
        return await asyncio.to_thread(_in_sqlite, path, run_id, call)

    return look


def _in_sqlite(path: str, run_id: str, call: str) -> bool:
    connection = sqlite3.connect(path, uri=True, timeout=60)
    try:
        (count,) = connection.execute(_JOURNALED.format("?", "?"), (run_id, call)).fetchone()
        return bool(count)
    finally:
        connection.close()


async def _in_postgres(address: str, run_id: str, call: str) -> bool:
    while True:
        try:
            connection = await asyncpg.connect(address)
            try:
                return bool(await connection.fetchval(_JOURNALED.format("$1", "$2"), run_id, call))
            finally:
                await connection.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            # It is being restarted. No answer leaves before this look, so a late look is as good.
            await asyncio.sleep(0.1)


class SlowProvider:
    """Both services on one port. `latency_seconds` may be changed at any time."""

    def __init__(self, journaled: Journaled, *, latency_seconds: float) -> None:
        self.latency_seconds = latency_seconds
        self.asked: list[Asking] = []
        self.refused = 0
        self._away = False
        self._answers = asyncio.Event()
        self._answers.set()
        self._journaled = journaled
        self._emulator = create_emulator()

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Answer everything with 503 while the block runs."""
        self._away = True
        try:
            yield
        finally:
            self._away = False

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Answer nothing while the block runs; what was asked meanwhile is answered after it."""
        self._answers.clear()
        try:
            yield
        finally:
            self._answers.set()

    @property
    def repeated(self) -> int:
        """Return how many requests asked for what was in the journal already."""
        return sum(asking.repeated for asking in self.asked)

    def asked_of(self, run_ids: set[str]) -> int:
        """Return how many requests were for these runs."""
        return sum(asking.run_id in run_ids for asking in self.asked)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if self._away:
            self.refused += 1
            await _refuse(send)
            return
        asking = await self._read(str(scope["path"]), body)
        self.asked.append(asking)
        await self._answers.wait()
        await asyncio.sleep(self.latency_seconds)
        if self._away:
            self.refused += 1
            await _refuse(send)
            return
        await self._emulator(scope, _replaying(body, receive), send)

    async def _read(self, path: str, body: bytes) -> Asking:
        found = RUN_ID_IN_PROMPT.search(body)
        assert found, "a prompt names no run"
        asked = _asked(path, json.loads(body))
        run_id = found.group(1).decode()
        return Asking(
            provider=asked.provider,
            run_id=run_id,
            call=asked.call,
            repeated=await self._journaled(run_id, asked.call),
        )


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """Serve on a free loopback port while the block runs; yields `http://host:port`."""
    config = uvicorn.Config(
        app, port=0, log_level="critical", access_log=False, lifespan="off", ws="none",
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(server._serve())
        try:
            while not server.started:
                assert not running.done()
                await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = server.force_exit = True


def _asked(path: str, body: object) -> Asked:
    if "/models/" in path:
        return read_generate_content(body, "any")
    if path.endswith("/interactions"):
        return read_interactions(body)
    return read_responses(body) if path.endswith("/responses") else read_chat_completions(body)


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


def _replaying(body: bytes, receive: Receive) -> Receive:
    pending = [body]

    async def replay() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return replay


async def _refuse(send: Send) -> None:
    headers: list[Any] = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": _UNAVAILABLE})
