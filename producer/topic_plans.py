"""What each topic must look like. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from producer.sender import MAX_REQUEST_BYTES
from schemas.topics import Topics

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
INPUT_RETENTION_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlan:
    """One topic as it should be; `retention_ms` None: kept by key, not by time.

    `max_bytes` None leaves the size of a record to the broker's own limit. Where
    `retention_is_promised`, nothing may stand in it for longer.
    """

    name: str
    retention_ms: int | None
    max_bytes: int | None = None
    retention_is_promised: bool = False

    @property
    def config(self) -> Mapping[str, str]:
        """Return the broker settings of the topic."""
        config = {"cleanup.policy": "compact"}
        if self.retention_ms is not None:
            config = {"cleanup.policy": "delete", "retention.ms": str(self.retention_ms)}
        if self.max_bytes is not None:
            config["max.message.bytes"] = str(self.max_bytes)
        return config


def plan(topics: Topics, *, dlq_retention_days: float) -> tuple[TopicPlan, ...]:
    """Return every topic that Debrief reads or writes, as it should be."""
    by_time = (*topics.contexts, topics.scenario_completed)
    dlq_ms = int(dlq_retention_days * DAY_MS)
    return (
        *(TopicPlan(name=name, retention_ms=INPUT_RETENTION_MS) for name in by_time),
        TopicPlan(name=topics.user_erased, retention_ms=None),
        TopicPlan(name=topics.review_progress, retention_ms=HOUR_MS),
        TopicPlan(name=topics.review_ready, retention_ms=None, max_bytes=MAX_REQUEST_BYTES),
        # A dead letter is its original and more, so it may be larger than any input.
        *(
            TopicPlan(
                name=topics.dlq(name),
                retention_ms=dlq_ms,
                max_bytes=MAX_REQUEST_BYTES,
                retention_is_promised=True,
            )
            for name in topics.inputs
        ),
    )


def ledger_plan(topics: Topics) -> TopicPlan:
    """Return the topic that remembers which dead letters were redriven; made when first needed."""
    return TopicPlan(name=topics.dead_letters_redriven, retention_ms=None)
