"""A revision counts as published exactly where its transaction was committed."""

from consumer.context.store import Store
from consumer.publication import Publication
from producer.transactions import ProducerEpoch
from tests.arcs import trigger

OWNER = ProducerEpoch(producer_id=7, epoch=2)
SUCCESSOR = ProducerEpoch(producer_id=7, epoch=3)
FIRST = "00000000000000f1"
SECOND = "00000000000000f2"


def _publication(run_id: str = "run-1", *, revision: int = 1) -> Publication:
    return Publication(
        run_id=run_id,
        user_id="learner-1",
        revision=revision,
        status="complete",
        published_at_ms=9,
        reviewed_changes=3,
        arc_digest="d",
    )


async def _prepare(
    store: Store,
    transaction_id: str,
    *runs: str,
    partition: int = 0,
    owner: ProducerEpoch = OWNER,
    revision: int = 1,
) -> dict[str, str]:
    verdicts = await store.prepare_publications(
        transaction_id,
        partition=partition,
        owner=owner,
        publications=[_publication(run_id, revision=revision) for run_id in runs],
    )
    return dict(verdicts)


async def _revision(store: Store, run_id: str = "run-1") -> int:
    run = await store.run(run_id)
    assert run is not None
    return run.revision


async def test_a_committed_transaction_is_settled_with_all_it_published(store: Store) -> None:
    for run_id in ("run-1", "run-2"):
        await store.register(trigger(run_id=run_id), triggered_at_ms=5)
    assert await _prepare(store, FIRST, "run-1", "run-2") == {"run-1": "go", "run-2": "go"}
    assert await _revision(store) == 0
    await store.settle_publications(FIRST, partition=0, owner=OWNER)
    run = await store.run("run-2")
    assert run is not None
    assert (run.revision, run.status, run.arc_digest) == (1, "complete", "d")
    assert await _prepare(store, SECOND, "run-1") == {"run-1": "gone"}


async def test_a_successor_forgets_what_was_never_committed(store: Store) -> None:
    await store.register(trigger(), triggered_at_ms=5)
    await _prepare(store, FIRST, "run-1")
    await store.settle_publications(None, partition=0, owner=SUCCESSOR)
    assert await _revision(store) == 0
    await store.settle_publications(FIRST, partition=0, owner=SUCCESSOR)
    assert await _revision(store) == 0


async def test_a_successor_settles_what_its_predecessor_committed(store: Store) -> None:
    await store.register(trigger(), triggered_at_ms=5)
    await _prepare(store, FIRST, "run-1")
    await store.settle_publications(FIRST, partition=0, owner=SUCCESSOR)
    assert await _revision(store) == 1


async def test_one_who_lost_the_partition_unawares_does_no_harm(store: Store) -> None:
    await store.register(trigger(), triggered_at_ms=5)
    await store.register(trigger(run_id="run-2"), triggered_at_ms=5)
    await _prepare(store, SECOND, "run-1", owner=SUCCESSOR)
    assert await _prepare(store, FIRST, "run-1", "run-2", owner=OWNER) == {
        "run-1": "busy",
        "run-2": "go",
    }
    await store.settle_publications(None, partition=0, owner=OWNER)
    await store.settle_publications(SECOND, partition=0, owner=SUCCESSOR)
    assert await _revision(store) == 1
    assert await _revision(store, "run-2") == 0


async def test_one_revision_of_a_run_is_under_way_in_one_partition_only(store: Store) -> None:
    await store.register(trigger(), triggered_at_ms=5)
    await _prepare(store, FIRST, "run-1", partition=0)
    assert await _prepare(store, SECOND, "run-1", partition=1) == {"run-1": "busy"}
    await store.settle_publications(FIRST, partition=0, owner=OWNER)
    assert await _prepare(store, SECOND, "run-1", partition=1) == {"run-1": "gone"}
    assert await _prepare(store, SECOND, "run-1", partition=1, revision=2) == {"run-1": "go"}


async def test_an_id_of_a_new_producer_replaces_an_older_ones(store: Store) -> None:
    await store.register(trigger(), triggered_at_ms=5)
    await _prepare(store, FIRST, "run-1")
    expired = ProducerEpoch(producer_id=8, epoch=0)
    assert await _prepare(store, SECOND, "run-1", owner=expired) == {"run-1": "go"}


async def test_what_was_published_of_a_run_erased_meanwhile_is_named(store: Store) -> None:
    one = trigger()
    await store.register(one, triggered_at_ms=5)
    await _prepare(store, FIRST, "run-1")
    assert await store.erased_publications(FIRST) == ()
    await store.erase_user(one.user_id, erased_at_ms=2**50)
    assert await store.erased_publications(FIRST) == (("run-1", "learner-1"),)
    await store.settle_publications(FIRST, partition=0, owner=OWNER)
    assert await store.erased_publications(FIRST) == ()
    assert await _prepare(store, SECOND, "run-1") == {"run-1": "gone"}


async def test_nothing_to_publish_is_nothing_to_prepare(store: Store) -> None:
    assert await _prepare(store, FIRST) == {}
