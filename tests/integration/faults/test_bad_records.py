"""Poison among the triggers, everything twice, and the context after its trigger, in any order."""

import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from aiokafka.structs import ConsumerRecord

from tests.integration.faults.conftest import MakeDeployment
from tests.integration.faults.outside import INPUTS, TRIGGERS, Outside
from tests.integration.faults.processes import until
from tests.integration.faults.small_runs import Record, SmallRun, small_runs

pytestmark = pytest.mark.kafka

POISON_SHARE = 0.05
POISON: Sequence[bytes | None] = (
    None,
    b"",
    b"not an event",
    b"{",
    b'{"run_id": "r-x"}',
    b"\xc3\x01" + b"\x00" * 8 + b"of no schema",
    b"\x00\x00\x00\x00\x07framed, but there is no registry",
    "½ {".encode("utf-16"),
)


async def test_poison_duplicates_and_disorder(
    deploy: MakeDeployment, kafka_bootstrap: str, scale: Callable[[int, int], int]
) -> None:
    deployment = await deploy(
        kafka_bootstrap,
        latency_seconds=0,
        settings={
            "REVIEWERS": "rules",
            "CONTEXT_GRACE_SECONDS": "1800",
            # Work here is all our own processor's: a busy machine must not cost the membership.
            "KAFKA_SESSION_TIMEOUT_SECONDS": "30",
        },
    )
    triggers = scale(200, 5000)
    poison = _poison(int(triggers * POISON_SHARE))
    runs = small_runs(triggers - len(poison))
    deployment.consume()
    await deployment.outside.write(_disorder(runs, poison, random.Random(7)))
    wait = float(scale(240, 3000))
    await deployment.until_reviewed(runs, seconds=wait)
    await deployment.until_caught_up(seconds=wait)
    await deployment.count(runs, note=f"{len(poison)} poison records, each set aside once")
    reviews = await deployment.outside.reviews()
    assert Counter(review["status"] for review in reviews) == {"complete": len(runs)}
    await _until_set_aside(deployment.outside, poison)


def _poison(count: int) -> list[Record]:
    topics = (TRIGGERS, TRIGGERS, TRIGGERS, *INPUTS[:3])
    return [
        Record(topics[number % len(topics)], f"p-{number}".encode(), POISON[number % len(POISON)])
        for number in range(count)
    ]


def _disorder(
    runs: Sequence[SmallRun], poison: Sequence[Record], chance: random.Random
) -> list[Record]:
    """Return the triggers (and poison) first, then the context of all runs; everything twice."""
    triggers = [*(run.trigger for run in runs for _ in range(2)), *poison]
    contexts = [record for run in runs for record in run.context for _ in range(2)]
    chance.shuffle(triggers)
    chance.shuffle(contexts)
    return [*triggers, *contexts]


async def _until_set_aside(outside: Outside, poison: Sequence[Record]) -> None:
    """See that each poison record lies in its dead-letter topic once, untouched."""
    wanted = Counter((record.topic, record.key, record.value) for record in poison)

    async def found() -> list[tuple[str, ConsumerRecord]]:
        return [(name, one) for name in INPUTS for one in await outside.read(f"{name}.dlq")]

    async def all_there() -> bool:
        return len(await found()) >= len(poison)

    await until(all_there, "every poison record is a dead letter")
    letters = await found()
    assert Counter((name, one.key, one.value) for name, one in letters) == wanted
    assert set((await outside.dead_letters()).values()) == {1}
