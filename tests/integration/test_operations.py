"""What an operator does by hand, with the real commands against a consumer of its own process."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from consumer.cli import main
from schemas.review import ReviewReady
from schemas.wire import decode_review

REPOSITORY = Path(__file__).resolve().parents[2]
ARC = REPOSITORY / "producer" / "arcs" / "stumbler.jsonl"
PATIENCE_SECONDS = 120

pytestmark = pytest.mark.kafka


class Operator:
    """A prefix of topics, a database, and the commands on them."""

    def __init__(self, bootstrap: str, directory: Path) -> None:
        self.bootstrap = bootstrap
        self.prefix = f"o{uuid.uuid4().hex[:8]}."
        self.directory = directory
        self.settings = {
            "DEBRIEF_KAFKA_BOOTSTRAP_SERVERS": bootstrap,
            "DEBRIEF_TOPIC_PREFIX": self.prefix,
            "DEBRIEF_KAFKA_GROUP": f"g-{self.prefix}",
            "DEBRIEF_DATABASE_URL": f"sqlite:///{directory / 'store.sqlite3'}",
            "DEBRIEF_REVIEWERS": "rules",
            "DEBRIEF_CONTEXT_GRACE_SECONDS": "1",
        }

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        """Return the exit code of a command and what it wrote to both outputs."""
        return await asyncio.to_thread(_command, arguments)

    async def done(self, *arguments: str) -> str:
        code, out, err = await self.run(*arguments)
        assert code == 0, out + err
        return out

    @contextmanager
    def consuming(self) -> Iterator[None]:
        log = self.directory / f"consume-{uuid.uuid4().hex[:4]}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "consumer", "consume"],
                env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
                cwd=self.directory,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                yield
                process.send_signal(signal.SIGTERM)
                assert process.wait(60) == 0, log.read_text(encoding="utf-8")[-4000:]
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()

    async def produce(self, topic: str, *values: bytes) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap)
        await producer.start()
        for value in values:
            await producer.send_and_wait(self.prefix + topic, value=value, key=b"run-x")
        await producer.stop()


def _command(arguments: tuple[str, ...]) -> tuple[int, str, str]:
    """Run a command in this process, by the same entry as the installed one's."""
    out, err = io.StringIO(), io.StringIO()
    argv, sys.argv = sys.argv, ["debrief", *arguments]
    code: object = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        sys.argv = argv
    assert isinstance(code, int)
    return code, out.getvalue(), err.getvalue()


class Reviews:
    """An independent reader of `review.ready`: every record in its order."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.all: list[ReviewReady | None] = []

    async def until(self, holds: Callable[[list[ReviewReady | None]], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds(self.all):
                for records in (await self._consumer.getmany(timeout_ms=200)).values():
                    self.all += [
                        None if record.value is None else decode_review(record.value)
                        for record in records
                    ]


@asynccontextmanager
async def _reviews(operator: Operator) -> AsyncIterator[Reviews]:
    consumer = AIOKafkaConsumer(
        operator.prefix + "review.ready",
        bootstrap_servers=operator.bootstrap,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        yield Reviews(consumer)
    finally:
        await consumer.stop()


@pytest.fixture
async def operator(
    kafka_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Operator:
    made = Operator(kafka_bootstrap, tmp_path)
    for name, value in made.settings.items():
        monkeypatch.setenv(name, value)
    await made.done("topics", "create", "--partitions", "2")
    return made


def _revisions(reviews: list[ReviewReady | None]) -> list[tuple[int, str] | None]:
    return [None if one is None else (one.revision, one.status) for one in reviews]


async def test_a_run_from_partial_to_late_to_redone_to_erased(
    operator: Operator, tmp_path: Path
) -> None:
    lines = ARC.read_text(encoding="utf-8").splitlines()
    trigger = next(json.loads(one)["value"] for one in lines if "scenario.completed" in one)
    run_id = trigger["run_id"]
    late = [one for one in lines if '"artefact.submitted"' in one][:1]
    early, rest = tmp_path / "early.jsonl", tmp_path / "late.jsonl"
    early.write_text("\n".join(one for one in lines if one not in late) + "\n", encoding="utf-8")
    rest.write_text("\n".join(late) + "\n", encoding="utf-8")

    code, _, err = await operator.run("redo", run_id, "--no-wait")
    assert code == 1
    assert "is not in the store" in err
    with operator.consuming():
        async with _reviews(operator) as reviews:
            await operator.done("replay", str(early))
            await reviews.until(lambda all_: len(all_) == 1)
            await operator.done("replay", str(rest))
            await reviews.until(lambda all_: len(all_) == 2)
            told = await operator.done("redo", run_id)
            assert f"revision 3 of {run_id} is published" in told
            await operator.done("replay", str(early))  # the same trigger again, days later
            await operator.done("erase", trigger["user_id"])
            await reviews.until(lambda all_: None in all_)
            assert _revisions(reviews.all) == [
                (1, "partial"),
                (2, "complete"),
                (3, "complete"),
                None,
            ]
            assert {one.review_id for one in reviews.all if one} == {reviews.all[0].review_id}  # type: ignore[union-attr]
        code, _, err = await operator.run("redo", run_id)
    assert code == 1
    assert "is not in the store" in err
    assert trigger["user_id"].encode() not in (tmp_path / "store.sqlite3").read_bytes()


async def test_dead_letters_by_hand(operator: Operator) -> None:
    rubbish = [b"\xff no event", b"{}", b'{"run_id": "a person wrote this"}']
    with operator.consuming():
        await operator.produce("scenario.completed", *rubbish[:2])
        await operator.produce("conversation.message", rubbish[2])
        letters: list[dict[str, Any]] = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(letters) < 3:
                listed = await operator.done("dlq", "list", "--format", "json")
                letters = [json.loads(line) for line in listed.splitlines()]
    assert {one["kind"] for one in letters} == {"undecodable", "invalid"}
    assert "a person wrote this" not in listed
    only = await operator.done(
        "dlq", "list", "--kind", "undecodable", "--topic", "scenario.completed"
    )
    assert "undecodable" in only
    assert "invalid" not in only
    shown = await operator.done("dlq", "show", letters[0]["letter"], "--value", "--format", "json")
    assert json.loads(shown)["letter"] == letters[0]["letter"]
    assert "2 redriven" in await operator.done("dlq", "redrive", "--topic", "scenario.completed")
    assert "1 redriven, 2 were redriven before" in await operator.done("dlq", "redrive")
    assert (await operator.run("dlq", "show", "no-letter"))[0] == 2
    assert (await operator.run("dlq", "show", letters[0]["topic"] + "/0/999"))[0] == 1
    assert (await operator.run("dlq", "list", "--topic", "review.ready"))[0] == 2
    assert (await operator.run("dlq", "list", "--since", "yesterday"))[0] == 2
    assert (await operator.run("dlq", "purge"))[0] == 2
    assert len((await operator.done("dlq", "list", "--format", "json")).splitlines()) == 3
    assert "3 deleted" in await operator.done("dlq", "purge", "--yes")
    assert await operator.done("dlq", "list", "--format", "json") == ""
    assert (await operator.run("erase", "x" * 129))[0] == 2


@pytest.mark.parametrize("command", ["list", "redrive", "purge --yes"])
async def test_topics_of_nobody_are_not_taken_for_empty_ones(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    prefix = f"nobody{uuid.uuid4().hex[:8]}."
    monkeypatch.setenv("DEBRIEF_TOPIC_PREFIX", prefix)
    code, _, err = await operator.run("dlq", *command.split())
    assert code == 1
    assert f"{prefix}user.erased.dlq is missing" in err
    assert "is DEBRIEF_TOPIC_PREFIX right?" in err
    async with AIOKafkaConsumer(bootstrap_servers=operator.bootstrap) as consumer:
        assert not any(name.startswith(prefix) for name in await consumer.topics())
