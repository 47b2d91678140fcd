"""The producer's error tree.

ProducerError
├── SendFailedError        not acknowledged; retry
├── RecordTooLargeError    over the broker's limit; reject
├── NoKeyRefusedError      a record without a key, refused as a compacted topic does; reject
├── FencedError            another process owns the input partition; drop the work
├── UncertainCommitError   a transaction may or may not have happened; start anew and look
├── ArcFileError           a line of a recorded arc is wrong; the message names file, line, field
├── TopicsError            the topics could not be made or looked at
├── LedgerError            the ledger of redriven dead letters holds what we did not write
└── RedriveTakenOverError  another redrive has begun; this one can write nothing any more
"""

from producer.records import OutputRecord


class ProducerError(Exception):
    """The root of every error this package raises on purpose."""


class SendFailedError(ProducerError):
    """The brokers did not acknowledge; nothing is known to be written; retry."""


class RecordTooLargeError(ProducerError):
    """The record is over the limit of the producer or the broker; no retry will help.

    `record` is the one that was found too large, None where only the broker knows.
    """

    def __init__(self, message: str, *, record: OutputRecord | None = None) -> None:
        super().__init__(message)
        self.record = record


class NoKeyRefusedError(ProducerError):
    """A topic refused a record without a key, as a compacted one does; no retry will help."""


class FencedError(ProducerError):
    """Another process owns the input partition now: nothing of ours can be published there."""


class UncertainCommitError(ProducerError):
    """It is not known whether a transaction was committed; the partition's next owner will know."""


class ArcFileError(ProducerError):
    """A line of a recorded arc is wrong; the message names the file, the line and the field."""


class TopicsError(ProducerError):
    """The topics could not be made or looked at."""


class LedgerError(ProducerError):
    """An entry of the ledger cannot be read, so nobody knows what was redriven; look at it."""


class RedriveTakenOverError(ProducerError):
    """Another redrive of these topics has begun meanwhile, and goes on by itself."""
