"""The commands as processes of their own, and reviews read by a plain fastavro reader."""

import asyncio
import io
import json
import os
import signal
import struct
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiokafka
import fastavro
import fastavro.schema
import pytest

from tests.integration.faults.processes import free_port

REPOSITORY = Path(__file__).resolve().parents[2]
REVIEW_SCHEMA = REPOSITORY / "schemas" / "review_ready.v1.avsc"
SECRET = "a-test-secret-of-more-than-32-characters"
PATIENCE_SECONDS = 120


class Deployment:
    """One prefix of topics, one database, and the environment of the processes on it."""

    def __init__(self, *, bootstrap: str, database_url: str, tmp_path: Path) -> None:
        self.prefix = f"t{uuid.uuid4().hex[:8]}."
        self.port = free_port()
        self.bootstrap = bootstrap
        self.directory = tmp_path
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "DEBRIEF_KAFKA_BOOTSTRAP_SERVERS": bootstrap,
            "DEBRIEF_TOPIC_PREFIX": self.prefix,
            "DEBRIEF_KAFKA_GROUP": f"g-{self.prefix}",
            "DEBRIEF_DATABASE_URL": database_url,
            "DEBRIEF_REVIEWERS": "rules",
            "DEBRIEF_CONTEXT_GRACE_SECONDS": "2",
            "DEBRIEF_JWT_SECRET": SECRET,
            "DEBRIEF_GATEWAY_HOST": "127.0.0.1",
            "DEBRIEF_GATEWAY_PORT": str(self.port),
        }

    def run(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "consumer", *arguments],
            env={**self.environment, **extra},
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    @contextmanager
    def process(self, *arguments: str, **extra: str) -> Iterator[subprocess.Popen[bytes]]:
        log = (self.directory / f"{arguments[0]}-{uuid.uuid4().hex[:4]}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "consumer", *arguments],
            env={**self.environment, **extra},
            cwd=self.directory,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, Path(log.name).read_text(encoding="utf-8")[-4000:]
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            log.close()

    @contextmanager
    def killed_process(self, *arguments: str) -> Iterator[None]:
        """Run a process that is killed, without a word, at the block's end."""
        process = subprocess.Popen(
            [sys.executable, "-m", "consumer", *arguments],
            env=self.environment,
            cwd=self.directory,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()

    async def reviews_at_least_once(self, count: int) -> set[str]:
        """Read until `count` different runs have a review; one may come twice."""
        run_ids: set[str] = set()
        async with self.reader("review.ready") as reader, asyncio.timeout(PATIENCE_SECONDS):
            while len(run_ids) < count:
                for records in (await reader.getmany(timeout_ms=500)).values():
                    run_ids |= {record.key.decode() for record in records if record.key}
        return run_ids

    async def reviews(self, count: int) -> dict[str, dict[str, Any]]:
        """Read `count` runs' reviews from the topic, in schema order, as a stranger would."""
        reviews: dict[str, dict[str, Any]] = {}
        async with self.reader("review.ready") as reader:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while len(reviews) < count:
                assert time.monotonic() < deadline, f"{len(reviews)} of {count} reviews came"
                for records in (await reader.getmany(timeout_ms=500)).values():
                    for record in records:
                        assert record.key is not None
                        run_id = record.key.decode()
                        assert run_id not in reviews, f"two reviews of {run_id}"
                        reviews[run_id] = _read_review(record.value)
        return reviews

    @asynccontextmanager
    async def reader(self, topic: str) -> AsyncIterator[aiokafka.AIOKafkaConsumer]:
        consumer = aiokafka.AIOKafkaConsumer(
            self.prefix + topic,
            bootstrap_servers=self.bootstrap,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    async def produce(self, topic: str, values: list[tuple[bytes | None, bytes | None]]) -> None:
        producer = aiokafka.AIOKafkaProducer(bootstrap_servers=self.bootstrap)
        await producer.start()
        try:
            for key, value in values:
                await producer.send_and_wait(self.prefix + topic, value=value, key=key)
        finally:
            await producer.stop()

    def token(self, user_id: str) -> str:
        made = self.run("token", user_id)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    async def ready(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                await asyncio.to_thread(
                    urllib.request.urlopen, f"http://127.0.0.1:{self.port}/readyz", timeout=2
                )
            except OSError:
                await asyncio.sleep(0.2)
            else:
                return
        pytest.fail("the gateway did not become ready")


def _read_review(value: bytes) -> dict[str, Any]:
    schema = fastavro.parse_schema(json.loads(REVIEW_SCHEMA.read_text(encoding="utf-8")))
    assert value[:2] == b"\xc3\x01"
    canonical = fastavro.schema.to_parsing_canonical_form(schema)
    fingerprint = fastavro.schema.fingerprint(canonical, "CRC-64-AVRO")
    assert struct.unpack("<Q", value[2:10])[0] == int.from_bytes(
        bytes.fromhex(fingerprint), "little"
    )
    review = fastavro.schemaless_reader(io.BytesIO(value[10:]), schema, None)
    assert isinstance(review, dict)
    return review
