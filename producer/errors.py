"""The producer's error tree.

ProducerError
├── SendFailedError        not acknowledged; retry
├── RecordTooLargeError    over the broker's limit; reject
├── ArcFileError           a line of a recorded arc is wrong; the message names file, line, field
└── TopicsError            the topics could not be made or looked at
"""


class ProducerError(Exception):
    """The root of every error this package raises on purpose."""


class SendFailedError(ProducerError):
    """The brokers did not acknowledge; nothing is known to be written; retry."""


class RecordTooLargeError(ProducerError):
    """The record is over the limit of the producer or the broker; no retry will help."""


class ArcFileError(ProducerError):
    """A line of a recorded arc is wrong; the message names the file, the line and the field."""


class TopicsError(ProducerError):
    """The topics could not be made or looked at."""
