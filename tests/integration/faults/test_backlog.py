"""A backlog far larger than what may be held: memory stays bounded, and all of it is reviewed."""

import asyncio
import itertools

import pytest

from tests.integration.faults.conftest import MakeDeployment
from tests.integration.faults.processes import ConsumerProcess
from tests.integration.faults.small_runs import bare_runs

pytestmark = pytest.mark.kafka

WRITTEN_AT_ONCE = 5_000
GROWTH_MEBIBYTES = 200


@pytest.mark.all_faults
async def test_backlog(
    deploy: MakeDeployment, kafka_bootstrap: str, request: pytest.FixtureRequest
) -> None:
    count = request.config.getoption("--backlog")
    deployment = await deploy(
        kafka_bootstrap,
        latency_seconds=0,
        settings={"REVIEWERS": "rules", "KAFKA_SESSION_TIMEOUT_SECONDS": "30"},
    )
    runs = []
    source = bare_runs(count)
    while batch := list(itertools.islice(source, WRITTEN_AT_ONCE)):
        await deployment.write(batch)
        runs += batch
    consumer = deployment.consume()
    watching = asyncio.create_task(_watch(consumer))
    await deployment.until_caught_up(seconds=60 + count / 10)
    watching.cancel()
    base, peak = await watching
    await deployment.count(runs, note=f"{base:.0f} MiB at the start, {peak:.0f} at the most")
    assert peak - base < GROWTH_MEBIBYTES


async def _watch(consumer: ConsumerProcess) -> tuple[float, float]:
    """Return the memory in use when the work began, and at the most, until cancelled."""
    base = peak = 0.0
    try:
        while True:
            await asyncio.sleep(0.25)
            used = consumer.rss_mebibytes
            if not base and consumer.said("partition_taken_over"):
                base = used
            peak = max(peak, used)
    except asyncio.CancelledError:
        return base, peak
