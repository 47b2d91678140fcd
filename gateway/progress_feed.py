"""`review.progress` into the hub: only what happens now, nothing is kept."""

from collections.abc import Iterable

from aiokafka import ConsumerRecord

from gateway import frames
from gateway.hub import Hub
from gateway.metrics import Metrics
from gateway.reading import MAX_RECORDS, POLL_MS, open_consumer, report_unreadable, resolver_for
from gateway.records import Unreadable, read_progress
from producer.connection import KafkaConnection
from producer.disconnecting import stop_consumer
from schemas.wire import SchemaResolver, WriterSchemas

OVER_PHASES = frozenset({"ready", "failed"})


class ProgressFeed:
    """Reads the steps from now on and hands them to their user's connections."""

    def __init__(
        self,
        *,
        connection: KafkaConnection,
        topic: str,
        hub: Hub,
        metrics: Metrics,
        writers: WriterSchemas | None = None,
    ) -> None:
        self._connection = connection
        self._topic = topic
        self._hub = hub
        self._metrics = metrics
        self._writers = writers

    async def read(self) -> None:
        """Read for ever; raises whatever is away, to be called again.

        Raises:
            KafkaError, OSError: the brokers are away.
        """
        consumer = open_consumer(self._connection, self._topic, auto_offset_reset="latest")
        try:
            await consumer.start()
            while True:
                fetched = await consumer.getmany(timeout_ms=POLL_MS, max_records=MAX_RECORDS)
                for records in fetched.values():
                    self.take(records, await resolver_for(self._writers, records))
        finally:
            await stop_consumer(consumer)

    def take(
        self, records: Iterable[ConsumerRecord], resolver: SchemaResolver | None = None
    ) -> None:
        """Hand over what records say."""
        for record in records:
            step = read_progress(record, resolver)
            if isinstance(step, Unreadable):
                report_unreadable([step], self._metrics)
                continue
            over = step.phase in OVER_PHASES
            self._hub.progress(step.user_id, frames.progress(step), over=over)
