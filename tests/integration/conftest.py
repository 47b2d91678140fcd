"""The real servers that the integration tests share: started once, for the session."""

import os
import sys
from collections.abc import Iterator

import pytest

from consumer.embedded.locate import running_kafka


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """Return a real Kafka's address: DEBRIEF_KAFKA_BOOTSTRAP_SERVERS, a container, or our own."""
    configured = os.environ.get("DEBRIEF_KAFKA_BOOTSTRAP_SERVERS", "")
    with running_kafka(configured, say=lambda line: print(line, file=sys.stderr)) as address:  # noqa: T201  # pytest shows it
        yield address
