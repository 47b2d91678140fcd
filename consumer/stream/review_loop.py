"""Read the triggers: many runs at once, each run in order, every result together with its offset.

The shell around `Workers` and the partitions that this process owns: it polls, takes over, lets go.
"""

import asyncio
from collections.abc import Collection
from functools import partial
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition

from consumer.stream.client import (
    POLL_MILLISECONDS,
    Membership,
    join,
    pause,
    read_position,
    report_lag,
    source_record,
)
from consumer.stream.committer import Done
from consumer.stream.completion import Handler
from consumer.stream.dead_letters import DeadLetterDesk
from consumer.stream.health import StreamHealth
from consumer.stream.offset_metadata import CommittedState
from consumer.stream.ownership import OwnedPartition, Parts, take_over
from consumer.stream.ports import Attention, Ledger
from consumer.stream.positions import committed_state
from consumer.stream.retry import RetryLimits, backoff_seconds
from consumer.stream.standstill import StandstillWatch
from consumer.stream.work import Workers
from producer.transactions import TransactionalSender

# Work held in memory: intake stops at the upper mark and goes on at the lower.
HELD_HIGH: Final = 4096
HELD_LOW: Final = 2048
# What making safe and letting go may take after a drain, within the rebalance timeout.
HANDOVER_SECONDS: Final = 5.0
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
        self._ledger = ledger
        self._attention = attention
        self._health = health
        self._drain_seconds = drain_seconds
        self._stopping = asyncio.Event()
        # All partitions whose work is held here, and those of them that may take more in.
        self._owned: dict[TopicPartition, OwnedPartition] = {}
        self._open: dict[TopicPartition, OwnedPartition] = {}
        self._generation = 0
        self._taken_over = 0
        self._lost = False
        self._full = False
        self._workers = Workers(
            handler,
            dead_letters=dead_letters,
            limits=limits,
            max_in_flight=max_in_flight,
            health=health,
            commit=self._offer,
        )

    def stop(self) -> None:
        """Take nothing more in, drain, make safe what is done, and end `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Review until told to stop; a lost broker is waited for, a lost partition taken anew.

        Raises:
            DeadLetterCeilingExceeded: too many records of a minute had to be given up.
            DeadLetterTooLarge: a dead letter cannot be written.
        """
        tries = 0
        while not self._stopping.is_set() and self._workers.fatal is None:
            consumer = await join(
                self._membership, _Gate(self), health=self._health, stopping=self._stopping
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
                await self._close()
                await consumer.stop()
        await self._workers.drop()
        await self._workers.follow_up(HANDOVER_SECONDS)
        self._health.down(self._membership.job, "stopped")
        if self._workers.fatal is not None:
            raise self._workers.fatal

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        self._lost = False
        attending = asyncio.create_task(self._attend())
        try:
            while not (self._stopping.is_set() or self._lost or self._workers.fatal):
                if self._taken_over != self._generation:
                    await self._take_over(consumer)
                self._hold_back(consumer)
                batches = await consumer.getmany(timeout_ms=POLL_MILLISECONDS, max_records=HELD_LOW)
                for partition, records in batches.items():
                    await self._admit(consumer, partition, records)
                self._workers.pump()
                self._report_lag(consumer)
            if not self._lost:
                await self._finish_up()
        finally:
            attending.cancel()
            await asyncio.wait((attending,))

    async def _take_over(self, consumer: AIOKafkaConsumer) -> None:
        """Own what is assigned now; where another rebalance comes between, the next round does."""
        generation = self._generation
        assigned = consumer.assignment()
        for partition in set(self._owned) - assigned:
            await self._forget(partition)
        parts = Parts(
            sender=self._sender,
            committed=partial(self._committed, consumer),
            ledger=self._ledger,
            on_erased=self._attention.bury,
            on_lost=self._lose,
        )
        tries = 0
        waiting = set(assigned)
        while waiting and generation == self._generation and not self._stopping.is_set():
            order = sorted(waiting)
            results = await asyncio.gather(
                *(self._take(partition, parts) for partition in order), return_exceptions=True
            )
            for partition, error in zip(order, results, strict=True):
                if error is None:
                    waiting.discard(partition)
                elif not isinstance(error, Exception):
                    raise error
                else:
                    _log.warning("takeover_waits", partition=partition.partition, error=repr(error))
            if waiting:
                tries += 1
                self._health.down(self._membership.job, "taking partitions over")
                await pause(self._stopping, backoff_seconds(min(tries, 4)))
        if waiting or generation != self._generation:
            return
        self._go_on(consumer, assigned)
        self._taken_over = generation

    async def _take(self, partition: TopicPartition, parts: Parts) -> None:
        owned, goes_on = await take_over(partition, parts, previous=self._owned.get(partition))
        if not goes_on:
            await self._workers.drop(partition)
        self._owned[partition] = owned

    def _go_on(self, consumer: AIOKafkaConsumer, assigned: Collection[TopicPartition]) -> None:
        try:
            for partition in assigned:
                consumer.seek(partition, self._owned[partition].offsets.read)
        except IllegalStateError:
            return  # taken from us in this very moment; the callback has said so
        self._open = {partition: self._owned[partition] for partition in assigned}
        self._health.up(self._membership.job)
        self._workers.open_gate()

    def _sender(self, partition: TopicPartition) -> TransactionalSender:
        group = self._membership.group
        return TransactionalSender(
            self._membership.connection,
            transactional_id=f"{group}.{partition.topic}.{partition.partition}",
            group=group,
        )

    async def _committed(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition
    ) -> CommittedState:
        return await committed_state(
            self._membership.connection, self._membership.group, partition, consumer
        )

    def _hold_back(self, consumer: AIOKafkaConsumer) -> None:
        # Said again on every round, because a rebalance forgets what was paused.
        held = self._workers.held
        self._full = held >= (HELD_LOW if self._full else HELD_HIGH)
        assigned = consumer.assignment()
        stopped = assigned if self._full or self._workers.paused else self._without_room()
        consumer.pause(*(stopped & assigned))
        consumer.resume(*((consumer.paused() - stopped) & assigned))

    def _without_room(self) -> set[TopicPartition]:
        return {
            partition for partition, owned in self._open.items() if not owned.committer.has_room
        }

    async def _admit(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, records: list[ConsumerRecord]
    ) -> None:
        owned = self._open.get(partition)
        if owned is None:
            return  # fetched before the gate was opened: the position is set when it is
        for record in records:
            if owned.offsets.begin(record.offset):
                self._workers.admit(partition, source_record(record))
        end = await read_position(consumer, partition, records)
        if self._open.get(partition) is owned:
            owned.offsets.advance(end)

    def _offer(self, partition: TopicPartition, done: Done) -> None:
        self._owned[partition].committer.offer(done)

    def _lose(self) -> None:
        self._lost = True

    def _stood_still(self, seconds: float) -> None:
        """Stop at once what runs, until it is known whose the partitions are now."""
        _log.warning("stood_still", seconds=round(seconds, 1))
        self._workers.interrupt()
        self._lose()

    async def _attend(self) -> None:
        while True:
            await asyncio.sleep(ATTEND_SECONDS)
            try:
                erased = await self._attention.erased_runs(self._workers.run_ids)
                self._workers.abandon(erased)
                numbers = {partition.partition: partition for partition in self._open}
                for revisit in await self._attention.due_revisits(tuple(numbers)):
                    partition = numbers[revisit.partition]
                    if partition in self._open:
                        self._workers.admit_revisit(partition, revisit)
                self._workers.pump()
            except Exception as error:  # noqa: BLE001  # the store is away: there is a next time
                _log.warning("attention_waits", error=repr(error))

    def _report_lag(self, consumer: AIOKafkaConsumer) -> None:
        committed = {
            partition: owned.committer.committed.position for partition, owned in self._open.items()
        }
        report_lag(self._health, self._membership.job, consumer, committed)

    async def _finish_up(self) -> None:
        self._workers.close_gate()
        await self._workers.drain(self._drain_seconds)
        await self._flush()

    async def _flush(self) -> None:
        await asyncio.gather(
            *(owned.committer.flush(HANDOVER_SECONDS) for owned in self._open.values())
        )

    async def _close(self) -> None:
        """Let every producer go; the work stays, for when the partitions are taken over again."""
        self._workers.close_gate()
        self._open = {}
        self._generation += 1
        await asyncio.gather(*(owned.release() for owned in self._owned.values()))

    async def _forget(self, partition: TopicPartition) -> None:
        owned = self._owned.pop(partition)
        await owned.release()
        await self._workers.drop(partition)
        self._health.forget(self._membership.job, partition.topic, partition.partition)

    async def let_go(self) -> None:
        """Drain and make safe before partitions are taken, within the rebalance timeout."""
        self._workers.close_gate()
        budget = self._membership.rebalance_seconds - 2 * HANDOVER_SECONDS
        await self._workers.drain(max(min(self._drain_seconds, budget), 0))
        await self._flush()
        for owned in self._open.values():
            owned.committer.suspend()
        self._open = {}

    def reassign(self) -> None:
        """Have the next round take over what is assigned now."""
        self._generation += 1


class _Gate(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Closes the loop's own gate around a rebalance; aiokafka's callbacks are no barrier."""

    def __init__(self, loop: ReviewLoop) -> None:
        self._loop = loop

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        if revoked:
            await self._loop.let_go()

    async def on_partitions_assigned(self, _assigned: set[TopicPartition]) -> None:
        self._loop.reassign()
