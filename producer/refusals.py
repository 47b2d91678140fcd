"""Whether brokers did not answer, or answered that this login may not do what it asked."""

from typing import Final

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

REFUSALS: Final = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)


def why_not_connected(error: KafkaError) -> str:
    """Return what stopped a client from starting, as the head of a message."""
    if isinstance(error, REFUSALS):
        return f"the brokers refuse this login: {error!r}"
    return f"no broker answers: {error}"
