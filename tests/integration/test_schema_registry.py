"""Confluent framing from end to end: what comes in, what goes out, and a registry that is away.

The registry is a small one of this test's own, over HTTP on loopback; the values are framed, and
the reviews are read, by plain fastavro.
"""

import asyncio
import io
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiokafka
import fastavro
import httpx2
import pytest
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from consumer.commands.erase import _erase
from consumer.settings import KafkaSettings, Settings, load_settings
from consumer.wiring import Jobs, running_consumer
from gateway.server import running_gateway
from gateway.settings import load_gateway_settings
from gateway.tokens import mint_token
from producer.topic_plans import plan
from producer.topics import create_topics
from schemas.events import UserErased
from schemas.topics import Topics

REPOSITORY = Path(__file__).resolve().parents[2]
ARC = REPOSITORY / "producer" / "arcs" / "sparse.jsonl"
SECRET = SecretStr("a-test-secret-of-more-than-32-characters")
TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
PATIENCE_SECONDS = 90
FILES = {
    "objective.rolled-up": "objective_rolled_up",
    "conversation.message": "conversation_message",
    "artefact.submitted": "artefact_submitted",
    "scenario.completed": "scenario_completed",
}

pytestmark = pytest.mark.kafka


class Registry:
    """Schemas by id and by subject; `away` answers 503 to everything."""

    def __init__(self) -> None:
        self.schemas: list[str] = []
        self.subjects: dict[str, int] = {}
        self.away = False
        self.turned_away = asyncio.Event()
        self.app = Starlette(
            routes=[
                Route("/schemas/ids/{number:int}", self._by_id),
                Route("/subjects/{subject}", self._look_up, methods=["POST"]),
                Route("/subjects/{subject}/versions", self._register, methods=["POST"]),
            ]
        )

    def add(self, text: str) -> int:
        self.schemas.append(text)
        return len(self.schemas)

    async def _by_id(self, request: Request) -> Response:
        if self.away:
            self.turned_away.set()
            return JSONResponse({"error_code": 50301}, 503)
        number = request.path_params["number"]
        if not 0 < number <= len(self.schemas):
            return JSONResponse({"error_code": 40403, "message": "Schema not found"}, 404)
        return JSONResponse({"schema": self.schemas[number - 1]})

    async def _look_up(self, request: Request) -> Response:
        number = self.subjects.get(request.path_params["subject"])
        if number is None:
            return JSONResponse({"error_code": 40401, "message": "Subject not found"}, 404)
        return JSONResponse({"id": number})

    async def _register(self, request: Request) -> Response:
        number = self.add((await request.json())["schema"])
        self.subjects[request.path_params["subject"]] = number
        return JSONResponse({"id": number})


@asynccontextmanager
async def _served(registry: Registry) -> AsyncIterator[str]:
    config = uvicorn.Config(registry.app, port=0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event to wait for
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def _framed(line: dict[str, Any], registry: Registry) -> bytes:
    """Write a line's JSON value as a platform with a registry of its own would."""
    name = FILES[line["topic"]]
    text = (REPOSITORY / "schemas" / f"{name}.v1.avsc").read_text(encoding="utf-8")
    schema = json.loads(text)
    number = registry.subjects.get(name) or registry.add(text)
    registry.subjects[name] = number
    out = io.BytesIO(b"\x00" + number.to_bytes(4, "big"))
    out.seek(5)
    value = {key: item for key, item in line["value"].items() if item is not None}
    parsed = fastavro.parse_schema(schema)
    fastavro.schemaless_writer(out, parsed, _timed(value))
    return out.getvalue()


def _timed(value: dict[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(item) if key.endswith("_at") else item
        for key, item in value.items()
    }


async def _next(topic: str, bootstrap: str) -> aiokafka.ConsumerRecord:
    reader = aiokafka.AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await reader.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await reader.getone()
    finally:
        await reader.stop()


async def test_framed_records_become_a_framed_review_that_reaches_the_learner(
    kafka_bootstrap: str, tmp_path: Path
) -> None:
    registry = Registry()
    lines = [json.loads(line) for line in ARC.read_text(encoding="utf-8").splitlines()]
    trigger = lines[-1]["value"]
    async with _served(registry) as address:
        shared: dict[str, object] = {
            "kafka_bootstrap_servers": kafka_bootstrap,
            "topic_prefix": f"t{uuid.uuid4().hex[:8]}.",
            "database_url": SecretStr(f"sqlite:///{tmp_path / 'store.sqlite3'}"),
            "schema_registry_url": SecretStr(address),
            "drain_seconds": 1,
        }
        settings = load_settings(
            Settings,
            overrides={**shared, "reviewers": ("rules",), "kafka_group": shared["topic_prefix"]},
        )
        topics = Topics.with_prefix(settings.topic_prefix)
        await create_topics(settings.kafka, plan(topics, dlq_retention_days=1), partitions=2)
        gateway_settings = load_gateway_settings(
            overrides={**shared, "gateway_port": 0, "jwt_secret": SECRET}
        )
        async with (
            running_consumer(settings, jobs=Jobs(ingest=True, review=True)),
            running_gateway(gateway_settings) as page,
        ):
            await _publish(lines, registry, settings)
            letter = await _next(topics.dlq(topics.conversation_message), kafka_bootstrap)
            record = await _next(topics.review_ready, kafka_bootstrap)
            shown = await _shown(page, trigger)

            steps = await _steps(topics.review_progress, kafka_bootstrap, registry)
            await _erase(
                load_settings(KafkaSettings, overrides=shared), _erasure(trigger["user_id"])
            )
            asked = await _next(topics.user_erased, kafka_bootstrap)
            await _gone(page, trigger)

    assert int.from_bytes(asked.value[1:5], "big") == registry.subjects[f"{asked.topic}-value"]
    # One trace from the trigger to the last step, and as many calls announced as were made.
    assert {dict(step.headers)["traceparent"] for step, _ in steps} == {TRACE}
    assert dict(record.headers)["traceparent"] == TRACE
    totals = {told["phase"]: told["total"] for _, told in steps}
    assert totals["reviewing"] == totals["validating"] == totals["ready"] > 0
    assert letter.value == b"\x00\x00\x00\xff\xffof a schema that nobody registered"
    assert dict(letter.headers)["debrief-error-kind"] == b"undecodable"
    # The registry was away when the first record came, and nothing was given up for that.
    assert registry.turned_away.is_set()
    assert record.value[:1] == b"\x00"
    number = int.from_bytes(record.value[1:5], "big")
    assert number == registry.subjects[f"{topics.review_ready}-value"]
    written = fastavro.parse_schema(json.loads(registry.schemas[number - 1]))
    review = fastavro.schemaless_reader(io.BytesIO(record.value[5:]), written, None)
    assert isinstance(review, dict)
    assert review["run_id"] == shown["run_id"] == trigger["run_id"]
    assert review["coverage"] == shown["coverage"]
    assert shown["status"] == "complete"


async def _steps(
    topic: str, bootstrap: str, registry: Registry
) -> list[tuple[aiokafka.ConsumerRecord, dict[str, Any]]]:
    schema = fastavro.parse_schema(
        json.loads(registry.schemas[registry.subjects[f"{topic}-value"] - 1])
    )
    reader = aiokafka.AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    await reader.start()
    steps: list[tuple[aiokafka.ConsumerRecord, dict[str, Any]]] = []
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not steps or steps[-1][1]["phase"] != "ready":
                record = await reader.getone()
                told = fastavro.schemaless_reader(io.BytesIO(record.value[5:]), schema, None)
                assert isinstance(told, dict)
                steps.append((record, told))
    finally:
        await reader.stop()
    return steps


async def _publish(lines: list[dict[str, Any]], registry: Registry, settings: Settings) -> None:
    producer = aiokafka.AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap_servers)
    await producer.start()
    try:
        unknown = b"\x00\x00\x00\xff\xffof a schema that nobody registered"
        values = [(f"{settings.topic_prefix}conversation.message", unknown)]
        values += [(settings.topic_prefix + one["topic"], _framed(one, registry)) for one in lines]
        registry.away = True
        for topic, value in values:
            headers = [("traceparent", TRACE)]
            await producer.send_and_wait(topic, value=value, key=b"any", headers=headers)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await registry.turned_away.wait()
        registry.away = False
    finally:
        await producer.stop()


def _erasure(user_id: str) -> UserErased:
    return UserErased(event_id=uuid.uuid4(), occurred_at=datetime.now(UTC), user_id=user_id)


async def _shown(page: str, trigger: dict[str, Any]) -> dict[str, Any]:
    review = (await _answer(page, trigger, status=200)).json()
    assert isinstance(review, dict)
    return review


async def _gone(page: str, trigger: dict[str, Any]) -> None:
    await _answer(page, trigger, status=404)


async def _answer(page: str, trigger: dict[str, Any], *, status: int) -> httpx2.Response:
    """Ask for the run's review until the gateway answers with this status."""
    token = mint_token(
        trigger["user_id"],
        secret=SECRET,
        issuer="debrief",
        audience="debrief",
        ttl=timedelta(hours=1),
    )
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(base_url=page, headers=headers) as client,
        asyncio.timeout(PATIENCE_SECONDS),
    ):
        while True:
            answer = await client.get(f"/reviews/{trigger['run_id']}")
            if answer.status_code == status:
                return answer
            await asyncio.sleep(0.1)
