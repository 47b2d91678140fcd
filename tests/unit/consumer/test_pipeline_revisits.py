"""A run that has a review: what makes the next revision, and what changes nothing."""

from dataclasses import replace
from uuid import UUID

from consumer.stream.completion import Revisit
from schemas.errors import InvalidReviewError
from tests.unit.consumer.pipeline_world import HOUR, World, partial, whole


async def test_late_context_that_makes_a_run_whole_makes_a_revision_at_once(world: World) -> None:
    first = await partial(world)
    assert await world.revisited() == []
    await world.store.add(world.records[-2:])
    (second,) = await world.revisited()
    assert second is not None
    assert (second.revision, second.status) == (2, "complete")
    assert second.review_id == first.review_id
    assert await world.revisited() == []


async def test_late_context_counts_within_its_hours_only(world: World) -> None:
    await partial(world)
    world.now += 25 * HOUR
    await world.store.add(world.records[-2:])
    assert await world.revisited() == []


async def test_what_came_again_unchanged_publishes_nothing_and_is_looked_at_once(
    world: World,
) -> None:
    await whole(world)
    await world.store.add(world.records[:3])
    run_id = world.trigger.run_id
    late = Revisit(run_id=run_id, partition=3, reason="late_context")
    assert await world.publish(await world.pipeline.revisit(late)) is None
    assert await world.store.late_runs(published_since_ms=0, limit=9) == ()
    assert world.drafts == 1
    assert world.phases[-1] == "ready"


async def test_a_late_record_that_fits_no_stage_is_dead_lettered_and_changes_nothing(
    world: World,
) -> None:
    await whole(world)
    astray = world.records[0]
    event = astray.event.model_copy(update={"event_id": UUID(int=1), "stage_id": "nowhere"})
    await world.store.add([replace(astray, event=event)])
    late = Revisit(run_id=world.trigger.run_id, partition=3, reason="late_context")
    for _ in range(2):
        assert await world.publish(await world.pipeline.revisit(late)) is None
    letters = [record for record in world.sent if record.topic.endswith(".dlq")]
    assert len(letters) == 1
    assert world.drafts == 1


async def test_a_redo_publishes_the_next_revision_once(world: World) -> None:
    first = await whole(world)
    await world.store.want_revision(world.trigger.run_id)
    redo = Revisit(run_id=world.trigger.run_id, partition=3, reason="redo")
    assert await world.attention.due_revisits([3]) == [redo]
    assert await world.attention.due_revisits([0, 1]) == []
    (second,) = await world.revisited()
    assert second is not None
    assert (second.revision, second.review_id) == (2, first.review_id)
    assert await world.revisited() == []
    assert await world.publish(await world.pipeline.revisit(redo)) is None


async def test_a_redo_stays_due_until_its_revision_is_published(world: World) -> None:
    await whole(world)
    await world.store.want_revision(world.trigger.run_id)
    (redo,) = await world.attention.due_revisits([3])
    completion = await world.pipeline.revisit(redo)  # and the process dies before it is published
    assert completion.publication is not None
    (again,) = await world.revisited()
    assert again is not None
    assert again.revision == 2


async def test_what_is_asked_for_and_late_is_reviewed_once(world: World) -> None:
    await partial(world)
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
    await whole(world)
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
    await partial(world)
    await world.store.add(world.records[-2:])
    late = Revisit(run_id=world.trigger.run_id, partition=3, reason="late_context")
    begun = await world.pipeline.revisit(late)
    await world.store.want_revision(world.trigger.run_id)
    second = await world.publish(begun)
    (third,) = await world.revisited()
    assert second is not None
    assert third is not None
    assert (second.revision, third.revision) == (2, 3)
    assert await world.revisited() == []


async def test_a_revision_refused_by_its_topic_is_due_again_by_something_new_only(
    world: World,
) -> None:
    await whole(world)
    await world.store.want_revision(world.trigger.run_id)
    (redo,) = await world.attention.due_revisits([3])
    refused = await world.pipeline.revisit(redo)
    assert refused.on_refused is not None
    await refused.on_refused()
    assert await world.revisited() == []
    await world.store.want_revision(world.trigger.run_id)
    (second,) = await world.revisited()
    assert second is not None
