"""Three brokers: one dies and comes back under load; all are away for a while."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from tests.integration.faults.cluster import NODES, TOPIC_CONFIG, ThreeBrokers
from tests.integration.faults.conftest import MakeDeployment
from tests.integration.faults.outside import Outside
from tests.integration.faults.processes import until
from tests.integration.faults.small_runs import small_runs

pytestmark = pytest.mark.kafka


@pytest.fixture
async def brokers(tmp_path: Path) -> AsyncIterator[ThreeBrokers]:
    cluster = ThreeBrokers(tmp_path / "cluster")
    try:
        await cluster.start()
        yield cluster
    finally:
        await cluster.close()


@pytest.mark.all_faults
async def test_brokers_of_three_killed(
    deploy: MakeDeployment, brokers: ThreeBrokers, scale: Callable[[int, int], int]
) -> None:
    deployment = await deploy(
        brokers.bootstrap,
        latency_seconds=1.0,
        settings={"KAFKA_SESSION_TIMEOUT_SECONDS": "6"},
        replicas=NODES,
        config=TOPIC_CONFIG,
    )
    consumer = deployment.consume(MAX_IN_FLIGHT="8")
    runs = []
    for node in brokers.nodes[: scale(1, 3)]:
        more = small_runs(scale(16, 60))
        runs += more
        await deployment.write(more)
        await deployment.until_reviewed(more, at_least=len(more) // 4)
        await brokers.kill([node])
        more = small_runs(scale(8, 30))
        runs += more
        await deployment.write(more)
        await deployment.until_reviewed(more, at_least=len(more) // 2)
        await brokers.start([node])
    # All of them: nothing can be read or written, and nothing may be lost for it.
    more = small_runs(scale(12, 60))
    runs += more
    await deployment.write(more)
    await deployment.until_reviewed(more, at_least=2)
    await brokers.kill()
    await asyncio.sleep(scale(8, 30))
    await brokers.start()
    await deployment.count(runs)
    assert consumer.running
    await until(consumer.ready, "/readyz is green again")
    assert await deployment.outside.dead_letters() == {}


@pytest.mark.all_faults
async def test_aiokafka_takes_a_coordinators_refusal_for_a_group_without_offsets(
    brokers: ThreeBrokers,
) -> None:
    # Why `consumer.stream.positions` looks for the partitions that it asked for. Where this fails,
    # aiokafka reads the refusal, and that look can go.
    outside = Outside(brokers.bootstrap, "refusal.")
    await outside.make_topics(["t"], partitions=1)
    partition = TopicPartition("refusal.t", 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=brokers.bootstrap, group_id="g", enable_auto_commit=False
    )
    await consumer.start()
    consumer.assign([partition])
    await consumer.commit({partition: 5})
    await consumer.stop()
    async with outside.admin() as admin:
        coordinator = await admin.find_coordinator("g")
        told = {
            node: await admin.list_consumer_group_offsets("g", node, partitions=[partition])
            for node in range(1, NODES + 1)
        }
    assert told.pop(coordinator)[partition].offset == 5
    assert list(told.values()) == [{}, {}]
