"""What is wrong with a topic's settings, as the brokers tell them. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from producer.topic_plans import DAY_MS, TopicPlan
from schemas.topics import Topics

Settings = Mapping[str, str]
_FOR_EVER: Final = -1


def faults_of(topic: TopicPlan, found: Settings) -> Iterator[str]:
    """Tell what one topic has other than planned, where that matters, a line each."""
    policy, wanted = found.get("cleanup.policy", "unknown"), topic.config["cleanup.policy"]
    if policy != wanted:
        yield (
            f"{topic.name} has cleanup.policy={policy}, it should be {wanted}: "
            "change it with kafka-configs"
        )
    if topic.retention_is_promised and topic.retention_ms is not None:
        kept_ms = int(found.get("retention.ms", _FOR_EVER))
        if kept_ms == _FOR_EVER or kept_ms > topic.retention_ms:
            kept = "for ever" if kept_ms == _FOR_EVER else f"for {kept_ms / DAY_MS:g} days"
            yield (
                f"{topic.name} keeps dead letters {kept}, an erased person's text too, and "
                f"DEBRIEF_DLQ_RETENTION_DAYS says {topic.retention_ms / DAY_MS:g}: "
                f"set retention.ms={topic.retention_ms} with kafka-configs"
            )


def small_dead_letter_topics(topics: Topics, found: Mapping[str, Settings]) -> Iterator[str]:
    """Tell which dead-letter topics do not take all that their input takes, a line each."""
    for name in topics.inputs:
        limits = [
            int(found.get(one, {}).get("max.message.bytes", 0)) for one in (name, topics.dlq(name))
        ]
        if all(limits) and limits[1] <= limits[0]:
            yield (
                f"{topics.dlq(name)} takes records of {limits[1]} bytes and {name} of {limits[0]}: "
                "a dead letter is its original and more, so raise its max.message.bytes"
            )
