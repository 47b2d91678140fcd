"""The gateway as a process: readers that stop reading, frames too big, and going away."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import websockets

from gateway.server import listening_socket
from gateway.settings import GatewaySettings
from producer.partitioning import partition_of

pytestmark = pytest.mark.kafka

USER = "learner-1"
HOME = partition_of(USER, 3)
ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Served:
    """A running process."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"


@pytest.fixture
def served(settings: GatewaySettings, tmp_path: Path) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret = settings.jwt_secret
    assert secret is not None
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DEBRIEF_KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "DEBRIEF_TOPIC_PREFIX": settings.topic_prefix,
        "DEBRIEF_DATABASE_URL": settings.database_url.get_secret_value(),
        "DEBRIEF_JWT_SECRET": secret.get_secret_value(),
        "DEBRIEF_GATEWAY_PORT": str(port),
        "DEBRIEF_DRAIN_SECONDS": "2",
        "DEBRIEF_LOG_FORMAT": "json",
    }
    log = tmp_path / "gateway.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "consumer", "serve"],
            env=environment,
            cwd=tmp_path,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _until_ready(port)
        yield Served(process, port, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _until_ready(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the gateway did not become ready")


async def test_a_reader_that_stopped_reading_is_cut_and_delays_nobody(
    served: Served, topic: Any, review: dict[str, Any], bearer: Any
) -> None:
    bulky = {**review, "summary": "x" * 2_000}
    async with websockets.connect(served.address, additional_headers=bearer(USER)) as lively:
        with await _stalled(served.port, bearer(USER)["Authorization"]):
            reading = asyncio.create_task(_read_reviews(lively, 400))
            for number in range(400):
                await topic.publish(bulky, run_id=f"run-{number}", partition=HOME)
            async with asyncio.timeout(60):
                await reading
            await _until_metrics_say(served.port, 'closed_total{code="4408"} 1.0')
            await _until_metrics_say(served.port, 'connections{kind="websocket"} 1.0')


async def test_a_frame_that_is_too_big_closes_1009(served: Served, bearer: Any) -> None:
    async with websockets.connect(served.address, additional_headers=bearer(USER)) as client:
        await client.recv()
        await client.send("x" * 20_000)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


async def test_going_away_is_announced_and_ends_with_0_and_no_token_in_the_log(
    served: Served, bearer: Any
) -> None:
    headers = bearer(USER)
    token = headers["Authorization"].removeprefix("Bearer ")
    address = f"{served.address}?token={token}"
    async with websockets.connect(address, additional_headers=headers) as client:
        assert json.loads(await client.recv())["type"] == "hello"
        served.process.send_signal(signal.SIGTERM)
        notice = json.loads(await client.recv())
        assert notice["type"] == "reconnect"
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert await asyncio.to_thread(served.process.wait, 20) == 0
    log = served.log.read_text(encoding="utf-8")
    assert token not in log
    assert token.split(".")[2] not in log


async def test_refusals_leave_the_log_as_it_is_and_every_line_is_json(
    served: Served, bearer: Any
) -> None:
    refused = ({"Authorization": "Bearer no"}, {**bearer(USER), "Origin": "https://elsewhere"})
    for headers, status in zip(refused, (401, 403), strict=True):
        with pytest.raises(websockets.InvalidStatus) as answer:
            await websockets.connect(served.address, additional_headers=headers)
        assert answer.value.response.status_code == status
    served.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(served.process.wait, 20) == 0

    lines = [json.loads(line) for line in served.log.read_text(encoding="utf-8").splitlines()]

    assert [line["event"] for line in lines] == ["gateway_starting", "feed_caught_up"]
    assert {line["level"] for line in lines} == {"info"}


async def _stalled(port: int, authorization: str) -> socket.socket:
    """Open a WebSocket by hand and never read from it again."""
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    stalled.connect(("127.0.0.1", port))
    stalled.sendall(
        (
            "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: {authorization}\r\n\r\n"
        ).encode()
    )
    await asyncio.sleep(0.5)
    return stalled


async def _read_reviews(client: websockets.ClientConnection, count: int) -> None:
    while count:
        count -= json.loads(await client.recv())["type"] == "review"


async def _until_metrics_say(port: int, line: str) -> None:
    async with asyncio.timeout(30):
        while line not in await _metrics(port):  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.2)


async def _metrics(port: int) -> str:
    def fetch() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text = answer.read().decode()
            assert isinstance(text, str)
            return text

    return await asyncio.to_thread(fetch)


def test_a_small_frame_is_not_held_back_for_the_one_before_it() -> None:
    listener = listening_socket("127.0.0.1", 0)
    listener.setblocking(True)
    listener.listen()
    with listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
