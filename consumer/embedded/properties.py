"""The settings of our own broker: one node, loopback only, small and quick.

Pure: values in, the text of `server.properties` out.
"""

from collections.abc import Mapping

_SMALL_AND_QUICK = {
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    "log.cleaner.dedupe.buffer.size": "2097152",
    "log.cleaner.backoff.ms": "200",
    "log.index.size.max.bytes": "1048576",
    "broker.heartbeat.interval.ms": "200",
    "broker.session.timeout.ms": "3000",
    "controller.quorum.election.timeout.ms": "300",
    "controller.quorum.fetch.timeout.ms": "1000",
    # A mistyped topic must be an error here as in production.
    "auto.create.topics.enable": "false",
}


def server_properties(
    *,
    host: str,
    port: int,
    controller_port: int,
    log_directory: str,
    overrides: Mapping[str, str] | None = None,
) -> str:
    """Return the text of `server.properties` for a combined broker and controller.

    `overrides` win over every setting here, by their Kafka names.
    """
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{host}:{controller_port}",
        "listeners": f"PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{host}:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": log_directory.replace("\\", "\\\\"),
        **_SMALL_AND_QUICK,
        **(overrides or {}),
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())
