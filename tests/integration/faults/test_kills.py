"""The process is killed at every boundary between two steps, with several runs in flight."""

import signal

import pytest

from producer.fault_points import FaultPoint
from tests.integration.faults.conftest import MakeDeployment
from tests.integration.faults.small_runs import SmallRun, small_runs

pytestmark = pytest.mark.kafka

# How often the point is passed before the kill: somewhere in the middle of the work.
PASSED = {FaultPoint.AFTER_GATHER: 4, FaultPoint.AFTER_CALL: 7}


async def test_killed_at_every_step_in_turn(deploy: MakeDeployment, kafka_bootstrap: str) -> None:
    deployment = await deploy(kafka_bootstrap)
    runs: list[SmallRun] = []
    for point in FaultPoint:
        more = small_runs(8)
        runs += more
        await deployment.write(more)
        armed = deployment.consume(FAULT_POINT=f"{point}:{PASSED.get(point, 2)}")
        assert await armed.ended() == -signal.SIGKILL
    deployment.consume()
    await deployment.count(runs, note=f"{len(FaultPoint)} kills")


@pytest.mark.all_faults
@pytest.mark.parametrize("point", list(FaultPoint))
async def test_killed_three_times(
    point: FaultPoint, deploy: MakeDeployment, kafka_bootstrap: str
) -> None:
    deployment = await deploy(kafka_bootstrap)
    runs = small_runs(60)
    await deployment.write(runs)
    for _ in range(3):
        armed = deployment.consume(FAULT_POINT=f"{point}:{PASSED.get(point, 2)}", MAX_IN_FLIGHT="6")
        assert await armed.ended() == -signal.SIGKILL
    deployment.consume()
    await deployment.count(runs, note="3 kills")
