"""A pipeline on a store of its own, with everything around it held in hand."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

from consumer.arc import Arc
from consumer.attention import RunAttention
from consumer.context.records import ContextRecord, milliseconds
from consumer.context.store import Store
from consumer.context.wholeness import Wholeness
from consumer.drafts import ReviewDraft
from consumer.pipeline import ReviewPipeline
from consumer.review_arc import OnCall, ReviewOptions
from consumer.reviewing.rules.reviewer import draft_by_rules
from consumer.stream.completion import Completion
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.health import StreamHealth
from consumer.tracing import NoTracing
from producer.arc_files import read_arc_file
from producer.errors import ArcFileError
from producer.progress import ProgressPublisher
from producer.records import OutputRecord, SourceRecord
from producer.transactions import ProducerEpoch
from schemas.events import (
    ArtefactSubmitted,
    ConversationMessage,
    ObjectiveRolledUp,
    ScenarioCompleted,
)
from schemas.review import ReviewReady, Signal
from schemas.topics import Topics
from schemas.wire import decode_progress, decode_review

ARC = Path(__file__).resolve().parents[3] / "producer" / "arcs" / "quicker.jsonl"
TOPICS = Topics.with_prefix("t.")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
HOUR = timedelta(hours=1)
OWNER = ProducerEpoch(producer_id=1, epoch=1)


class World:
    """A pipeline on a store of its own; the test tells the time and where ingestion stands."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sent: list[OutputRecord] = []
        self.drafts = 0
        self.fault: Exception | None = None
        self.ingested = True
        self.asked_ends: list[datetime] = []
        self.records: list[ContextRecord] = []
        self.spans: list[tuple[str, str | None]] = []
        for line in read_arc_file(ARC):
            assert not isinstance(line, ArcFileError)
            event = line.event
            if isinstance(event, ScenarioCompleted):
                self.trigger = event
            elif isinstance(event, ObjectiveRolledUp | ConversationMessage | ArtefactSubmitted):
                self.records.append(ContextRecord(event=event, record=line.record))
        self.now = self.trigger.occurred_at + HOUR
        self.pipeline = ReviewPipeline(
            store=store,
            wholeness=Wholeness(
                store,
                self,
                grace_seconds=30,
                now_ms=lambda: milliseconds(self.now),
                monotonic_seconds=lambda: milliseconds(self.now) / 1000,
            ),
            reviewing=self,
            options=ReviewOptions(deadline_seconds=60, xp_band=0.25, base_rates=None),
            progress=ProgressPublisher(self, TOPICS),
            dead_letters=DeadLetterDesk(
                self, TOPICS, max_per_minute=100, health=StreamHealth(("review",))
            ),
            topics=TOPICS,
            clock=lambda: self.now,
            tracing=self,
        )
        self.attention = RunAttention(
            store, self, TOPICS, late_context_hours=24, clock=lambda: self.now
        )

    def span(
        self, name: str, *, traceparent: str | None = None
    ) -> AbstractContextManager[NoTracing]:
        self.spans.append((name, traceparent))
        return NoTracing().span(name)

    async def send(self, records: Sequence[OutputRecord]) -> None:
        self.sent += records

    async def draft(
        self, arc: Arc, signals: tuple[Signal, ...], *, deadline: float, on_progress: OnCall
    ) -> ReviewDraft:
        assert deadline > 0
        on_progress(0, 1)
        self.drafts += 1
        if self.fault is not None:
            raise self.fault
        return draft_by_rules(arc, signals)

    async def snapshot(self) -> Mapping[str, int]:
        self.asked_ends.append(self.now)
        return {}

    async def passed(self, ends: Mapping[str, int]) -> bool:
        assert ends == {}
        return self.ingested

    async def triggered(
        self, trigger: ScenarioCompleted | None = None, *, at: datetime | None = None
    ) -> ReviewReady | None:
        """Handle a trigger whose record is of `at` (now); publish and return what comes of it."""
        event = trigger or self.trigger
        record = SourceRecord(
            topic=TOPICS.scenario_completed,
            partition=3,
            offset=7,
            key=event.run_id.encode(),
            value=event.model_dump_json().encode(),
            headers=(("traceparent", TRACE.encode()),),
            timestamp_ms=milliseconds(at or self.now),
        )
        return await self.publish(await self.pipeline.handle(record))

    async def revisited(self) -> list[ReviewReady | None]:
        """Do what is due, as the stream does."""
        due = await self.attention.due_revisits([3])
        return [await self.publish(await self.pipeline.revisit(one)) for one in due]

    async def publish(self, completion: Completion) -> ReviewReady | None:
        if completion.publication is None:
            assert completion.records == ()
            return None
        owner, publications = OWNER, (completion.publication,)
        await self.store.prepare_publications(
            "tx", partition=3, owner=owner, publications=publications
        )
        await self.store.settle_publications("tx", partition=3, owner=owner)
        assert completion.after is not None
        await completion.after()
        (record,) = completion.records
        assert record.value is not None
        return decode_review(record.value)

    @property
    def phases(self) -> list[str]:
        return [
            decode_progress(record.value).phase
            for record in self.sent
            if record.topic == TOPICS.review_progress and record.value is not None
        ]


async def whole(world: World) -> ReviewReady:
    await world.store.add(world.records)
    review = await world.triggered()
    assert review is not None
    return review


async def partial(world: World) -> ReviewReady:
    await world.store.add(world.records[:-2])
    review = await world.triggered(at=world.now - HOUR)
    assert review is not None
    assert (review.revision, review.status) == (1, "partial")
    return review
