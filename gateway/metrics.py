"""What the gateway counts, in a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    """The gateway's figures for Prometheus; none carries a user's id."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.connections = Gauge(
            "debrief_gateway_connections", "Open connections", ["kind"], registry=self.registry
        )
        self.sent = Counter("debrief_gateway_frames_sent", "Frames sent", registry=self.registry)
        self.closed = Counter(
            "debrief_gateway_closed", "Connections closed by us", ["code"], registry=self.registry
        )
        self.refused = Counter(
            "debrief_gateway_refused", "Requests refused", ["reason"], registry=self.registry
        )
        self.resumed = Counter(
            "debrief_gateway_resumed",
            "Resumptions asked for",
            ["recovered"],
            registry=self.registry,
        )
        self.acknowledged = Counter(
            "debrief_gateway_acknowledged", "Positions acknowledged", registry=self.registry
        )
        self.unreadable = Counter(
            "debrief_gateway_unreadable_records", "Records not understood", registry=self.registry
        )

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self.registry)
