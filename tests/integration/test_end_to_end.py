"""`consume` and `serve` as processes of their own, against a real Kafka and a real database.

What comes out is read by a plain fastavro reader that imports none of our code.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets

from tests.integration.deployed import PATIENCE_SECONDS, REPOSITORY, Deployment
from tests.integration.true_to_arcs import (
    assert_claims_nothing_unmeasured,
    assert_true_to,
    trigger_of,
)

SAMPLES = REPOSITORY / "producer" / "arcs"
PHASES = ["received", "delayed", "gathering", "reviewing", "validating", "ready"]
pytestmark = pytest.mark.kafka


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
        assert_true_to(arc, reviews[arc.stem])
        assert_claims_nothing_unmeasured(reviews[arc.stem])


async def test_a_sample_arc_reaches_the_learner_through_the_websocket(
    deployment: Deployment,
) -> None:
    arc = SAMPLES / "stumbler.jsonl"
    trigger = trigger_of(arc)
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
    assert_true_to(arc, review)


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

    assert reviews == {trigger_of(arc)["run_id"] for arc in arcs}


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
