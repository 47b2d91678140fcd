"""Members join and leave at random, by a word and without one, under load."""

import asyncio
import random
from collections.abc import Callable

import pytest

from tests.integration.faults.conftest import MakeDeployment
from tests.integration.faults.processes import ConsumerProcess
from tests.integration.faults.small_runs import small_runs
from tests.integration.faults.watches import OffsetWatch

pytestmark = pytest.mark.kafka

MEMBERS_AT_MOST = 3
CHANGES_AT_LEAST = 10


async def test_a_storm_of_rebalances(
    deploy: MakeDeployment, kafka_bootstrap: str, scale: Callable[[int, int], int]
) -> None:
    deployment = await deploy(kafka_bootstrap, latency_seconds=1.0, partitions=6)
    chance = random.Random(4)
    seconds = scale(15, 60)
    runs = []
    changes = 0
    members: list[ConsumerProcess] = [deployment.consume()]
    await deployment.write(runs := small_runs(6))
    await deployment.until_asked(1)
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    async with OffsetWatch(deployment) as offsets:
        while loop.time() < end or changes < CHANGES_AT_LEAST:
            more = small_runs(scale(4, 20))
            await deployment.write(more)
            runs += more
            if len(members) < MEMBERS_AT_MOST and chance.random() < 0.6:
                members.append(deployment.consume())
            elif len(members) > 1:
                leaver = members.pop(chance.randrange(len(members)))
                await (leaver.kill() if chance.random() < 0.4 else leaver.stop())
            changes += 1
            await asyncio.sleep(chance.uniform(0.5, 3))
        await deployment.count(runs, note=f"{changes} changes of members")
    assert offsets.fell == []
    for member in members:
        await member.stop()
