"""One run through the pipeline: when its first review is published, and when none is."""

from datetime import timedelta
from uuid import UUID

import pytest

from consumer.context.errors import StoreError
from consumer.context.records import milliseconds
from consumer.stream.errors import Rejected, RetryLater
from producer.records import SourceRecord
from schemas.errors import InvalidReviewError
from tests.unit.consumer.pipeline_world import HOUR, OWNER, TOPICS, TRACE, World, partial, whole


async def test_a_whole_run_is_published_at_once(world: World) -> None:
    review = await whole(world)
    assert (review.revision, review.status) == (1, "complete")
    assert world.asked_ends == []
    assert world.phases[0] == "received"
    assert world.phases[-1] == "ready"


async def test_a_review_is_a_span_beneath_the_triggers_trace(world: World) -> None:
    await whole(world)
    assert world.spans == [("review", TRACE)]


@pytest.mark.parametrize("days", [0, 9])
@pytest.mark.parametrize("changes", [{}, {"event_id": UUID(int=5)}, {"user_id": "somebody-else"}])
async def test_the_same_run_triggered_again_publishes_nothing(
    world: World, days: int, changes: dict[str, object]
) -> None:
    await whole(world)
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


async def test_a_database_that_refuses_is_no_fault_of_the_trigger(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise StoreError("cannot execute INSERT in a read-only transaction")

    monkeypatch.setattr(world.store, "register", refuse)
    with pytest.raises(RetryLater, match="read-only") as caught:
        await world.triggered()
    assert caught.value.waiting


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


async def test_a_first_review_that_is_not_valid_is_rejected(world: World) -> None:
    world.fault = InvalidReviewError("xp: the sum is off")
    await world.store.add(world.records)
    with pytest.raises(Rejected):
        await world.triggered()


async def test_an_erased_run_is_reviewed_no_more(world: World) -> None:
    await partial(world)
    await world.store.add(world.records[-2:])
    (revisit,) = await world.attention.due_revisits([3])
    await world.store.erase_user(world.trigger.user_id, erased_at_ms=milliseconds(world.now))
    drafts = world.drafts
    assert await world.publish(await world.pipeline.revisit(revisit)) is None
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
