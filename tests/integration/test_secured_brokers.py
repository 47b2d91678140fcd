"""Where brokers ask for a password over TLS and allow what the README lists and no more."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import httpx2
import pytest
import websockets
from aiokafka import AIOKafkaProducer
from pydantic import SecretStr

from producer.connection import KafkaConnection
from tests.integration.deployed import PATIENCE_SECONDS, REPOSITORY, Deployment
from tests.integration.secured import PASSWORD, Operation, Rule, SecuredKafka
from tests.integration.true_to_arcs import assert_true_to, trigger_of

SAMPLE = REPOSITORY / "producer" / "arcs" / "stumbler.jsonl"
INPUTS: Final = (
    "objective.rolled-up",
    "conversation.message",
    "artefact.submitted",
    "scenario.completed",
    "user.erased",
)
LETTERS: Final = tuple(f"{topic}.dlq" for topic in INPUTS)
OUTPUTS: Final = ("review.ready", "review.progress")
USERS: Final = ("consumer", "gateway", "half", "keeper", "operator", "platform", "stranger")
pytestmark = pytest.mark.kafka


def _rules(prefix: str, group: str) -> list[Rule]:
    """Return what the README says each of them needs."""

    def topics(user: str, operation: Operation, *names: str) -> list[Rule]:
        return [(user, operation, "topic", prefix + name, False) for name in names]

    return [
        *topics("consumer", "read", *INPUTS),
        *topics("consumer", "write", *OUTPUTS, *LETTERS),
        *topics("consumer", "describe configs", *OUTPUTS, *LETTERS),
        ("consumer", "read", "group", f"{group}-", True),
        ("consumer", "write", "transactional id", f"{group}-review.", True),
        *topics("gateway", "read", *OUTPUTS),
        ("operator", "create", "topic", prefix, True),
        ("operator", "describe", "topic", prefix, True),
        ("operator", "describe configs", "topic", prefix, True),
        *topics("platform", "write", *INPUTS),
        *topics("keeper", "read", *LETTERS, "dlq.redriven"),
        *topics("keeper", "write", *INPUTS, "dlq.redriven"),
        *topics("keeper", "delete", *LETTERS),
        *topics("half", "write", *OUTPUTS),
        ("keeper", "write", "transactional id", f"{prefix}dlq.redriven", False),
    ]


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[SecuredKafka]:
    kafka = SecuredKafka(tmp_path / "kafka", USERS)
    async with kafka.broker:
        yield kafka


@pytest.fixture
async def deployment(secured: SecuredKafka, tmp_path: Path) -> Deployment:
    made = Deployment(
        bootstrap=secured.bootstrap,
        database_url=f"sqlite:///{tmp_path / 'store.sqlite3'}",
        tmp_path=tmp_path,
    )
    made.environment |= {
        "DEBRIEF_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "DEBRIEF_KAFKA_SASL_MECHANISM": "PLAIN",
        "DEBRIEF_KAFKA_SASL_USERNAME": "stranger",
        "DEBRIEF_KAFKA_SASL_PASSWORD": PASSWORD,
        "DEBRIEF_KAFKA_SSL_CAFILE": str(secured.authority),
    }
    await secured.allow(_rules(made.prefix, made.environment["DEBRIEF_KAFKA_GROUP"]))
    return made


def _as(user: str) -> dict[str, str]:
    return {"DEBRIEF_KAFKA_SASL_USERNAME": user}


def _run(deployment: Deployment, user: str, *arguments: str) -> str:
    done = deployment.run(*arguments, **_as(user))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


async def test_the_whole_way_with_no_right_that_is_not_needed(
    deployment: Deployment, secured: SecuredKafka
) -> None:
    trigger = trigger_of(SAMPLE)
    _run(deployment, "operator", "topics", "create")
    _run(deployment, "operator", "topics", "check")
    token = deployment.token(trigger["user_id"])
    with (
        deployment.process("consume", **_as("consumer")),
        deployment.process("serve", **_as("gateway")),
    ):
        await deployment.ready()
        await _write_as_the_platform(secured, deployment.prefix + "scenario.completed", b"rubbish")
        _run(deployment, "platform", "replay", str(SAMPLE))
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            websockets.connect(
                f"ws://127.0.0.1:{deployment.port}/ws",
                subprotocols=[websockets.Subprotocol("debrief.v1")],
                additional_headers={"Authorization": f"Bearer {token}"},
                max_size=2**22,
            ) as learner,
        ):
            while (event := json.loads(await learner.recv()))["type"] != "review":
                pass
        await _until_logged(deployment, "dead_letter ")
    assert_true_to(SAMPLE, event["review"])
    assert "1 dead letter" in _run(deployment, "keeper", "dlq", "list")
    assert "1 redriven" in _run(deployment, "keeper", "dlq", "redrive")
    assert "1 deleted" in _run(deployment, "keeper", "dlq", "purge", "--yes")
    logs = _logs(deployment)
    assert PASSWORD not in logs
    assert "authoriz" not in logs.lower(), logs


async def _write_as_the_platform(secured: SecuredKafka, topic: str, value: bytes) -> None:
    connection = KafkaConnection(
        bootstrap_servers=secured.bootstrap,
        security_protocol="SASL_SSL",
        sasl_mechanism="PLAIN",
        sasl_username="platform",
        sasl_password=SecretStr(PASSWORD),
        ssl_cafile=str(secured.authority),
    )
    async with AIOKafkaProducer(**connection.client_kwargs()) as producer:
        await producer.send_and_wait(topic, value)


async def test_what_a_login_may_not_do_is_said(deployment: Deployment) -> None:
    missing = deployment.run("topics", "check", **_as("operator"))
    assert f"{deployment.prefix}user.erased is missing" in missing.stdout + missing.stderr
    _run(deployment, "operator", "topics", "create")
    unseen = deployment.run("topics", "check")
    unread = deployment.run("topics", "check", **_as("consumer"))
    unwritten = deployment.run("replay", str(SAMPLE))
    unlisted = deployment.run("dlq", "list")
    for told, expected in (
        (unseen, f"{deployment.prefix}user.erased may not be seen by this login"),
        (unread, f"{deployment.prefix}user.erased: its settings may not be read"),
        (unwritten, "the brokers refuse this login: ClusterAuthorizationFailedError"),
        (unlisted, f"{deployment.prefix}user.erased.dlq may not be seen by this login"),
    ):
        assert expected in told.stdout + told.stderr
        assert "is missing" not in told.stdout + told.stderr
    with deployment.process("consume", DEBRIEF_METRICS_PORT=str(deployment.port), **_as("half")):
        reason = f"{deployment.prefix}user.erased may not be seen by this login"
        await _until_logged(deployment, reason)
        assert reason in await asyncio.to_thread(_readiness, deployment)


async def _until_logged(deployment: Deployment, words: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while words not in _logs(deployment):  # noqa: ASYNC110  # a file sets no event
            await asyncio.sleep(0.2)


def _logs(deployment: Deployment) -> str:
    return "".join(log.read_text(encoding="utf-8") for log in deployment.directory.glob("*.log"))


def _readiness(deployment: Deployment) -> str:
    answer = httpx2.get(f"http://127.0.0.1:{deployment.port}/readyz")
    assert answer.status_code == 503
    return str(answer.json()["jobs"]["topics"])
