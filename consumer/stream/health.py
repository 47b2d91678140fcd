"""What an operator sees of the consumer: metrics, and whether it is alive and ready."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge
from prometheus_client.exposition import generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


class StreamHealth:
    """Counters and gauges of one consumer process; `jobs` are what must be connected to be ready.

    Each instance has a registry of its own, so that several may live in one process.
    """

    def __init__(self, jobs: tuple[str, ...]) -> None:
        self.registry = CollectorRegistry()
        self._ready = dict.fromkeys(jobs, False)
        self._why = dict.fromkeys(jobs, "starting")
        self._lag = Gauge(
            "debrief_consumer_lag_records",
            "Records between the committed position and the end of the partition.",
            ("job", "topic", "partition"),
            registry=self.registry,
        )
        self._in_flight = Gauge(
            "debrief_reviews_in_flight", "Reviews being written now.", registry=self.registry
        )
        self._waiting = Gauge(
            "debrief_reviews_waiting",
            "Runs that wait for context or for another try, holding no slot.",
            registry=self.registry,
        )
        self._held = Gauge(
            "debrief_records_held",
            "Triggers in memory in any state; intake stops at 4096 and goes on below 2048.",
            registry=self.registry,
        )
        self._paused = Gauge(
            "debrief_stream_paused", "1 while no provider answers.", registry=self.registry
        )
        self._records = Counter(
            "debrief_records_done", "Records whose work is done.", ("job",), registry=self.registry
        )
        self._retries = Counter(
            "debrief_retries", "Failed tries that are tried again.", registry=self.registry
        )
        self._dead_letters = Counter(
            "debrief_dead_letters", "Dead letters.", ("topic", "kind"), registry=self.registry
        )

    def up(self, job: str) -> None:
        """Say that a job is connected and reads."""
        self._ready[job] = True
        self._why[job] = "ok"

    def down(self, job: str, why: str) -> None:
        """Say that a job does not read, and why."""
        self._ready[job] = False
        self._why[job] = why

    def lag(self, job: str, topic: str, partition: int, records: int) -> None:
        """Set how far a partition is behind."""
        self._lag.labels(job, topic, str(partition)).set(max(records, 0))

    def forget(self, job: str, topic: str, partition: int) -> None:
        """Drop the figures of a partition that is no longer ours."""
        if (job, topic, str(partition)) in self._lag._metrics:  # noqa: SLF001  # no public way to ask
            self._lag.remove(job, topic, str(partition))

    def work(self, *, held: int, in_flight: int, waiting: int, paused: bool) -> None:
        """Set what the review job is doing."""
        self._held.set(held)
        self._in_flight.set(in_flight)
        self._waiting.set(waiting)
        self._paused.set(int(paused))

    def done(self, job: str, records: int) -> None:
        """Count records whose work is done."""
        self._records.labels(job).inc(records)

    def retried(self) -> None:
        """Count a try that failed and will be made again."""
        self._retries.inc()

    def dead_lettered(self, topic: str, kind: str) -> None:
        """Count a dead letter."""
        self._dead_letters.labels(topic, kind).inc()

    @property
    def ready(self) -> bool:
        """Tell whether every job reads."""
        return all(self._ready.values())

    @property
    def reasons(self) -> dict[str, str]:
        """Return, for each job, `ok` or why it does not read."""
        return dict(self._why)


def health_app(health: StreamHealth) -> Starlette:
    """Return the app for METRICS_PORT: `/metrics`, `/healthz`, `/readyz`."""

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(health.registry), media_type=CONTENT_TYPE_LATEST)

    async def alive(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_: Request) -> Response:
        return JSONResponse(
            {"ready": health.ready, "jobs": health.reasons},
            status_code=200 if health.ready else 503,
        )

    return Starlette(
        routes=[Route("/metrics", metrics), Route("/healthz", alive), Route("/readyz", ready)]
    )
