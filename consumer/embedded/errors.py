"""What can go wrong with the Kafka that we start ourselves.

EmbeddedKafkaError
├── JavaNotFoundError     no Java of at least version 17, and none bundled for this machine
├── JarsError             the jars could not be had, or are not the ones we know
└── BrokerError           the broker did not start, or died; the message ends with its log
"""

from consumer.errors import DebriefError


class EmbeddedKafkaError(DebriefError):
    """The root of this package's errors."""


class JavaNotFoundError(EmbeddedKafkaError):
    """No usable Java was found."""


class JarsError(EmbeddedKafkaError):
    """Kafka's jars could not be had, or their checksums are wrong."""


class BrokerError(EmbeddedKafkaError):
    """The broker did not start, did not answer, or died."""
