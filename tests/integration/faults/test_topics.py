"""Topics that change under the consumer: grown, made anew, or too small for a review."""

from collections.abc import Callable

import pytest

from tests.integration.faults.conftest import MakeDeployment
from tests.integration.faults.outside import TRIGGERS
from tests.integration.faults.processes import until
from tests.integration.faults.small_runs import runs_of_large_reviews, small_runs

pytestmark = pytest.mark.kafka

# aiokafka looks at the metadata every half minute.
METADATA_SECONDS = 120


@pytest.mark.all_faults
async def test_more_partitions_while_running(deploy: MakeDeployment, kafka_bootstrap: str) -> None:
    deployment = await deploy(kafka_bootstrap, partitions=1)
    consumer = deployment.consume()
    runs = small_runs(6)
    await deployment.write(runs)
    await deployment.until_reviewed(runs)
    await deployment.outside.grow(TRIGGERS, 4)
    more = small_runs(40)
    await deployment.write(more)
    assert len(await deployment.outside.ends(TRIGGERS)) == 4
    await deployment.until_reviewed(more, seconds=METADATA_SECONDS)
    await deployment.count([*runs, *more])
    assert consumer.running


async def test_reviews_above_the_topics_limit(
    deploy: MakeDeployment, kafka_bootstrap: str, scale: Callable[[int, int], int]
) -> None:
    deployment = await deploy(
        kafka_bootstrap,
        latency_seconds=0,
        settings={"REVIEWERS": "rules"},
        review_limit_bytes=20_000,
    )
    runs, large = small_runs(scale(20, 200)), runs_of_large_reviews(scale(3, 20))
    await deployment.write([*large, *runs])
    deployment.consume()
    await deployment.count(runs, set_aside=large, note=f"{len(large)} set aside as too large")
    letters = await deployment.outside.read(f"{TRIGGERS}.dlq")
    assert sorted(one.key.decode() for one in letters) == sorted(run.run_id for run in large)
    assert {dict(one.headers)["debrief-error-kind"] for one in letters} == {b"too_large"}


@pytest.mark.parametrize("running", [False, True], ids=["while stopped", "while running"])
@pytest.mark.all_faults
async def test_topic_made_anew(running: bool, deploy: MakeDeployment, kafka_bootstrap: str) -> None:
    deployment = await deploy(kafka_bootstrap, partitions=1)
    runs = small_runs(12)
    await deployment.write(runs)
    consumer = deployment.consume()
    await deployment.until_reviewed(runs)
    await deployment.until_caught_up()
    if not running:
        await consumer.stop()
    await deployment.outside.delete_topic(TRIGGERS)

    async def is_gone() -> bool:
        async with deployment.outside.admin() as admin:
            return deployment.outside.prefix + TRIGGERS not in await admin.list_topics()

    await until(is_gone, "the topic is deleted")
    await deployment.outside.make_topics([TRIGGERS], partitions=1)
    # Fewer than the group had read, and after them more.
    fewer, more = small_runs(5), small_runs(20)
    await deployment.write(fewer)
    if not running:
        consumer = deployment.consume()
    await deployment.until_reviewed(fewer, seconds=METADATA_SECONDS)
    await deployment.write(more)
    await deployment.count([*runs, *fewer, *more])
    assert consumer.running
