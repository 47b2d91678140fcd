"""The store's statements: as many different ones as there are questions, whatever is asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

from consumer.context.store import Store
from consumer.publication import Publication
from producer.transactions import ProducerEpoch
from tests.arcs import kept, objective, trigger


@contextmanager
def _statements() -> Iterator[set[str]]:
    """Yield the texts of all statements that are executed meanwhile."""
    texts: set[str] = set()

    def note(*given: object) -> None:
        texts.add(str(given[2]))

    event.listen(Engine, "before_cursor_execute", note)
    yield texts
    event.remove(Engine, "before_cursor_execute", note)


async def _ask(store: Store, run_ids: list[str], *, transaction_id: str) -> None:
    """Ask all that is asked of many runs at once."""
    owner = ProducerEpoch(producer_id=1, epoch=1)
    await store.count_sound_many(run_ids)
    await store.erased_runs(run_ids)
    publications = [
        Publication(
            run_id=run_id,
            user_id="learner-1",
            revision=1,
            status="complete",
            published_at_ms=1_000,
            reviewed_changes=0,
            arc_digest="",
            asked_for=False,
        )
        for run_id in run_ids
    ]
    verdicts = await store.prepare_publications(
        transaction_id, partition=0, owner=owner, publications=publications
    )
    assert verdicts == dict.fromkeys(run_ids, "go")
    await store.settle_publications(transaction_id, partition=0, owner=owner)


async def test_no_statement_depends_on_how_many_runs_are_asked_for(store: Store) -> None:
    runs = [f"run-{number}" for number in range(9)]
    for run_id in runs:
        await store.register(trigger(run_id=run_id), triggered_at_ms=5)
    with _statements() as of_one:
        await store.add([kept(objective(1, run_id=runs[0]))])
        await _ask(store, runs[:1], transaction_id="first")
    with _statements() as of_many:
        await store.add([kept(objective(n, run_id=run_id)) for n, run_id in enumerate(runs[1:])])
        await _ask(store, runs[1:], transaction_id="second")
    assert of_one
    assert of_many == of_one
