"""Three combined brokers on this machine: replication factor 3, two in sync at least."""

import asyncio
import uuid
from collections.abc import Collection
from pathlib import Path
from typing import Final

from consumer.embedded.server import HOST, EmbeddedKafka, free_ports

NODES: Final = 3
TOPIC_CONFIG: Final = {"min.insync.replicas": "2"}


class ThreeBrokers:
    """A quorum that survives the loss of one node; `nodes` can be killed and started one by one."""

    def __init__(self, folder: Path) -> None:
        ports = [free_ports() for _ in range(NODES)]
        voters = ",".join(
            f"{number}@{HOST}:{controller}" for number, (_, controller) in enumerate(ports, 1)
        )
        shared = {
            "controller.quorum.voters": voters,
            "offsets.topic.replication.factor": "3",
            "transaction.state.log.replication.factor": "3",
            "transaction.state.log.min.isr": "2",
            "default.replication.factor": "3",
            "min.insync.replicas": "2",
            "replica.lag.time.max.ms": "5000",
        }
        cluster_id = uuid.uuid4().hex[:22]
        self.nodes = [
            EmbeddedKafka(
                data_directory=folder / f"node-{number}",
                overrides=shared | {"node.id": str(number)},
                ports=pair,
                cluster_id=cluster_id,
            )
            for number, pair in enumerate(ports, 1)
        ]

    @property
    def bootstrap(self) -> str:
        return ",".join(node.bootstrap_servers for node in self.nodes)

    async def start(self, nodes: Collection[EmbeddedKafka] | None = None) -> None:
        """Start these nodes (all) at once, and wait until each answers."""
        wanted = self.nodes if nodes is None else nodes
        await asyncio.gather(*(asyncio.to_thread(node.start) for node in wanted))

    async def kill(self, nodes: Collection[EmbeddedKafka] | None = None) -> None:
        """Kill these nodes (all), as a crash would."""
        wanted = self.nodes if nodes is None else nodes
        await asyncio.gather(*(asyncio.to_thread(node.kill) for node in wanted))

    async def close(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(node.close) for node in self.nodes))
