"""Work in lanes, with a handler that does as it is told and a commit that the test decides on."""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime, tzinfo
from typing import Any, Self

import pytest
from aiokafka.structs import TopicPartition

from consumer.stream import tries
from consumer.stream.completion import Completion, Revisit
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.done import Done
from consumer.stream.errors import DeadLetterCeilingExceeded, DeadLetterTooLarge, Rejected
from consumer.stream.health import StreamHealth
from consumer.stream.retry import RetryLimits
from consumer.stream.work import Workers
from producer.records import OutputRecord, SourceRecord
from schemas.topics import Topics

PARTITION = TopicPartition("scenario.completed", 0)
TRACE: ContextVar[str] = ContextVar("trace", default="none")
REDO = Revisit(run_id="run", partition=0, reason="redo")


def _record(offset: int, key: bytes | None = b"run") -> SourceRecord:
    return SourceRecord(
        topic=PARTITION.topic,
        partition=0,
        offset=offset,
        key=key,
        value=b"v",
        headers=(),
        timestamp_ms=0,
    )


class Handler:
    """Answers each piece of work with the next of `results`, or holds it."""

    def __init__(self) -> None:
        self.seen: list[int | str] = []
        self.forgotten: list[int] = []
        self.results: list[Completion | Exception] = []
        self.hold = asyncio.Event()
        self.hold.set()

    async def handle(self, record: SourceRecord) -> Completion:
        self.seen.append(record.offset)
        return await self._result()

    async def revisit(self, revisit: Revisit) -> Completion:
        self.seen.append(revisit.reason)
        return await self._result()

    def forget(self, record: SourceRecord) -> None:
        self.forgotten.append(record.offset)

    async def _result(self) -> Completion:
        await self.hold.wait()
        result = self.results.pop(0) if self.results else Completion()
        if isinstance(result, Exception):
            raise result
        return result


class NoSender:
    async def send(self, records: Sequence[OutputRecord]) -> None:
        raise AssertionError(records)


class Bench:
    """Workers with what they are given and what they offer."""

    def __init__(self, *, ceiling: int = 10, attempts: int = 1) -> None:
        self.handler = Handler()
        self.offered: list[Done] = []
        health = StreamHealth(("review",))
        self.workers = Workers(
            self.handler,
            dead_letters=DeadLetterDesk(
                NoSender(), Topics.with_prefix(""), max_per_minute=ceiling, health=health
            ),
            limits=RetryLimits(max_attempts=attempts, max_age_seconds=60),
            max_in_flight=10,
            health=health,
            commit=lambda _partition, done: self.offered.append(done),
        )

    async def run(self, *work: SourceRecord | Revisit) -> None:
        for one in work:
            if isinstance(one, Revisit):
                self.workers.admit_revisit(PARTITION, one)
            else:
                self.workers.admit(PARTITION, one)
        self.workers.open_gate()
        await settle()


async def settle() -> None:
    """Let everything that can go on now do so."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def bench() -> Any:
    made = Bench()
    yield made
    await made.workers.drop()


async def test_a_lane_goes_on_once_its_work_is_safe(bench: Bench) -> None:
    await bench.run(_record(1), _record(2), _record(3, b"other"))
    assert bench.handler.seen == [1, 3]
    bench.offered[0].settled()
    await settle()
    assert bench.handler.seen == [1, 3, 2]
    assert [done.offset for done in bench.offered] == [1, 3, 2]


async def test_nothing_starts_before_the_gate_is_open(bench: Bench) -> None:
    bench.workers.admit(PARTITION, _record(1))
    bench.workers.pump()
    await settle()
    assert bench.handler.seen == []


async def test_records_without_a_key_have_a_lane_each(bench: Bench) -> None:
    await bench.run(_record(1, None), _record(2, None))
    assert bench.handler.seen == [1, 2]


async def test_a_run_is_revisited_once_at_a_time_and_has_no_offset(bench: Bench) -> None:
    await bench.run(REDO, REDO)
    assert bench.handler.seen == ["redo"]
    assert [done.offset for done in bench.offered] == [None]
    await bench.run(REDO)
    assert bench.handler.seen == ["redo"]
    bench.offered[0].settled()
    await bench.run(REDO)
    assert bench.handler.seen == ["redo", "redo"]


async def test_a_revisit_given_up_writes_no_dead_letter_and_is_not_taken_again(
    bench: Bench,
) -> None:
    bench.handler.results = [Rejected("invalid", "no")]
    await bench.run(REDO)
    (done,) = bench.offered
    assert done.completion.records == ()
    done.settled()
    await bench.run(REDO)
    assert bench.handler.seen == ["redo"]


async def test_a_revisit_too_large_for_its_topic_is_given_up_and_may_come_again(
    bench: Bench,
) -> None:
    told = asyncio.Event()

    async def given_up() -> None:
        await told.wait()

    bench.handler.results = [Completion(on_refused=given_up)]
    await bench.run(REDO)
    bench.offered[0].too_large("over the limit")
    assert bench.offered[1].completion.records == ()
    bench.offered[1].settled()
    await bench.run(REDO)
    assert bench.handler.seen == ["redo"]  # the store does not know yet
    told.set()
    await bench.workers.follow_up(1)
    await bench.run(REDO)
    assert bench.handler.seen == ["redo", "redo"]


async def test_a_revisit_given_up_may_come_again_where_its_partition_was_elsewhere(
    bench: Bench,
) -> None:
    bench.handler.results = [Rejected("invalid", "no")]
    await bench.run(REDO)
    bench.offered[0].settled()
    await bench.workers.drop(PARTITION)
    await bench.run(REDO)
    assert bench.handler.seen == ["redo", "redo"]


async def test_what_is_remembered_of_a_record_goes_when_it_is_safe_or_anothers(
    bench: Bench,
) -> None:
    await bench.run(_record(1), _record(2), _record(3))
    bench.offered[0].settled()
    assert bench.handler.forgotten == [1]
    await bench.workers.drop(PARTITION)
    assert bench.handler.forgotten == [1, 2, 3]


async def test_a_rejected_record_becomes_its_dead_letter_with_its_offset(bench: Bench) -> None:
    bench.handler.results = [Rejected("invalid", "stages: want at least one")]
    await bench.run(_record(4))
    (done,) = bench.offered
    (letter,) = done.completion.records
    assert (letter.topic, done.offset) == ("scenario.completed.dlq", 4)


async def test_what_is_too_large_becomes_a_dead_letter_and_then_stops_the_stream(
    bench: Bench,
) -> None:
    await bench.run(_record(4))
    bench.offered[0].too_large("over the limit")
    letter = bench.offered[1]
    assert dict(letter.completion.records[0].headers)["debrief-error-kind"] == b"too_large"
    letter.too_large("over the limit, too")
    assert isinstance(bench.workers.fatal, DeadLetterTooLarge)


async def test_one_dead_letter_too_many_stops_the_stream() -> None:
    bench = Bench(ceiling=1)
    bench.handler.results = [Rejected("invalid", "a"), Rejected("invalid", "b")]
    await bench.run(_record(1, b"a"), _record(2, b"b"))
    assert isinstance(bench.workers.fatal, DeadLetterCeilingExceeded)
    assert [done.offset for done in bench.offered] == [1]
    await bench.workers.drop()


async def test_work_under_way_elsewhere_is_tried_again(bench: Bench) -> None:
    await bench.run(_record(1))
    bench.offered[0].again(0)
    await settle()
    assert bench.handler.seen == [1, 1]


async def test_dropped_work_is_cancelled_and_never_offered(bench: Bench) -> None:
    bench.handler.hold.clear()
    await bench.run(_record(1), _record(2))
    await bench.workers.drop(PARTITION)
    bench.handler.hold.set()
    await settle()
    assert (bench.workers.held, bench.offered) == (0, [])


async def test_abandoned_work_is_cut_and_handled_once_more(bench: Bench) -> None:
    bench.handler.hold.clear()
    await bench.run(_record(1), _record(2, b"other"))
    bench.workers.abandon({"run"})
    await settle()
    bench.handler.hold.set()
    await settle()
    assert bench.handler.seen == [1, 2, 1]
    assert sorted(done.offset or 0 for done in bench.offered) == [1, 2]


async def test_a_clock_that_is_set_forward_gives_no_record_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Days(datetime):
        """Every look at the clock finds another day."""

        days = 0

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            cls.days += 1
            return cls(2026, 1, cls.days, tzinfo=tz)

    monkeypatch.setattr(tries, "datetime", Days)
    bench = Bench(attempts=3)
    bench.handler.results = [RuntimeError("one"), RuntimeError("two")]
    await bench.run(_record(1))
    bench.workers.abandon({"run"})
    await settle()
    assert bench.handler.seen == [1, 1]
    assert bench.offered == []
    await bench.workers.drop()


async def test_interrupted_work_is_cut_and_tried_once_more_when_the_gate_opens(
    bench: Bench,
) -> None:
    bench.handler.hold.clear()
    await bench.run(_record(1))
    bench.workers.interrupt()
    bench.handler.hold.set()
    await settle()
    assert bench.handler.seen == [1]
    bench.workers.open_gate()
    await settle()
    assert bench.handler.seen == [1, 1]
    assert [done.offset for done in bench.offered] == [1]


async def test_only_work_of_partitions_that_went_is_interrupted(bench: Bench) -> None:
    other = TopicPartition(PARTITION.topic, 1)
    bench.handler.hold.clear()
    await bench.run(_record(1))
    bench.workers.admit(other, _record(9, b"other"))
    bench.workers.pump()
    await settle()
    bench.workers.interrupt({PARTITION})
    bench.handler.hold.set()
    await settle()
    assert [done.offset for done in bench.offered] == [9]


async def test_what_follows_safe_work_may_fail_without_harm(bench: Bench) -> None:
    async def fails() -> None:
        raise OSError("the progress topic is gone")

    bench.handler.results = [Completion(after=fails)]
    await bench.run(_record(1))
    bench.offered[0].settled()
    await bench.workers.follow_up(1)
    assert bench.workers.held == 0
    assert bench.workers.fatal is None


async def test_what_follows_keeps_the_context_of_its_work(bench: Bench) -> None:
    told: list[str] = []

    async def after() -> None:
        told.append(TRACE.get())

    class Traced(Handler):
        async def handle(self, record: SourceRecord) -> Completion:
            TRACE.set(f"trace-{record.offset}")
            return Completion(after=after)

    bench.workers._tries._handler = Traced()
    await bench.run(_record(1), _record(2, b"other"))
    for done in bench.offered:
        done.settled()
    await bench.workers.follow_up(1)
    assert told == ["trace-1", "trace-2"]
