"""A real Kafka, a real server, and a real client."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiokafka
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pydantic import SecretStr

from gateway.settings import GatewaySettings, load_gateway_settings
from gateway.tokens import mint_token
from schemas.review import ReviewReady
from schemas.wire import encode

SECRET = "a made-up secret of more than thirty-two bytes"
PARTITIONS = 3
REVIEW = Path(__file__).resolve().parents[2] / "data" / "review.json"


@dataclass
class Topic:
    """The two output topics of one test, and how to write to them."""

    bootstrap: str
    prefix: str
    producer: aiokafka.AIOKafkaProducer
    admin: AIOKafkaAdminClient

    @property
    def name(self) -> str:
        return f"{self.prefix}review.ready"

    async def create(self) -> None:
        await self.admin.create_topics(
            [
                NewTopic(self.name, PARTITIONS, 1, topic_configs={"cleanup.policy": "compact"}),
                NewTopic(f"{self.prefix}review.progress", PARTITIONS, 1),
            ]
        )
        await self._settled(present=True)

    async def recreate(self) -> None:
        await self.admin.delete_topics([self.name, f"{self.prefix}review.progress"])
        await self._settled(present=False)
        await self.create()

    async def publish(self, review: dict[str, Any] | None, *, run_id: str, partition: int) -> None:
        value = None
        if review is not None:
            model = ReviewReady.model_validate({**review, "run_id": run_id})
            value = encode("review_ready", model)
        await self.producer.send_and_wait(
            self.name, value=value, key=run_id.encode(), partition=partition
        )

    async def _settled(self, *, present: bool) -> None:
        async with asyncio.timeout(30):
            while (self.name in await self.admin.list_topics()) is not present:  # noqa: ASYNC110  # Kafka tells nobody
                await asyncio.sleep(0.1)


@pytest.fixture
async def topic(kafka_bootstrap: str) -> AsyncIterator[Topic]:
    producer = aiokafka.AIOKafkaProducer(bootstrap_servers=kafka_bootstrap)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await producer.start()
    await admin.start()
    made = Topic(kafka_bootstrap, f"t{uuid.uuid4().hex[:8]}.", producer, admin)
    try:
        await made.create()
        yield made
    finally:
        await producer.stop()
        await admin.close()


@pytest.fixture
def settings(topic: Topic, tmp_path: Path) -> GatewaySettings:
    return load_gateway_settings(
        overrides={
            "kafka_bootstrap_servers": topic.bootstrap,
            "topic_prefix": topic.prefix,
            "database_url": f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}",
            "jwt_secret": SecretStr(SECRET),
            "gateway_port": 0,
            "drain_seconds": 1,
        }
    )


@pytest.fixture
def review() -> dict[str, Any]:
    fields = json.loads(REVIEW.read_text(encoding="utf-8"))
    assert isinstance(fields, dict)
    return fields


def token(user_id: str) -> str:
    return mint_token(
        user_id,
        secret=SecretStr(SECRET),
        issuer="debrief",
        audience="debrief",
        ttl=timedelta(hours=1),
    )


@pytest.fixture
def bearer() -> Any:
    return lambda user_id: {"Authorization": f"Bearer {token(user_id)}"}
