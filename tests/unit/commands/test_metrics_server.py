"""The consumer's own HTTP server."""

import socket

import pytest

from consumer.commands.metrics_server import HOST, serving_metrics
from consumer.errors import DebriefError
from consumer.stream.health import StreamHealth


async def test_a_port_that_is_taken_is_told_before_any_work_begins() -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(DebriefError, match=f"DEBRIEF_METRICS_PORT: port {port}"):
            async with serving_metrics(StreamHealth(("review",)), port=port):
                pytest.fail("the work began")
