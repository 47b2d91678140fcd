"""A consumer with nothing to do, whose brokers go away: it is seen, and it stops in order."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from consumer.embedded.server import EmbeddedKafka
from tests.integration.deployed import PATIENCE_SECONDS, Deployment
from tests.integration.faults.processes import free_port

pytestmark = pytest.mark.kafka


def _status(port: int) -> int:
    try:
        answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
    with answer:
        return int(answer.status)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110  # another process sets no event
            await asyncio.sleep(0.2)


def _both_jobs_read(folder: Path) -> bool:
    """Tell whether each job has put its poison record aside."""
    said = "".join(log.read_text(encoding="utf-8") for log in folder.glob("consume-*.log"))
    return said.count("dead_letter ") == 2


async def test_brokers_that_go_away_are_seen_and_hold_no_stop_up(tmp_path: Path) -> None:
    broker, port = EmbeddedKafka(), free_port()
    try:
        await asyncio.to_thread(broker.start)
        deployment = Deployment(
            bootstrap=broker.bootstrap_servers,
            database_url=f"sqlite:///{tmp_path / 'store.sqlite3'}",
            tmp_path=tmp_path,
        )
        made = await asyncio.to_thread(deployment.run, "topics", "create", "--partitions", "1")
        assert made.returncode == 0, made.stderr
        with deployment.process("consume", DEBRIEF_METRICS_PORT=str(port)):
            for topic in ("scenario.completed", "conversation.message"):
                await deployment.produce(topic, [(b"k", b"no event")])
            await _until(lambda: _both_jobs_read(tmp_path) and _status(port) == 200)
            await asyncio.to_thread(broker.kill)
            await _until(lambda: _status(port) == 503)
    finally:
        await asyncio.to_thread(broker.close)
