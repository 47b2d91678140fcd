"""`consume` and `serve` as processes of their own, against a real Kafka and a real database.

What comes out is read by a plain fastavro reader that imports none of our code.
"""

import asyncio
import io
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import unicodedata
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
import websockets

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "producer" / "arcs"
REVIEW_SCHEMA = REPOSITORY / "schemas" / "review_ready.v1.avsc"
SECRET = "a-test-secret-of-more-than-32-characters"
PHASES = ["received", "delayed", "gathering", "reviewing", "validating", "ready"]
PATIENCE_SECONDS = 120

pytestmark = pytest.mark.kafka


class Deployment:
    """One prefix of topics, one database, and the environment of the processes on it."""

    def __init__(self, *, bootstrap: str, database_url: str, tmp_path: Path) -> None:
        self.prefix = f"t{uuid.uuid4().hex[:8]}."
        self.port = _free_port()
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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def deployment(request: pytest.FixtureRequest, kafka_bootstrap: str, tmp_path: Path) -> Deployment:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_database")
    made = Deployment(bootstrap=kafka_bootstrap, database_url=url, tmp_path=tmp_path)
    created = made.run("topics", "create")
    assert created.returncode == 0, created.stdout + created.stderr
    checked = made.run("topics", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    return made


async def test_real_arcs_become_reviews_that_anyone_can_read(
    deployment: Deployment, real_arcs: list[Path]
) -> None:
    arcs = real_arcs[:5]
    with deployment.process("consume"):
        replayed = deployment.run("replay", *map(str, arcs))
        assert replayed.returncode == 0, replayed.stderr
        reviews = await deployment.reviews(len(arcs))

    for arc in arcs:
        _assert_true_to(arc, reviews[arc.stem])
        _assert_claims_nothing_unmeasured(reviews[arc.stem])


async def test_a_sample_arc_reaches_the_learner_through_the_websocket(
    deployment: Deployment,
) -> None:
    arc = SAMPLES / "stumbler.jsonl"
    trigger = _trigger_of(arc)
    token = deployment.token(trigger["user_id"])
    stranger = deployment.token("somebody-else")
    with deployment.process("consume"), deployment.process("serve"):
        await deployment.ready()
        address = f"ws://127.0.0.1:{deployment.port}/ws"
        async with (
            _socket(address, token) as learner,
            _socket(address, stranger) as other,
        ):
            assert json.loads(await learner.recv())["type"] == "hello"
            assert json.loads(await other.recv())["type"] == "hello"
            replayed = deployment.run("replay", str(arc))
            assert replayed.returncode == 0, replayed.stderr
            phases, review = await _until_review(learner)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(other.recv(), 1)

    assert review["run_id"] == trigger["run_id"]
    # A slow reader is told the latest only; what it is told is in order.
    assert phases
    assert phases == sorted(phases, key=PHASES.index)
    _assert_true_to(arc, review)


async def test_rubbish_is_dead_lettered_and_what_follows_is_reviewed(
    deployment: Deployment,
) -> None:
    arc = SAMPLES / "sparse.jsonl"
    rubbish: list[tuple[bytes | None, bytes | None]] = [
        (b"k", b"\xff\xfe no event"),
        (b"k", None),
        (b"k", b'{"run_id": "r"}'),
        (None, b"{" * 50_000),
    ]
    with deployment.process("consume"):
        for topic in ("scenario.completed", "conversation.message"):
            await deployment.produce(topic, rubbish)
        assert deployment.run("replay", str(arc)).returncode == 0
        await deployment.reviews(1)
        letters = await _dead_letters(deployment, "scenario.completed.dlq", len(rubbish))
        more = await _dead_letters(deployment, "conversation.message.dlq", len(rubbish))

    for group in (letters, more):
        assert sorted(value or b"" for _, value, _ in group) == sorted(
            value or b"" for _, value in rubbish
        )
        for _, _, headers in group:
            assert headers["debrief-error-kind"] in {b"undecodable", b"invalid"}
            assert headers["debrief-error-message"]


async def test_a_run_with_less_than_its_manifest_ships_as_partial_and_says_so(
    deployment: Deployment, tmp_path: Path
) -> None:
    lines = (SAMPLES / "stumbler.jsonl").read_text(encoding="utf-8").splitlines()
    dropped = next(i for i, line in enumerate(lines) if '"conversation.message"' in line)
    arc = tmp_path / "short.jsonl"
    arc.write_text("\n".join(lines[:dropped] + lines[dropped + 1 :]) + "\n", encoding="utf-8")
    with deployment.process("consume"):
        assert deployment.run("replay", str(arc)).returncode == 0
        (review,) = (await deployment.reviews(1)).values()

    coverage = review["coverage"]["messages"]
    assert review["status"] == "partial"
    assert coverage["seen"] == coverage["expected"] - 1


async def test_a_second_trigger_of_a_run_publishes_nothing_new(deployment: Deployment) -> None:
    arc = SAMPLES / "sparse.jsonl"
    last = SAMPLES / "stumbler.jsonl"
    with deployment.process("consume"):
        assert deployment.run("replay", str(arc)).returncode == 0
        assert deployment.run("replay", str(arc)).returncode == 0
        assert deployment.run("replay", str(last)).returncode == 0
        reviews = await deployment.reviews(2)  # fails on a second review of one run

    assert len(reviews) == 2


async def test_a_killed_consumer_loses_no_run(deployment: Deployment) -> None:
    arcs = [SAMPLES / "sparse.jsonl", SAMPLES / "stumbler.jsonl"]
    with deployment.killed_process("consume"):
        assert deployment.run("replay", *map(str, arcs)).returncode == 0
    with deployment.process("consume"):
        reviews = await deployment.reviews_at_least_once(len(arcs))

    assert reviews == {_trigger_of(arc)["run_id"] for arc in arcs}


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


def _trigger_of(arc: Path) -> dict[str, Any]:
    for line in arc.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["topic"] == "scenario.completed":
            value = record["value"]
            assert isinstance(value, dict)
            return value
    pytest.fail(f"{arc.name} has no trigger")


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _sources(arc: Path) -> dict[tuple[str, str], list[str]]:
    sources: dict[tuple[str, str], list[str]] = {}
    for line in arc.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        value = record["value"]
        if record["topic"] == "conversation.message":
            sources[("message", value["message_id"])] = [value["text"]]
        elif record["topic"] == "artefact.submitted":
            key = ("artefact", f"{value['artefact_id']}/{value['revision']}")
            sources[key] = [value["text"]]
        elif record["topic"] == "objective.rolled-up":
            sources[("objective", value["objective_id"])] = [
                value["title"],
                value.get("feedback") or "",
                *(issue["note"] for issue in value["issues"]),
            ]
    return sources


def _evidence_of(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "evidence":
                yield from value
            else:
                yield from _evidence_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from _evidence_of(value)


def _assert_true_to(arc: Path, review: dict[str, Any]) -> None:
    trigger = _trigger_of(arc)
    sources = _sources(arc)
    assert sum(d["xp"] for d in review["xp"]["dimensions"]) == trigger["xp"]["expected_total"]
    assert [p["persona_id"] for p in review["perspectives"]] == [
        p["persona_id"] for p in trigger["personas"]
    ]
    cited = list(_evidence_of(review))
    assert cited
    for evidence in cited:
        source_id = evidence["source_id"]
        if evidence["source"] == "artefact":
            source_id = f"{source_id}/{evidence['revision']}"
        texts = sources[(evidence["source"], source_id)]
        if evidence["quote"] is not None:
            assert any(_fold(evidence["quote"]) in _fold(text) for text in texts)


def _assert_claims_nothing_unmeasured(review: dict[str, Any]) -> None:
    unmeasured = {"pace", "independence", "help_avoidance", "first_pass", "recovery", "stuck"}
    by_kind = {signal["kind"]: signal for signal in review["signals"]}
    for kind in unmeasured & by_kind.keys():
        assert by_kind[kind]["verdict"] == "too_little_data", kind
    assert not unmeasured & {pattern["kind"] for pattern in review["patterns"]}
    assert review["writing_style"] is None


@asynccontextmanager
async def _socket(address: str, token: str) -> AsyncIterator[websockets.ClientConnection]:
    async with websockets.connect(
        address,
        subprotocols=[websockets.Subprotocol("debrief.v1")],
        additional_headers={"Authorization": f"Bearer {token}"},
        max_size=2**22,
    ) as connection:
        assert connection.subprotocol == "debrief.v1"
        yield connection


async def _until_review(
    connection: websockets.ClientConnection,
) -> tuple[list[str], dict[str, Any]]:
    phases: list[str] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for frame in connection:
            event = json.loads(frame)
            if event["type"] == "progress":
                phases.append(event["phase"])
            elif event["type"] == "review":
                return phases, event["review"]
    pytest.fail("the socket closed before the review came")


async def _dead_letters(
    deployment: Deployment, topic: str, count: int
) -> list[tuple[bytes | None, bytes | None, dict[str, bytes]]]:
    letters: list[tuple[bytes | None, bytes | None, dict[str, bytes]]] = []
    async with deployment.reader(topic) as reader, asyncio.timeout(PATIENCE_SECONDS):
        while len(letters) < count:
            for records in (await reader.getmany(timeout_ms=500)).values():
                letters += [(r.key, r.value, dict(r.headers)) for r in records]
    return letters


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
