"""The partitions that this process holds: taken over after a rebalance, let go before the next.

aiokafka's callbacks are no barrier, so the gate is our own: what is fetched of a partition that is
not open yet is left alone.
"""

import asyncio
from collections.abc import Collection, Mapping
from functools import partial
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import IllegalStateError
from aiokafka.structs import TopicPartition

from consumer.stream.client import Membership, pause
from consumer.stream.done import Done
from consumer.stream.health import StreamHealth
from consumer.stream.offset_metadata import CommittedState
from consumer.stream.ownership import OwnedPartition, Parts, take_over
from consumer.stream.ports import Attention, Ledger
from consumer.stream.positions import committed_states
from consumer.stream.retry import backoff_seconds
from consumer.stream.work import Workers
from producer.transactions import TransactionalSender

# What making safe and letting go may take after a drain, within the rebalance timeout.
HANDOVER_SECONDS: Final = 5.0

_log = structlog.get_logger(__name__)


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka is untyped
    """Listens to the rebalances of one consumer after another; `lost` wants a new one.

    A partition whose work is held here is owned; one that may take more in is open, too.
    """

    def __init__(
        self,
        membership: Membership,
        workers: Workers,
        *,
        ledger: Ledger,
        attention: Attention,
        health: StreamHealth,
        drain_seconds: float,
        stopping: asyncio.Event,
    ) -> None:
        self._membership = membership
        self._workers = workers
        self._ledger = ledger
        self._attention = attention
        self._health = health
        self._drain_seconds = drain_seconds
        self._stopping = stopping
        self._owned: dict[TopicPartition, OwnedPartition] = {}
        self._open: dict[TopicPartition, OwnedPartition] = {}
        self._generation = 0
        self._taken_over = 0
        self.lost = False

    @property
    def open(self) -> Mapping[TopicPartition, OwnedPartition]:
        """Return the partitions that may take more in."""
        return self._open

    @property
    def is_taken_over(self) -> bool:
        """Tell whether what was assigned last is owned."""
        return self._taken_over == self._generation

    def offer(self, partition: TopicPartition, done: Done) -> None:
        """Take finished work of an owned partition, to make it safe."""
        self._owned[partition].committer.offer(done)

    def lose(self) -> None:
        """Say that a partition's producer is lost, or may be: all is to be taken over anew."""
        self.lost = True

    async def take_over(self, consumer: AIOKafkaConsumer) -> None:
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
            on_lost=self.lose,
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

    async def let_go(self) -> None:
        """Drain and make safe before partitions are taken, within the rebalance timeout.

        Work that the drain did not wait for goes on. It is made safe by this process where it gets
        the partition again, else it is the next owner's.
        """
        self._workers.close_gate()
        budget = self._membership.rebalance_seconds - 2 * HANDOVER_SECONDS
        await self._workers.drain(max(min(self._drain_seconds, budget), 0))
        await self._flush()
        for owned in self._open.values():
            owned.committer.suspend()
        self._open = {}

    async def finish(self) -> None:
        """Wait for what runs, within the drain, and make safe what is done."""
        self._workers.close_gate()
        await self._workers.drain(self._drain_seconds)
        await self._flush()

    async def close(self) -> None:
        """Let every producer go; the work stays, for when the partitions are taken over again."""
        self._workers.close_gate()
        self._open = {}
        self._generation += 1
        await asyncio.gather(*(owned.release() for owned in self._owned.values()))
        self.lost = False

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Let go of everything: a rebalance of aiokafka's is of all partitions (it is eager)."""
        if revoked:
            await self.let_go()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Have the next round take over what is assigned now.

        What runs of the other partitions is stopped before that: their next owner begins at this
        moment, and would ask a model for what is being answered here.
        """
        self._generation += 1
        gone = self._owned.keys() - assigned
        if gone:
            self._workers.interrupt(gone)

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

    async def _forget(self, partition: TopicPartition) -> None:
        owned = self._owned.pop(partition)
        await owned.release()
        await self._workers.drop(partition)
        self._health.forget(self._membership.job, partition.topic, partition.partition)

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
        states = await committed_states(
            self._membership.connection, self._membership.group, {partition}, consumer
        )
        return states[partition]

    async def _flush(self) -> None:
        await asyncio.gather(
            *(owned.committer.flush(HANDOVER_SECONDS) for owned in self._open.values())
        )
