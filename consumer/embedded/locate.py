"""Which Kafka to use: the one that is configured, else a container, else our own broker."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from consumer.embedded.jars import KAFKA_VERSION
from consumer.embedded.properties import server_properties
from consumer.embedded.server import HOST, EmbeddedKafka, free_ports

_ASK_SECONDS: Final = 10
_CONTAINER_PORT: Final = 9092

Say = Callable[[str], None]


@contextmanager
def running_kafka(configured: str, *, say: Say) -> Iterator[str]:
    """Yield the bootstrap address of a real Kafka; what we started ends with the block. Blocks.

    Args:
        configured: bootstrap servers from the settings; empty: none.
        say: told, in one line, which Kafka is used.

    Raises:
        EmbeddedKafkaError: our own broker could not be started.
    """
    if configured:
        say(f"Kafka: yours, at {configured}")
        yield configured
    elif docker_answers():
        with _container() as address:
            say(f"Kafka: Apache Kafka {KAFKA_VERSION} in a container, at {address}")
            yield address
    else:
        broker = EmbeddedKafka()
        try:
            broker.start()
            say(f"Kafka: Apache Kafka {KAFKA_VERSION}, started here, {broker.bootstrap_servers}")
            yield broker.bootstrap_servers
        finally:
            broker.close()


@asynccontextmanager
async def kafka_for_use(configured: str, *, say: Say) -> AsyncIterator[str]:
    """Do as `running_kafka` does, without blocking the event loop."""
    kafka = running_kafka(configured, say=say)
    address = await asyncio.to_thread(kafka.__enter__)
    try:
        yield address
    finally:
        await asyncio.shield(asyncio.to_thread(kafka.__exit__, None, None, None))


def docker_answers() -> bool:
    """Tell whether a Docker engine is there; a `docker` client alone is none."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        asked = subprocess.run(  # noqa: S603  # a program found on PATH, no shell
            [docker, "info", "--format", "{{.ServerVersion}}"],
            capture_output=True,
            timeout=_ASK_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


@contextmanager
def _container() -> Iterator[str]:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415  # only with Docker
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415

    # The port is chosen here because the broker must advertise it before it starts.
    port, _ = free_ports()
    text = server_properties(
        host=HOST,
        port=port,
        controller_port=_CONTAINER_PORT + 1,
        log_directory="/var/lib/kafka/data",
    )
    settings = dict(line.split("=", 1) for line in text.splitlines())
    settings["listeners"] = f"PLAINTEXT://0.0.0.0:{_CONTAINER_PORT},CONTROLLER://{HOST}:9093"
    container = DockerContainer(f"apache/kafka:{KAFKA_VERSION}").with_bind_ports(
        _CONTAINER_PORT, port
    )
    for name, value in settings.items():
        container = container.with_env("KAFKA_" + name.upper().replace(".", "_"), value)
    container = container.waiting_for(LogMessageWaitStrategy("Kafka Server started"))
    with container:
        yield f"{HOST}:{port}"
