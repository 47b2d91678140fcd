"""A backlog far larger than what may be held: memory stays bounded, and what is done is exact."""

import re
import time
from collections import Counter
from typing import Final

import pytest

from consumer.stream.offset_metadata import decode
from consumer.stream.review_loop import HELD_HIGH, HELD_LOW
from tests.integration.faults.conftest import MakeDeployment
from tests.integration.faults.deployment import Deployment
from tests.integration.faults.outside import TRIGGERS
from tests.integration.faults.processes import ConsumerProcess, until
from tests.integration.faults.small_runs import bare_runs
from tests.integration.faults.watches import MemoryWatch

pytestmark = pytest.mark.kafka

READ_THROUGH: Final = 20_000
PAUSES: Final = 8
GROWTH_MEBIBYTES: Final = 200
# What the memory may still rise by once the intake has been paused for the first times.
PLATEAU_MEBIBYTES: Final = 40
HELD_AT_PAUSE: Final = re.compile(r'"held": (\d+), "event": "intake_paused"')
HELD_AT_RESUME: Final = re.compile(r'"held": (\d+), "event": "intake_resumed"')
SETTINGS: Final = {
    "REVIEWERS": "rules",
    "KAFKA_SESSION_TIMEOUT_SECONDS": "30",
    "LOG_FORMAT": "json",
}


@pytest.mark.all_faults
async def test_backlog_of_a_million(
    deploy: MakeDeployment, kafka_bootstrap: str, request: pytest.FixtureRequest
) -> None:
    count = request.config.getoption("--backlog")
    deployment = await deploy(kafka_bootstrap, latency_seconds=0, settings=SETTINGS)
    await deployment.write(bare_runs(count))
    assert sum((await deployment.outside.ends(TRIGGERS)).values()) == count
    first = deployment.consume()
    async with MemoryWatch(first) as memory:
        await until(lambda: first.said("intake_paused") >= PAUSES, "it pauses", seconds=1800)
    await first.stop()
    # And on from where that one stopped, which repeats nothing.
    second = deployment.consume()
    await until(lambda: second.said("intake_paused") >= 2, "it goes on", seconds=900)
    await second.stop()
    paused, resumed = _held(first, HELD_AT_PAUSE), _held(first, HELD_AT_RESUME)
    assert min(paused) >= HELD_HIGH
    assert max(resumed) < HELD_LOW
    await _count_what_is_done(deployment)
    deployment.tally.note = (
        f"of {count} triggers; {memory.told}; paused {len(paused)} times at {min(paused)} to "
        f"{max(paused)} held, resumed {len(resumed)} times at {min(resumed)} to {max(resumed)}"
    )
    assert memory.peak - memory.base < GROWTH_MEBIBYTES
    assert memory.late_peak - memory.early_peak < PLATEAU_MEBIBYTES


@pytest.mark.all_faults
async def test_backlog_read_through(deploy: MakeDeployment, kafka_bootstrap: str) -> None:
    deployment = await deploy(kafka_bootstrap, latency_seconds=0, settings=SETTINGS)
    runs = list(bare_runs(READ_THROUGH))
    await deployment.write(runs)
    consumer = deployment.consume()
    begun = time.monotonic()
    async with MemoryWatch(consumer) as memory:
        await deployment.until_caught_up(seconds=1800)
    seconds = time.monotonic() - begun
    await deployment.count(runs, note=f"{READ_THROUGH / seconds:.0f} a second; {memory.told}")
    await consumer.stop()
    assert memory.peak - memory.base < GROWTH_MEBIBYTES


async def _count_what_is_done(deployment: Deployment) -> None:
    """See that exactly those have a review, and one, whose offset says that they are done."""
    ends = await deployment.outside.ends(TRIGGERS)
    done = {}
    for partition, told in (
        await deployment.outside.committed_with_metadata(deployment.group)
    ).items():
        state = decode(told.offset, told.metadata, log_start=0, log_end=ends[partition])
        assert not state.foreign
        ahead = [one for run in state.progress.ahead for one in range(*run)]
        done[partition] = [*range(state.progress.position), *ahead]
    keys = await deployment.outside.keys_below(
        TRIGGERS, {partition: max(offsets) + 1 for partition, offsets in done.items()}
    )
    wanted = {keys[partition][offset] for partition, offsets in done.items() for offset in offsets}
    seen = Counter(record.key.decode() for record in await deployment.outside.read("review.ready"))
    tally = deployment.tally
    tally.runs, tally.lost = len(wanted), len(wanted - seen.keys())
    tally.duplicates = seen.total() - len(seen)
    tally.seconds = time.monotonic() - deployment.started_at
    assert tally.holds, tally
    assert seen.keys() == wanted


def _held(consumer: ConsumerProcess, pattern: re.Pattern[str]) -> list[int]:
    """Return how much was held each time that the log says so."""
    return [int(found) for found in pattern.findall(consumer.log.read_text(encoding="utf-8"))]
