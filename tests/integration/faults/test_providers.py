"""Every model provider is away for a while, in the middle of many runs."""

import asyncio
from collections.abc import Callable

import pytest

from tests.integration.faults.conftest import MakeDeployment
from tests.integration.faults.outside import TRIGGERS
from tests.integration.faults.processes import until
from tests.integration.faults.small_runs import small_runs

pytestmark = pytest.mark.kafka


async def test_providers_away_in_the_middle(
    deploy: MakeDeployment, kafka_bootstrap: str, scale: Callable[[int, int], int]
) -> None:
    deployment = await deploy(
        kafka_bootstrap,
        latency_seconds=0.5,
        settings={
            "BREAKER_OPEN_SECONDS": str(scale(2, 15)),
            "MAX_IN_FLIGHT": str(scale(10, 50)),
            "RETRY_MAX_ATTEMPTS": "3",
        },
    )
    runs = small_runs(scale(60, 500))
    consumer = deployment.consume()
    await deployment.write(runs[: len(runs) // 2])
    await deployment.until_reviewed(runs, at_least=len(runs) // 10)
    with deployment.provider.outage():
        await until(lambda: consumer.said("stream_paused") > 0, "the stream pauses")
        more = runs[len(runs) // 2 :]
        await deployment.write(more)
        await asyncio.sleep(scale(8, 60))
        lag = await deployment.outside.lag(deployment.group, TRIGGERS)
        assert lag >= len(more)
        assert await deployment.outside.dead_letters() == {}
    await deployment.count(
        runs, note=f"{deployment.provider.refused} requests refused, lag grew to {lag}"
    )
    assert await deployment.outside.dead_letters() == {}
    assert consumer.running
