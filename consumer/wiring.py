"""The composition root: the only place, with `wiring_calls`, that builds adapters."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from aiokafka.errors import KafkaError

from consumer.attention import RunAttention
from consumer.context.erasing import Erasing
from consumer.context.errors import StoreUnavailableError
from consumer.context.ingest import Ingest
from consumer.context.store import Store, open_store
from consumer.context.wholeness import Wholeness
from consumer.pipeline import ReviewPipeline
from consumer.review_arc import ReviewOptions
from consumer.settings import Settings, load_base_rates
from consumer.stream.barrier import IngestBarrier
from consumer.stream.client import Membership, pause
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.dependencies import NotWellError, watching
from consumer.stream.health import StreamHealth
from consumer.stream.ingest_loop import IngestLoop
from consumer.stream.retry import RetryLimits
from consumer.stream.review_loop import ReviewLoop
from consumer.wiring_calls import reviewing_by
from consumer.wiring_tracing import is_wanted, tracing_by
from producer.errors import SendFailedError
from producer.progress import ProgressPublisher
from producer.sender import KafkaSender
from producer.topics import unseen_topics
from schemas.errors import RegistryUnavailableError
from schemas.registry import OUTPUT_MODELS, OutputName
from schemas.registry_client import SchemaRegistry
from schemas.topics import Topics

CONNECT_RETRY_SECONDS = 1.0
HANDOVER_SECONDS = 10.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """Which of the consumer's two jobs a process runs."""

    ingest: bool
    review: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Return the jobs by the names that health and logs use."""
        return (*(("ingest",) if self.ingest else ()), *(("review",) if self.review else ()))

    def topics(self, topics: Topics) -> tuple[str, ...]:
        """Return the topics without which these jobs do nothing: those that they read."""
        ingest = (*topics.contexts, topics.user_erased) if self.ingest else ()
        return (*ingest, *((topics.scenario_completed,) if self.review else ()))


def utc_now() -> datetime:
    """Return the time; the one clock that is handed to everything that stamps."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Return the time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def review_options(settings: Settings) -> ReviewOptions:
    """Return what the settings say about every review; raises ConfigurationError."""
    return ReviewOptions(
        deadline_seconds=settings.review_deadline_seconds,
        xp_band=settings.xp_band,
        base_rates=load_base_rates(settings.issue_base_rates),
    )


class Consumer:
    """The consumer as one thing to run and to stop. Nothing connects before `run`."""

    def __init__(self, settings: Settings, *, jobs: Jobs) -> None:
        self._settings = settings
        self._jobs = jobs
        self._options = review_options(settings)
        is_wanted(os.environ)  # what is wrong with it is told before anything connects
        self._topics = Topics.with_prefix(settings.topic_prefix)
        self._stopping = asyncio.Event()
        self._topics_are_seen = False
        self._loops: list[IngestLoop | ReviewLoop] = []
        self._registry: SchemaRegistry | None = None
        self._schema_ids: Mapping[OutputName, int] = {}
        self.health = StreamHealth(jobs.names)

    def stop(self) -> None:
        """Take nothing more in, finish what can be finished, and let `run` end."""
        self._stopping.set()
        for loop in self._loops:
            loop.stop()

    async def run(self) -> None:
        """Run until `stop`; brokers and database that are away at the start are waited for.

        Raises:
            DebriefError: something that no waiting will mend; the message says what.
        """
        async with AsyncExitStack() as stack:
            store = open_store(self._settings.database_url.get_secret_value())
            stack.push_async_callback(store.close)
            sender = KafkaSender(self._settings.kafka)
            stack.push_async_callback(sender.stop)
            if not await self._until_up("database", store.prepare):
                return
            if not await self._until_up("kafka", sender.start):
                return
            if self._settings.schema_registry_url is not None:
                address = self._settings.schema_registry_url.get_secret_value()
                self._registry = await stack.enter_async_context(SchemaRegistry(address))
            if self._jobs.review and not await self._until_up("schema registry", self._register):
                return
            desk = DeadLetterDesk(
                sender,
                self._topics,
                max_per_minute=self._settings.dlq_max_per_minute,
                health=self.health,
            )
            if self._jobs.ingest:
                self._loops.append(self._ingest_loop(store, sender, desk))
            if self._jobs.review:
                loop = await self._review_loop(stack, store=store, sender=sender, desk=desk)
                if loop is None:
                    return
                self._loops.append(loop)
            if self._stopping.is_set():
                return
            pings = {"kafka": sender.ping, "database": store.ping, "topics": self._see_topics}
            await stack.enter_async_context(watching(pings, self.health))
            await self._run_loops()

    async def _see_topics(self) -> None:
        if not self._topics_are_seen:
            unseen = await unseen_topics(self._settings.kafka, self._jobs.topics(self._topics))
            if unseen:
                raise NotWellError("; ".join(unseen))
            self._topics_are_seen = True

    async def _register(self) -> None:
        if self._registry is not None:
            topics = {
                "review_progress": self._topics.review_progress,
                "review_ready": self._topics.review_ready,
            }
            self._schema_ids = {
                event: await self._registry.id_of(event, topic=topics[event])
                for event in OUTPUT_MODELS
            }

    async def _run_loops(self) -> None:
        # The first loop that fails stops the others in order: they drain, then its error is told.
        tasks = [asyncio.create_task(loop.run()) for loop in self._loops]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            self.stop()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for error in ended:
            if isinstance(error, BaseException):
                raise error

    def _ingest_loop(self, store: Store, sender: KafkaSender, desk: DeadLetterDesk) -> IngestLoop:
        erasing = Erasing(store, sender, self._topics, now_ms=now_ms)
        return IngestLoop(
            self._membership("ingest", (*self._topics.contexts, self._topics.user_erased)),
            Ingest(store, self._topics, erasing=erasing, writers=self._registry).handle,
            dead_letters=desk,
            health=self.health,
        )

    async def _review_loop(
        self, stack: AsyncExitStack, *, store: Store, sender: KafkaSender, desk: DeadLetterDesk
    ) -> ReviewLoop | None:
        settings = self._settings
        barrier = IngestBarrier(
            settings.kafka, group=f"{settings.kafka_group}-ingest", topics=self._topics.contexts
        )
        if not await self._until_up("kafka", barrier.start):
            return None
        stack.push_async_callback(barrier.stop)
        tracing = await stack.enter_async_context(tracing_by(os.environ))
        reviewing = await stack.enter_async_context(
            reviewing_by(
                settings,
                journal=store,
                ledger=store,
                registry=self.health.registry,
                tracing=tracing,
            )
        )
        pipeline = ReviewPipeline(
            store=store,
            wholeness=Wholeness(
                store,
                barrier,
                grace_seconds=settings.context_grace_seconds,
                now_ms=now_ms,
                monotonic_seconds=time.monotonic,
            ),
            reviewing=reviewing,
            options=self._options,
            progress=ProgressPublisher(
                sender, self._topics, schema_id=self._schema_ids.get("review_progress")
            ),
            dead_letters=desk,
            topics=self._topics,
            clock=utc_now,
            writers=self._registry,
            review_schema_id=self._schema_ids.get("review_ready"),
            tracing=tracing,
        )
        return ReviewLoop(
            self._membership("review", (self._topics.scenario_completed,)),
            pipeline,
            ledger=store,
            attention=RunAttention(
                store,
                sender,
                self._topics,
                late_context_hours=settings.late_context_hours,
                clock=utc_now,
            ),
            dead_letters=desk,
            health=self.health,
            limits=RetryLimits(
                max_attempts=settings.retry_max_attempts,
                max_age_seconds=settings.retry_max_age_seconds,
            ),
            max_in_flight=settings.max_in_flight,
            drain_seconds=settings.drain_seconds,
        )

    def _membership(self, job: str, topics: tuple[str, ...]) -> Membership:
        return Membership(
            job=job,
            connection=self._settings.kafka,
            group=f"{self._settings.kafka_group}-{job}",
            topics=topics,
            session_timeout_seconds=self._settings.kafka_session_timeout_seconds,
            rebalance_seconds=self._settings.drain_seconds + HANDOVER_SECONDS,
        )

    async def _until_up(self, what: str, start: Callable[[], Awaitable[None]]) -> bool:
        while not self._stopping.is_set():
            try:
                await start()
            except (
                SendFailedError,
                StoreUnavailableError,
                RegistryUnavailableError,
                KafkaError,
            ) as error:
                for job in self._jobs.names:
                    self.health.down(job, f"no {what}")
                _log.warning("waiting", what=what, error=str(error))
                await pause(self._stopping, CONNECT_RETRY_SECONDS)
            else:
                return True
        return False


@asynccontextmanager
async def running_consumer(settings: Settings, *, jobs: Jobs) -> AsyncIterator[Consumer]:
    """Run the consumer beside the block; a failure of it is raised at the block's end."""
    consumer = Consumer(settings, jobs=jobs)
    task = asyncio.create_task(consumer.run())
    try:
        yield consumer
    finally:
        consumer.stop()
        await task
