"""Stopping in the middle of work, and starting where nothing answers."""

import asyncio
import signal
from collections.abc import Callable

import pytest
from aiokafka.structs import TopicPartition

from consumer.embedded.server import EmbeddedKafka, free_ports
from tests.integration.faults.conftest import MakeDeployment
from tests.integration.faults.outside import TRIGGERS
from tests.integration.faults.processes import until
from tests.integration.faults.small_runs import small_runs

pytestmark = pytest.mark.kafka


async def test_stopped_in_the_middle_of_work(
    deploy: MakeDeployment, kafka_bootstrap: str, scale: Callable[[int, int], int]
) -> None:
    deployment = await deploy(kafka_bootstrap, latency_seconds=1.0)
    runs = small_runs(scale(20, 100))
    await deployment.write(runs)
    first = deployment.consume(MAX_IN_FLIGHT="6")
    await deployment.until_reviewed(runs, at_least=3)
    first.signal(signal.SIGTERM)
    assert await first.ended() == 0
    # All that lies below the committed position is done: nothing was committed undone.
    reviewed = await deployment.reviewed_runs()
    committed = await deployment.outside.committed(deployment.group)
    triggers = await deployment.outside.read(TRIGGERS)
    below = [
        one
        for one in triggers
        if one.offset < committed.get(TopicPartition(one.topic, one.partition), 0)
    ]
    assert {one.key.decode() for one in below} <= reviewed
    assert len(reviewed) < len(runs)
    asked = deployment.provider.asked_of(reviewed)
    deployment.consume()
    await deployment.count(runs, note=f"{len(reviewed)} done at the stop")
    assert deployment.provider.asked_of(reviewed) == asked


async def test_a_second_signal_ends_it_at_once(
    deploy: MakeDeployment, kafka_bootstrap: str
) -> None:
    deployment = await deploy(
        kafka_bootstrap, latency_seconds=600, settings={"DRAIN_SECONDS": "60"}
    )
    runs = small_runs(6)
    await deployment.write(runs)
    first = deployment.consume(REVIEW_DEADLINE_SECONDS="600", DRAIN_SECONDS="60")
    await deployment.until_asked(3)
    first.signal(signal.SIGTERM)
    await until(lambda: first.said("stopping") > 0, "the first signal is heard")
    assert first.running
    first.signal(signal.SIGTERM)
    # Well below the drain that the first signal began.
    assert await first.ended(seconds=30) == 1
    deployment.provider.latency_seconds = 0.2
    deployment.consume()
    await deployment.count(runs)


async def test_started_before_the_brokers(deploy: MakeDeployment) -> None:
    ports = free_ports()
    broker = EmbeddedKafka(ports=ports)
    deployment = await deploy(broker.bootstrap_servers, make_topics=False)
    consumer = deployment.consume()
    try:
        await until(consumer.is_red, "/readyz is red")
        await until(lambda: consumer.said("waiting") > 1, "it says that it waits")
        await asyncio.to_thread(broker.start)
        await deployment.make_topics()
        runs = small_runs(6)
        await deployment.write(runs)
        await until(consumer.ready, "/readyz is green")
        await deployment.count(runs)
        await consumer.stop()
    finally:
        await deployment.close()
        await asyncio.to_thread(broker.close)
