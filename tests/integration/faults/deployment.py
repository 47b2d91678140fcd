"""One deployment under test: topics, database, provider and consumers; and its tally."""

import os
import time
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.integration.faults.outside import INPUTS, OUTPUTS, TRIGGERS, Outside
from tests.integration.faults.processes import ConsumerProcess, free_port, until
from tests.integration.faults.provider import SlowProvider
from tests.integration.faults.small_runs import SmallRun

REPOSITORY: Final = Path(__file__).resolve().parents[3]
REVIEW_LIMIT_BYTES: Final = 8 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Tally:
    """What an independent reader counted when a case was over."""

    runs: int = 0
    lost: int = 0
    duplicates: int = 0
    repeated: int = 0
    seconds: float = 0.0
    note: str = ""

    @property
    def holds(self) -> bool:
        return not (self.lost or self.duplicates or self.repeated)


@dataclass(slots=True, kw_only=True)
class Deployment:
    """Everything of one case; `group` is the review job's, `settings` go to every consumer."""

    outside: Outside
    database_url: str
    directory: Path
    provider: SlowProvider
    provider_address: str
    settings: Mapping[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    processes: list[ConsumerProcess] = field(default_factory=list)
    started_at: float = field(default_factory=time.monotonic)

    @property
    def group(self) -> str:
        return f"{self.outside.prefix}group-review"

    async def make_topics(
        self,
        *,
        partitions: int = 3,
        replicas: int = 1,
        config: Mapping[str, str] | None = None,
        review_limit_bytes: int = REVIEW_LIMIT_BYTES,
    ) -> None:
        letters = {"max.message.bytes": str(REVIEW_LIMIT_BYTES)}
        reviews = {"max.message.bytes": str(review_limit_bytes)}
        common = dict(config or {})
        for names, extra in (
            (INPUTS, {}),
            (OUTPUTS[:2], reviews),
            (OUTPUTS[2:], letters),
        ):
            await self.outside.make_topics(
                names, partitions=partitions, replicas=replicas, config=common | extra
            )

    def consume(self, **settings: str) -> ConsumerProcess:
        """Start a consumer; what is given here wins over the deployment's settings."""
        port = free_port()
        own = {
            "KAFKA_BOOTSTRAP_SERVERS": self.outside.bootstrap,
            "KAFKA_GROUP": f"{self.outside.prefix}group",
            "TOPIC_PREFIX": self.outside.prefix,
            "DATABASE_URL": self.database_url,
            "GEMINI_BASE_URL": self.provider_address,
            "OPENAI_BASE_URL": f"{self.provider_address}/v1",
            "KAFKA_SESSION_TIMEOUT_SECONDS": "3",
            "CONTEXT_GRACE_SECONDS": "120",
            "DRAIN_SECONDS": "5",
            "DLQ_MAX_PER_MINUTE": "100000",
            "METRICS_PORT": str(port),
            **self.settings,
            **settings,
        }
        process = ConsumerProcess(
            {
                **os.environ,
                "PYTHONPATH": str(REPOSITORY),
                "GEMINI_API_KEY": "none",
                "OPENAI_API_KEY": "none",
                **{f"DEBRIEF_{name}": value for name, value in own.items()},
            },
            log=self.directory / f"consumer-{len(self.processes) + 1}.log",
            metrics_port=port,
        )
        self.processes.append(process)
        return process

    async def write(self, runs: Iterable[SmallRun]) -> None:
        await self.outside.write(record for run in runs for record in run.records)

    async def reviewed(self) -> Counter[tuple[str, int]]:
        """Return how often each (run_id, revision) is visible."""
        reviews = await self.outside.reviews()
        return Counter((review["run_id"], review["revision"]) for review in reviews)

    async def reviewed_runs(self) -> set[str]:
        return {run_id for run_id, _ in await self.reviewed()}

    async def until_reviewed(
        self, runs: Collection[SmallRun], *, at_least: int | None = None, seconds: float = 180
    ) -> None:
        """Wait until the runs (or so many of them) have a visible review."""
        wanted = {run.run_id for run in runs}
        enough = len(wanted) if at_least is None else at_least
        missing = set(wanted)

        async def there() -> bool:
            # By the keys of what came since the last look: counting is for the end.
            missing.difference_update(record.key.decode() for record in await reviews.more())
            return len(wanted) - len(missing) >= enough

        async with self.outside.following("review.ready") as reviews:
            await until(there, f"{enough} of {len(wanted)} runs reviewed", seconds=seconds)

    async def until_asked(self, count: int) -> None:
        """Wait until the provider was asked so often."""
        await until(lambda: len(self.provider.asked) >= count, f"{count} calls arrive")

    async def until_caught_up(self, *, seconds: float = 180) -> None:
        """Wait until the review group's position is at the end of the triggers."""

        async def there() -> bool:
            return await self.outside.lag(self.group, TRIGGERS) == 0

        await until(there, "no lag", seconds=seconds)

    async def count(
        self, runs: Collection[SmallRun], *, set_aside: Collection[SmallRun] = (), note: str = ""
    ) -> Tally:
        """Wait until all is done, count, and see that nothing is lost, twice or paid twice.

        `set_aside` are runs that must have no review (they are dead letters).
        """
        wanted = {run.run_id for run in runs}
        await self.until_reviewed(runs)
        await self.until_caught_up()
        seen = await self.reviewed()
        found = {run_id for run_id, _ in seen}
        self.tally.runs = len(wanted)
        self.tally.lost = len(wanted - found)
        # A second revision that nobody asked for is a duplicate, too.
        self.tally.duplicates = seen.total() - len(found)
        self.tally.repeated = self.provider.repeated
        self.tally.seconds = time.monotonic() - self.started_at
        self.tally.note = note or self.tally.note
        assert self.tally.holds, self.tally
        assert not found & {run.run_id for run in set_aside}
        return self.tally

    async def close(self) -> None:
        for process in self.processes:
            if process.running:
                await process.kill()


def new_prefix() -> str:
    return f"f{uuid.uuid4().hex[:8]}."
