"""Read the triggers: many runs at once, each run in order, every result together with its offset.

The shell around `Workers` and the `Assignment` of partitions: it polls, takes in and holds back.
"""

import asyncio
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition

from consumer.stream.assignment import HANDOVER_SECONDS, Assignment
from consumer.stream.client import (
    POLL_MILLISECONDS,
    Membership,
    join,
    leave,
    pause,
    polling,
    read_position,
    report_lag,
    source_record,
)
from consumer.stream.completion import Handler
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.done import Done
from consumer.stream.health import StreamHealth
from consumer.stream.intake import Intake
from consumer.stream.ports import Attention, Ledger
from consumer.stream.retry import RetryLimits, backoff_seconds
from consumer.stream.standstill import StandstillWatch
from consumer.stream.work import Workers

# Work held in memory: intake stops at the upper mark and goes on at the lower.
HELD_HIGH: Final = 4096
HELD_LOW: Final = 2048
ATTEND_SECONDS: Final = 1.0

_log = structlog.get_logger(__name__)


class ReviewLoop:
    """Runs until `stop()`; then drains for `drain_seconds`, makes safe what is done, no more."""

    def __init__(
        self,
        membership: Membership,
        handler: Handler,
        *,
        ledger: Ledger,
        attention: Attention,
        dead_letters: DeadLetterDesk,
        health: StreamHealth,
        limits: RetryLimits,
        max_in_flight: int,
        drain_seconds: float,
    ) -> None:
        self._membership = membership
        self._attention = attention
        self._health = health
        self._stopping = asyncio.Event()
        self._intake = Intake(high=HELD_HIGH, low=HELD_LOW)
        self._workers = Workers(
            handler,
            dead_letters=dead_letters,
            limits=limits,
            max_in_flight=max_in_flight,
            health=health,
            commit=self._offer,
        )
        self._assignment = Assignment(
            membership,
            self._workers,
            ledger=ledger,
            attention=attention,
            health=health,
            drain_seconds=drain_seconds,
            stopping=self._stopping,
        )

    def stop(self) -> None:
        """Take nothing more in, drain, make safe what is done, and end `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Review until told to stop; a lost broker is waited for, a lost partition taken anew.

        Raises:
            DeadLetterCeilingExceeded: too many records of a minute had to be given up.
            DeadLetterTooLarge: a dead letter cannot be written.
            UnreadableRecord: there is a record that the Kafka client cannot read.
        """
        tries = 0
        while not self._stopping.is_set() and self._workers.fatal is None:
            consumer = await join(
                self._membership, self._assignment, health=self._health, stopping=self._stopping
            )
            if consumer is None:
                break
            try:
                with StandstillWatch(self._membership.session_timeout_seconds, self._stood_still):
                    await self._read(consumer)
                tries = 0
            except KafkaError as error:
                tries += 1
                self._health.down(self._membership.job, "the connection broke")
                _log.warning("review_rejoins", error=repr(error))
                await pause(self._stopping, backoff_seconds(min(tries, 5)))
            finally:
                await self._assignment.close()
                await leave(self._membership, consumer)
        await self._workers.drop()
        await self._workers.follow_up(HANDOVER_SECONDS)
        self._health.down(self._membership.job, "stopped")
        if self._workers.fatal is not None:
            raise self._workers.fatal

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        assignment = self._assignment
        attending = asyncio.create_task(self._attend())
        try:
            while not (self._stopping.is_set() or assignment.lost or self._workers.fatal):
                if not assignment.is_taken_over:
                    await assignment.take_over(consumer)
                self._hold_back(consumer)
                # Never cancelled, and under no timeout of ours: aiokafka would not watch over
                # `max_poll_interval_ms` any more.
                room = self._intake.room(self._workers.held)
                async with polling(consumer):
                    batches = await consumer.getmany(timeout_ms=POLL_MILLISECONDS, max_records=room)
                for partition, records in batches.items():
                    await self._admit(consumer, partition, records)
                self._workers.pump()
                self._report_lag(consumer)
            if not assignment.lost:
                await assignment.finish()
        finally:
            attending.cancel()
            await asyncio.wait((attending,))

    def _hold_back(self, consumer: AIOKafkaConsumer) -> None:
        # Said again on every round, because a rebalance forgets what was paused.
        held = self._workers.held
        if self._intake.look(held):
            _log.info("intake_paused" if self._intake.stopped else "intake_resumed", held=held)
        assigned = consumer.assignment()
        is_held = self._intake.stopped or self._workers.paused
        stopped = assigned if is_held else self._without_room()
        consumer.pause(*(stopped & assigned))
        consumer.resume(*((consumer.paused() - stopped) & assigned))

    def _without_room(self) -> set[TopicPartition]:
        return {
            partition
            for partition, owned in self._assignment.open.items()
            if not owned.committer.has_room
        }

    async def _admit(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, records: list[ConsumerRecord]
    ) -> None:
        owned = self._assignment.open.get(partition)
        if owned is None:
            return  # fetched before the gate was opened: the position is set when it is
        for record in records:
            if owned.offsets.begin(record.offset):
                self._workers.admit(partition, source_record(record))
        end = await read_position(consumer, partition, records)
        if self._assignment.open.get(partition) is owned:
            owned.offsets.advance(end)

    def _offer(self, partition: TopicPartition, done: Done) -> None:
        self._assignment.offer(partition, done)

    def _stood_still(self, seconds: float) -> None:
        """Stop at once what runs, until it is known whose the partitions are now."""
        _log.warning("stood_still", seconds=round(seconds, 1))
        self._workers.interrupt()
        self._assignment.lose()

    async def _attend(self) -> None:
        while True:
            await asyncio.sleep(ATTEND_SECONDS)
            try:
                erased = await self._attention.erased_runs(self._workers.run_ids)
                self._workers.abandon(erased)
                numbers = {partition.partition: partition for partition in self._assignment.open}
                for revisit in await self._attention.due_revisits(tuple(numbers)):
                    partition = numbers[revisit.partition]
                    if partition in self._assignment.open:
                        self._workers.admit_revisit(partition, revisit)
                self._workers.pump()
            except Exception as error:  # noqa: BLE001  # the store is away: there is a next time
                _log.warning("attention_waits", error=repr(error))

    def _report_lag(self, consumer: AIOKafkaConsumer) -> None:
        committed = {
            partition: owned.committer.committed.position
            for partition, owned in self._assignment.open.items()
        }
        report_lag(self._health, self._membership.job, consumer, committed)
