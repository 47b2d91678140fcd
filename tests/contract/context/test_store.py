"""What the store keeps, counts and hands back, on every database alike."""

import asyncio
from typing import Any

from sqlalchemy import event as sqlalchemy_event

from consumer.context.gather import gather
from consumer.context.records import CONTEXT_KINDS
from consumer.context.store import SoundCounts, Store, open_store
from schemas.events import ContextEvent
from tests.arcs import artefact, kept, message, objective, trigger
from tests.contract.context.conftest import Make


async def _rows(store: Store, run_id: str = "run-1") -> list[Any]:
    found = [row for kind in CONTEXT_KINDS for row in await store.records_of(run_id, kind)]
    return sorted(found, key=lambda one: str(one.digest))


async def test_a_record_comes_back_byte_for_byte(store: Store) -> None:
    record = kept(message(text="Zażółć gęślą jaźń 🙂"))
    await store.add([record])
    assert await store.records_of("run-1", "message") == (record,)


async def test_a_record_without_a_key_comes_back_without_one(store: Store) -> None:
    record = kept(objective())
    bare = type(record)(
        event=record.event,
        record=type(record.record)(
            topic="t", partition=0, offset=0, key=None, value=b"{}", headers=(), timestamp_ms=-1
        ),
    )
    await store.add([bare])
    assert await store.records_of("run-1", "objective") == (bare,)


async def test_the_same_events_twice_and_in_another_order_leave_the_same_rows(store: Store) -> None:
    records = [kept(objective(1)), kept(message(2)), kept(artefact(3)), kept(objective(1, hints=2))]
    await store.add(records)
    before = await _rows(store)
    await store.add(records[::-1])
    await store.add([records[1], records[1]])
    assert await _rows(store) == before
    assert len(before) == len(records)


async def test_batches_of_two_processes_at_once_leave_every_row_once(
    store: Store, database_url: str
) -> None:
    records = [kept(message(number, run_id=f"run-{number % 5}")) for number in range(60)]
    other = open_store(database_url)
    try:
        await asyncio.gather(
            store.add(records), other.add(records[::-1]), store.add(records[20:]), other.add([])
        )
    finally:
        await other.close()
    rows = [len(await _rows(store, f"run-{number}")) for number in range(5)]
    assert rows == [12] * 5


async def test_counts_are_of_distinct_records_the_trigger_can_place(store: Store) -> None:
    events: list[ContextEvent] = [
        objective(1),
        objective(2, objective_id="o1", hints=3),  # the same objective again
        objective(3, stage_id="nowhere"),
        objective(4, user_id="somebody-else"),
        message(5),
        message(6, persona_id="nobody"),
        message(7, stage_id="nowhere"),
        message(8, message_id="m5", persona_id="nobody"),
        artefact(9),
        artefact(10, artefact_id="a9", revision=2),
        artefact(11, artefact_id="a9", revision=2, text="again"),
    ]
    await store.add([kept(one) for one in events])
    run = await store.register(trigger(), triggered_at_ms=5)
    counts = await store.count_sound(run.trigger)
    assert counts == SoundCounts(objective=1, message=1, artefact=2)


async def test_counts_agree_with_what_is_gathered(store: Store) -> None:
    await store.add([kept(objective(1)), kept(message(2)), kept(message(3, stage_id="s9"))])
    run = await store.register(trigger(), triggered_at_ms=5)
    resolved = await gather(store, run.trigger)
    counts = await store.count_sound(run.trigger)
    assert (counts.objective, counts.message) == (1, 1)
    assert (len(resolved.arc.objectives), len(resolved.arc.messages)) == (1, 1)
    assert [one.record.event.event_id.int for one in resolved.unsound] == [3]


async def test_many_waiting_runs_are_counted_by_few_queries(store: Store) -> None:
    runs = [f"run-{number}" for number in range(40)]
    await store.add([kept(objective(number, run_id=run)) for number, run in enumerate(runs)])
    triggers = [trigger(run_id=run) for run in runs]
    for one in triggers:
        await store.register(one, triggered_at_ms=1)
    queries: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        queries.append(statement)

    engine = store._engine.sync_engine
    sqlalchemy_event.listen(engine, "before_cursor_execute", note)
    counts = await asyncio.gather(*(store.count_sound(one) for one in triggers))
    sqlalchemy_event.remove(engine, "before_cursor_execute", note)
    assert counts == [SoundCounts(objective=1)] * 40
    assert len([query for query in queries if "context_records" in query]) <= 2


async def test_the_first_trigger_of_a_run_stands(store: Store) -> None:
    first = await store.register(trigger(), triggered_at_ms=5)
    second = trigger(event_id="00000000-0000-0000-0000-00000000ffff", user_id="somebody-else")
    again = await store.register(second, triggered_at_ms=99)
    assert again == first
    assert again.trigger.event_id != second.event_id
    assert await store.run("run-1") == first


async def test_the_names_of_a_later_trigger_make_nothing_sound(store: Store) -> None:
    await store.add([kept(objective(1, stage_id="s9"))])
    run = await store.register(trigger(), triggered_at_ms=5)
    await store.register(trigger(stages=[{"stage_id": "s9", "title": "Nine"}]), triggered_at_ms=6)
    assert await store.count_sound(run.trigger) == SoundCounts()


async def test_triggers_at_once_agree_on_the_one_that_stands(store: Store) -> None:
    triggers = [trigger(event_id=f"00000000-0000-0000-0000-0000000000{n:02}") for n in range(8)]
    runs = await asyncio.gather(*(store.register(one, triggered_at_ms=1) for one in triggers))
    assert len({run.trigger.event_id for run in runs}) == 1


async def test_a_run_nobody_triggered_is_none(store: Store) -> None:
    assert await store.run("run-1") is None


async def test_publishing_is_remembered_and_never_goes_back(store: Store, publish: Make) -> None:
    await store.register(trigger(), triggered_at_ms=5)

    for revision in (2, 1, 2):
        await publish(revision=revision)
    run = await store.run("run-1")
    assert run is not None
    assert (run.revision, run.status) == (2, "complete")


async def _reviewed(store: Store, publish: Make) -> None:
    run = await store.register(trigger(), triggered_at_ms=5)
    resolved = await gather(store, run.trigger)
    await publish(status="partial", changes=run.changes, arc_digest=resolved.arc_digest)


async def test_what_comes_after_a_review_makes_the_run_late(store: Store, publish: Make) -> None:
    await store.add([kept(objective(1))])
    await _reviewed(store, publish)
    assert await store.late_runs(published_since_ms=0, limit=9) == ()
    await store.add([kept(objective(2))])
    (late,) = await store.late_runs(published_since_ms=0, limit=9)
    assert late.revision == 1
    assert (await gather(store, late.trigger)).arc_digest != late.arc_digest
    assert await store.late_runs(published_since_ms=1_001, limit=9) == ()
    await publish(revision=2, at_ms=2_000, changes=late.changes)
    assert await store.late_runs(published_since_ms=0, limit=9) == ()


async def test_what_comes_while_a_run_is_reviewed_makes_it_late(
    store: Store, publish: Make
) -> None:
    run = await store.register(trigger(), triggered_at_ms=5)
    await store.add([kept(objective(1))])
    await publish(status="partial", at_ms=1, changes=run.changes)
    assert len(await store.late_runs(published_since_ms=0, limit=9)) == 1


async def test_a_late_run_that_changed_nothing_is_checked_once(store: Store, publish: Make) -> None:
    await store.add([kept(objective(1))])
    await _reviewed(store, publish)
    await store.add([kept(objective(1))])
    (late,) = await store.late_runs(published_since_ms=0, limit=9)
    assert (await gather(store, late.trigger)).arc_digest == late.arc_digest
    await store.mark_checked(late)
    assert await store.late_runs(published_since_ms=0, limit=9) == ()


async def test_a_dead_lettered_record_is_remembered_as_such(store: Store) -> None:
    records = [kept(message(1)), kept(message(2))]
    await store.add(records)
    await store.mark_dead_lettered(records[:1])
    await store.add(records)
    found = {one.entity[0]: one.dead_lettered for one in await store.records_of("run-1", "message")}
    assert found == {"m1": True, "m2": False}


async def test_marking_no_record_does_nothing(store: Store) -> None:
    await store.mark_dead_lettered([])


async def test_the_first_answer_of_a_call_stands(store: Store) -> None:
    assert await store.get("run-1", "arc", "h") is None
    await store.put("run-1", "arc", "h", "first")
    await store.put("run-1", "arc", "h", "second")
    assert await store.get("run-1", "arc", "h") == "first"
    assert await store.get("run-1", "arc", "other") is None
    assert await store.get("run-1", "scoring", "h") is None


async def test_longest_names_fit(store: Store) -> None:
    long = "ż" * 128
    await store.add(
        [
            kept(
                message(
                    1, run_id=long, user_id=long, message_id=long, persona_id=long, stage_id=long
                )
            )
        ]
    )
    run = await store.register(
        trigger(
            run_id=long,
            user_id=long,
            stages=[{"stage_id": long, "title": "t"}],
            personas=[{"persona_id": long, "name": "n", "role": "r"}],
        ),
        triggered_at_ms=2**62,
    )
    await store.put(long, f"perspective:{long}", "f" * 64, "x")
    assert await store.count_sound(run.trigger) == SoundCounts(message=1)
