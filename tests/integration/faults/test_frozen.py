"""A consumer that stands still past its session: it lost its partitions and must learn that."""

import signal
from collections.abc import Callable

import pytest

from tests.integration.faults.conftest import MakeDeployment
from tests.integration.faults.processes import until
from tests.integration.faults.small_runs import small_runs
from tests.integration.faults.watches import OffsetWatch

pytestmark = pytest.mark.kafka

CALLS_OF_A_RUN = 3


async def test_frozen_past_its_session_and_thawed_after_a_takeover(
    deploy: MakeDeployment, kafka_bootstrap: str, scale: Callable[[int, int], int]
) -> None:
    deployment = await deploy(kafka_bootstrap, settings={"REVIEW_DEADLINE_SECONDS": "600"})
    runs = small_runs(scale(12, 100))
    await deployment.write(runs)
    zombie = deployment.consume()
    # Frozen between its look into the journal and its request, it would send that after the thaw,
    # and nobody but the provider could tell; and in the middle of a write it would hold SQLite's
    # file. So: once every call is under way, and before any is answered.
    with deployment.provider.holding():
        await deployment.until_asked(CALLS_OF_A_RUN * len(runs))
        zombie.signal(signal.SIGSTOP)
    successor = deployment.consume()
    await deployment.until_reviewed(runs)
    await deployment.until_caught_up()
    written = await deployment.reviewed()
    async with OffsetWatch(deployment) as offsets:
        zombie.signal(signal.SIGCONT)

        async def is_back() -> bool:
            return await deployment.outside.members(deployment.group) == 2

        await until(is_back, "the zombie is a member again")
        assert await deployment.reviewed() == written
        # Alone again, it must be as good as new.
        await successor.stop()
        more = small_runs(6)
        await deployment.write(more)
        await deployment.count([*runs, *more])
    assert offsets.fell == []
    assert zombie.running
    await zombie.stop()
