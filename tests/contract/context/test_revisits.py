"""What is to be reviewed again stands in the store until its revision is published."""

from consumer.context.store import Store
from tests.arcs import kept, message, trigger
from tests.contract.context.conftest import Make


async def _reviewed(
    store: Store, publish: Make, run_id: str = "run-1", *, partition: int = 0, at_ms: int = 1_000
) -> None:
    await store.register(trigger(run_id=run_id), triggered_at_ms=5, partition=partition)
    await publish(run_id, status="partial", at_ms=at_ms, asked_for=False)


async def _wanted(store: Store) -> list[str]:
    return [run.trigger.run_id for run in await store.wanted_runs(limit=9)]


async def test_a_revision_is_wanted_until_it_is_published(store: Store, publish: Make) -> None:
    await _reviewed(store, publish)
    assert await _wanted(store) == []
    run = await store.want_revision("run-1")
    assert run is not None
    assert (run.revision, run.wanted_revision) == (1, 2)
    again = await store.want_revision("run-1")
    assert again == run
    assert await _wanted(store) == ["run-1"]
    await publish(revision=2)
    assert await _wanted(store) == []
    third = await store.want_revision("run-1")
    assert third is not None
    assert third.wanted_revision == 3


async def test_what_is_not_published_cannot_be_wanted_anew(store: Store) -> None:
    assert await store.want_revision("run-1") is None
    await store.register(trigger(), triggered_at_ms=5)
    run = await store.want_revision("run-1")
    assert run is not None
    assert (run.revision, run.wanted_revision) == (0, 0)
    assert await _wanted(store) == []


async def test_the_models_are_asked_anew_once_for_each_request(store: Store, publish: Make) -> None:
    await _reviewed(store, publish)
    await _reviewed(store, publish, "run-2")
    for run_id in ("run-1", "run-2"):
        await store.put(run_id, "arc", "h", "old")
    await store.want_revision("run-1")
    assert await store.get("run-1", "arc", "h") is None
    assert await store.get("run-2", "arc", "h") == "old"
    await store.put("run-1", "arc", "h", "new")
    await store.want_revision("run-1")
    assert await store.get("run-1", "arc", "h") == "new"


async def test_each_owner_is_told_of_its_own_partitions(store: Store, publish: Make) -> None:
    for partition, run_id in enumerate(("run-0", "run-1", "run-2")):
        await _reviewed(store, publish, run_id, partition=partition, at_ms=1_000 - partition)
        await store.add([kept(message(partition, run_id=run_id))])
        await store.want_revision(run_id)
    late = await store.late_runs(published_since_ms=0, limit=9, partitions=(0, 2))
    assert [(run.trigger.run_id, run.partition) for run in late] == [("run-2", 2), ("run-0", 0)]
    wanted = await store.wanted_runs(limit=1, partitions=[1, 2])
    assert [run.trigger.run_id for run in wanted] == ["run-2"]
    assert await store.wanted_runs(limit=9, partitions=()) == ()


async def test_a_review_that_cannot_be_written_lets_the_run_rest_until_something_comes(
    store: Store, publish: Make
) -> None:
    await _reviewed(store, publish)
    await store.add([kept(message(1))])
    run = await store.want_revision("run-1")
    assert run is not None
    await store.add([kept(message(2))])
    await store.give_up_revisit(run)
    assert await _wanted(store) == []
    (late,) = await store.late_runs(published_since_ms=0, limit=9)  # by the second message
    await store.give_up_revisit(late)
    assert await store.late_runs(published_since_ms=0, limit=9) == ()
    await store.add([kept(message(3))])
    assert len(await store.late_runs(published_since_ms=0, limit=9)) == 1


async def test_an_older_failure_does_not_take_back_a_newer_request(
    store: Store, publish: Make
) -> None:
    await _reviewed(store, publish)
    old = await store.run("run-1")
    assert old is not None
    await publish(revision=2)
    await store.want_revision("run-1")
    await store.give_up_revisit(old)
    assert await _wanted(store) == ["run-1"]


async def test_a_review_that_began_before_it_was_asked_for_is_not_the_one_asked_for(
    store: Store, publish: Make
) -> None:
    await _reviewed(store, publish)
    await store.want_revision("run-1")
    await store.put("run-1", "arc", "h", "asked before")
    await publish(revision=2, asked_for=False)
    run = await store.run("run-1")
    assert run is not None
    assert (run.revision, run.wanted_revision) == (2, 3)
    assert await store.get("run-1", "arc", "h") is None
    await publish(revision=3)
    assert await _wanted(store) == []


async def test_a_failure_that_began_before_does_not_take_back_the_request(
    store: Store, publish: Make
) -> None:
    await _reviewed(store, publish)
    read_before = await store.run("run-1")
    assert read_before is not None
    await store.want_revision("run-1")
    await store.give_up_revisit(read_before)
    assert await _wanted(store) == ["run-1"]
