"""One run through the pipeline, again and again: when it is published, and when it is not."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from consumer.arc import Arc
from consumer.attention import RunAttention
from consumer.context.records import ContextRecord, milliseconds
from consumer.context.store import Store, open_store
from consumer.context.wholeness import Wholeness
from consumer.drafts import ReviewDraft
from consumer.pipeline import ReviewPipeline
from consumer.review_arc import OnCall, ReviewOptions
from consumer.reviewing.rules.reviewer import draft_by_rules
from consumer.stream.completion import Completion, Revisit
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.errors import Rejected, RetryLater
from consumer.stream.health import StreamHealth
from consumer.tracing import NoTracing
from producer.arc_files import read_arc_file
from producer.errors import ArcFileError
from producer.progress import ProgressPublisher
from producer.records import OutputRecord, SourceRecord
from producer.transactions import ProducerEpoch
from schemas.errors import InvalidReviewError
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
        return await self._publish(await self.pipeline.handle(record))

    async def revisited(self) -> list[ReviewReady | None]:
        """Do what is due, as the stream does."""
        due = await self.attention.due_revisits([3])
        return [await self._publish(await self.pipeline.revisit(one)) for one in due]

    async def _publish(self, completion: Completion) -> ReviewReady | None:
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


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    await store.prepare()
    yield World(store)
    await store.close()


async def _whole(world: World) -> ReviewReady:
    await world.store.add(world.records)
    review = await world.triggered()
    assert review is not None
    return review


async def test_a_whole_run_is_published_at_once(world: World) -> None:
    review = await _whole(world)
    assert (review.revision, review.status) == (1, "complete")
    assert world.asked_ends == []
    assert world.phases[0] == "received"
    assert world.phases[-1] == "ready"


async def test_a_review_is_a_span_beneath_the_triggers_trace(world: World) -> None:
    await _whole(world)
    assert world.spans == [("review", TRACE)]


@pytest.mark.parametrize("days", [0, 9])
@pytest.mark.parametrize("changes", [{}, {"event_id": UUID(int=5)}, {"user_id": "somebody-else"}])
async def test_the_same_run_triggered_again_publishes_nothing(
    world: World, days: int, changes: dict[str, object]
) -> None:
    await _whole(world)
    sent = len(world.sent)
    world.now += timedelta(days=days)
    assert await world.triggered(world.trigger.model_copy(update=changes)) is None
    assert await world.revisited() == []
    assert (world.drafts, len(world.sent)) == (1, sent)


async def test_a_backlog_hours_old_waits_for_ingestion_and_is_whole_then(world: World) -> None:
    written_at = world.now - 5 * HOUR
    world.ingested = False
    for _ in range(3):
        with pytest.raises(RetryLater) as caught:
            await world.triggered(at=written_at)
        assert caught.value.waiting
        world.now += HOUR
    assert len(world.asked_ends) == 1  # where the topics ended when the grace was found to be over
    await world.store.add(world.records)
    review = await world.triggered(at=written_at)
    assert review is not None
    assert (review.revision, review.status) == (1, "complete")


async def test_a_run_is_partial_only_after_its_grace_and_all_that_stood_there(
    world: World,
) -> None:
    await world.store.add(world.records[:-2])
    with pytest.raises(RetryLater):
        await world.triggered()
    assert world.asked_ends == []
    world.ingested, written_at = False, world.now
    world.now += timedelta(seconds=31)
    with pytest.raises(RetryLater):
        await world.triggered(at=written_at)
    world.ingested = True
    review = await world.triggered(at=written_at)
    assert review is not None
    assert review.status == "partial"


async def _partial(world: World) -> ReviewReady:
    await world.store.add(world.records[:-2])
    review = await world.triggered(at=world.now - HOUR)
    assert review is not None
    assert (review.revision, review.status) == (1, "partial")
    return review


async def test_late_context_that_makes_a_run_whole_makes_a_revision_at_once(world: World) -> None:
    first = await _partial(world)
    assert await world.revisited() == []
    await world.store.add(world.records[-2:])
    (second,) = await world.revisited()
    assert second is not None
    assert (second.revision, second.status) == (2, "complete")
    assert second.review_id == first.review_id
    assert await world.revisited() == []


async def test_late_context_counts_within_its_hours_only(world: World) -> None:
    await _partial(world)
    world.now += 25 * HOUR
    await world.store.add(world.records[-2:])
    assert await world.revisited() == []


async def test_what_came_again_unchanged_publishes_nothing_and_is_looked_at_once(
    world: World,
) -> None:
    await _whole(world)
    await world.store.add(world.records[:3])
    run_id = world.trigger.run_id
    late = Revisit(run_id=run_id, partition=3, reason="late_context")
    assert await world._publish(await world.pipeline.revisit(late)) is None
    assert await world.store.late_runs(published_since_ms=0, limit=9) == ()
    assert world.drafts == 1
    assert world.phases[-1] == "ready"


async def test_a_late_record_that_fits_no_stage_is_dead_lettered_and_changes_nothing(
    world: World,
) -> None:
    await _whole(world)
    astray = world.records[0]
    event = astray.event.model_copy(update={"event_id": UUID(int=1), "stage_id": "nowhere"})
    await world.store.add([replace(astray, event=event)])
    late = Revisit(run_id=world.trigger.run_id, partition=3, reason="late_context")
    for _ in range(2):
        assert await world._publish(await world.pipeline.revisit(late)) is None
    letters = [record for record in world.sent if record.topic.endswith(".dlq")]
    assert len(letters) == 1
    assert world.drafts == 1


async def test_a_redo_publishes_the_next_revision_once(world: World) -> None:
    first = await _whole(world)
    await world.store.want_revision(world.trigger.run_id)
    redo = Revisit(run_id=world.trigger.run_id, partition=3, reason="redo")
    assert await world.attention.due_revisits([3]) == [redo]
    assert await world.attention.due_revisits([0, 1]) == []
    (second,) = await world.revisited()
    assert second is not None
    assert (second.revision, second.review_id) == (2, first.review_id)
    assert await world.revisited() == []
    assert await world._publish(await world.pipeline.revisit(redo)) is None


async def test_a_redo_stays_due_until_its_revision_is_published(world: World) -> None:
    await _whole(world)
    await world.store.want_revision(world.trigger.run_id)
    (redo,) = await world.attention.due_revisits([3])
    completion = await world.pipeline.revisit(redo)  # and the process dies before it is published
    assert completion.publication is not None
    (again,) = await world.revisited()
    assert again is not None
    assert again.revision == 2


async def test_what_is_asked_for_and_late_is_reviewed_once(world: World) -> None:
    await _partial(world)
    await world.store.add(world.records[-2:])
    await world.store.want_revision(world.trigger.run_id)
    (revisit,) = await world.attention.due_revisits([3])
    assert revisit.reason == "redo"
    (second,) = await world.revisited()
    assert second is not None
    assert (second.revision, second.status) == (2, "complete")
    assert await world.revisited() == []


async def test_a_revisit_whose_review_is_not_valid_is_given_up_and_the_first_stands(
    world: World,
) -> None:
    await _whole(world)
    await world.store.want_revision(world.trigger.run_id)
    world.fault = InvalidReviewError("xp: the sum is off")
    assert await world.revisited() == [None]
    assert await world.revisited() == []
    assert world.phases[-1] == "failed"
    run = await world.store.run(world.trigger.run_id)
    assert run is not None
    assert (run.revision, run.wanted_revision) == (1, 0)
    world.fault = None
    await world.store.want_revision(world.trigger.run_id)
    (second,) = await world.revisited()
    assert second is not None


async def test_a_redo_asked_for_while_a_review_is_written_wants_the_one_after_it(
    world: World,
) -> None:
    await _partial(world)
    await world.store.add(world.records[-2:])
    late = Revisit(run_id=world.trigger.run_id, partition=3, reason="late_context")
    begun = await world.pipeline.revisit(late)
    await world.store.want_revision(world.trigger.run_id)
    second = await world._publish(begun)
    (third,) = await world.revisited()
    assert second is not None
    assert third is not None
    assert (second.revision, third.revision) == (2, 3)
    assert await world.revisited() == []


async def test_a_revision_refused_by_its_topic_is_due_again_by_something_new_only(
    world: World,
) -> None:
    await _whole(world)
    await world.store.want_revision(world.trigger.run_id)
    (redo,) = await world.attention.due_revisits([3])
    refused = await world.pipeline.revisit(redo)
    assert refused.on_refused is not None
    await refused.on_refused()
    assert await world.revisited() == []
    await world.store.want_revision(world.trigger.run_id)
    (second,) = await world.revisited()
    assert second is not None


async def test_a_first_review_that_is_not_valid_is_rejected(world: World) -> None:
    world.fault = InvalidReviewError("xp: the sum is off")
    await world.store.add(world.records)
    with pytest.raises(Rejected):
        await world.triggered()


async def test_an_erased_run_is_reviewed_no_more(world: World) -> None:
    await _partial(world)
    await world.store.add(world.records[-2:])
    (revisit,) = await world.attention.due_revisits([3])
    await world.store.erase_user(world.trigger.user_id, erased_at_ms=milliseconds(world.now))
    drafts = world.drafts
    assert await world._publish(await world.pipeline.revisit(revisit)) is None
    assert await world.triggered() is None
    assert await world.attention.erased_runs([world.trigger.run_id]) == {world.trigger.run_id}
    assert world.drafts == drafts


async def test_a_run_erased_while_it_is_reviewed_is_not_published(world: World) -> None:
    await world.store.add(world.records)
    event = world.trigger
    record = SourceRecord(
        topic=TOPICS.scenario_completed,
        partition=3,
        offset=7,
        key=b"k",
        value=event.model_dump_json().encode(),
        headers=(),
        timestamp_ms=milliseconds(world.now),
    )
    completion = await world.pipeline.handle(record)
    assert completion.publication is not None
    await world.store.erase_user(event.user_id, erased_at_ms=milliseconds(world.now))
    verdicts = await world.store.prepare_publications(
        "tx", partition=3, owner=OWNER, publications=(completion.publication,)
    )
    assert verdicts == {event.run_id: "gone"}
