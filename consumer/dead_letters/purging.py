"""Purging: what Kafka can take off a topic, which is a beginning and never a hole.

Kafka deletes records of a partition up to an offset (DeleteRecords, KIP-107). A letter that is
selected but stands behind one that is not cannot go; a tombstone would do nothing, because these
topics are cleaned by time. Readers see nothing below the offset from then on; the brokers free the
bytes with the segments that hold them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from consumer.dead_letters.errors import DeadLettersError
from producer.admin import administering
from producer.connection import KafkaConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """What purging does to one partition: everything before an offset goes.

    `going` is how many selected letters that are, `staying` how many selected ones Kafka cannot
    take off, because `held_by`, the first that is not selected, stands before them.
    """

    partition: TopicPartition
    before_offset: int
    going: int
    staying: int
    held_by: int | None


class PurgePlanner:
    """Sees a partition's letters in order and tells what can go of it; `end` is where it ends."""

    def __init__(self, partition: TopicPartition, *, start: int, end: int) -> None:
        self._partition = partition
        self._start = start
        self._end = end
        self._going = 0
        self._staying = 0
        self._held_by: int | None = None

    def see(self, offset: int, *, selected: bool) -> None:
        """Take the next letter into account."""
        if self._held_by is None and not selected:
            self._held_by = offset
        elif selected and self._held_by is None:
            self._going += 1
        elif selected:
            self._staying += 1

    def plan(self) -> Purge:
        """Return what can go, of what was seen."""
        before = self._end if self._held_by is None else self._held_by
        return Purge(
            partition=self._partition,
            before_offset=before if self._going else self._start,
            going=self._going,
            staying=self._staying,
            held_by=self._held_by,
        )


async def purge(connection: KafkaConnection, plans: Sequence[Purge]) -> Mapping[str, int]:
    """Delete what the plans say, and return how many letters went from each topic.

    Raises:
        DeadLettersError: a broker refuses, or does not answer; run it again.
    """
    gone: dict[str, int] = {}
    try:
        async with administering(connection) as admin:
            for one in plans:
                if one.going:
                    await admin.delete_records({one.partition: RecordsToDelete(one.before_offset)})
                    topic = one.partition.topic
                    gone[topic] = gone.get(topic, 0) + one.going
    except KafkaError as error:
        raise DeadLettersError(f"not everything was purged: {error!r}") from error
    return gone
