"""What a handler may tell the stream about a record, and what stops the stream.

StreamError
├── RetryLater                   try this record again after a while
├── ProviderOutage               no provider answers: pause the whole stream
├── Rejected                     this record can never succeed: dead letter
├── UnreadableRecord             a record that the Kafka client cannot read at all: stop
├── DeadLetterTooLarge           a dead-letter topic takes less than its input topic: stop
└── DeadLetterCeilingExceeded    too many dead letters a minute: stop and say so
"""

from consumer.errors import DebriefError
from producer.records import SourceRecord
from schemas.errors import ErrorKind


class StreamError(DebriefError):
    """The root of this package's errors."""


class RetryLater(StreamError):  # noqa: N818  # an instruction to the stream
    """Try the record again after `delay_seconds`.

    `waiting=True` says that nothing failed and something is only not there yet; such a try does
    not count towards the limit of attempts.
    """

    def __init__(self, delay_seconds: float, message: str = "", *, waiting: bool = False) -> None:
        super().__init__(message or f"again in {delay_seconds:g} s")
        self.delay_seconds = delay_seconds
        self.waiting = waiting


class ProviderOutage(StreamError):  # noqa: N818  # the state of the world, not of a record
    """No model provider answers; start nothing for `pause_seconds`, then try again."""

    def __init__(self, pause_seconds: float, message: str = "") -> None:
        super().__init__(message or f"no provider answers; pausing {pause_seconds:g} s")
        self.pause_seconds = pause_seconds


class Rejected(StreamError):  # noqa: N818  # a verdict on the record
    """The record can never succeed; `kind` becomes the dead letter's `debrief-error-kind`."""

    def __init__(self, kind: ErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class UnreadableRecord(StreamError):  # noqa: N818  # what an operator has to mend
    """A record cannot be read by the Kafka client, so it cannot be set aside either."""

    def __init__(self, places: str) -> None:
        super().__init__(
            "a record has a header whose name is no UTF-8, and the Kafka client cannot read it: it "
            f"is the first such at or after {places}. Nothing is lost: stop every consumer, move "
            "the group past it (kafka-consumer-groups --reset-offsets), and start again"
        )


class DeadLetterTooLarge(StreamError):  # noqa: N818  # what an operator has to mend
    """The dead-letter topic refuses a record that its input topic took."""

    def __init__(self, record: SourceRecord) -> None:
        super().__init__(
            f"the dead-letter topic of {record.topic} refuses a record for its size (partition "
            f"{record.partition}, offset {record.offset}): raise its max.message.bytes above that "
            f"of {record.topic}. Nothing is lost: the record is read again"
        )


class DeadLetterCeilingExceeded(StreamError):  # noqa: N818  # named as operators will search it
    """More records failed in a minute than are allowed to: something bigger is wrong."""

    def __init__(self, limit_per_minute: int) -> None:
        super().__init__(
            f"more than {limit_per_minute} dead letters in a minute (DEBRIEF_DLQ_MAX_PER_MINUTE): "
            "stopped so that a systematic fault does not empty the topics. Nothing is lost; fix "
            "the cause, or raise the limit, and start again."
        )
