"""`debrief topics create` and `debrief topics check`."""

import asyncio
import sys

from consumer.settings import KafkaSettings, load_settings
from producer.topic_plans import ledger_plan, plan
from producer.topics import check_topics, create_topics
from schemas.topics import Topics


def run_topics_create(*, partitions: int, replication: int | None) -> None:
    """Make what is missing and print it; raises TopicsError."""
    settings = load_settings(KafkaSettings)
    topics = Topics.with_prefix(settings.topic_prefix)
    wanted = (
        *plan(topics, dlq_retention_days=settings.dlq_retention_days),
        ledger_plan(topics),
    )
    made = asyncio.run(
        create_topics(settings.kafka, wanted, partitions=partitions, replication=replication)
    )
    for name in made:
        sys.stdout.write(f"made {name}\n")
    sys.stdout.write(f"{len(made)} made, {len(wanted) - len(made)} were there\n")


def run_topics_check() -> bool:
    """Print what is wrong with the topics; True where nothing is; raises TopicsError."""
    settings = load_settings(KafkaSettings)
    topics = Topics.with_prefix(settings.topic_prefix)
    wanted = plan(topics, dlq_retention_days=settings.dlq_retention_days)
    problems = asyncio.run(check_topics(settings.kafka, wanted, topics=topics))
    for problem in problems:
        sys.stdout.write(problem + "\n")
    if not problems:
        sys.stdout.write(f"all {len(wanted)} topics are as they should be\n")
    return not problems
