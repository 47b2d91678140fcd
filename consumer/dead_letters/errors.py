"""The error tree of the dead-letter tools.

DeadLettersError          Kafka refused, or does not answer; the message says what
└── NoSuchLetterError     there is no dead letter at that place (any more)
"""

from consumer.errors import DebriefError


class DeadLettersError(DebriefError):
    """The dead letters could not be read or taken off."""


class NoSuchLetterError(DeadLettersError):
    """There is no dead letter at that place: never was, or its time is over."""
