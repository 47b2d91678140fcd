"""The topics: what each must look like, making those that lack, checking those that are there."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    KafkaError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)
from aiokafka.protocol.metadata import MetadataRequest

from producer.admin import administering
from producer.connection import KafkaConnection
from producer.errors import TopicsError
from producer.sender import MAX_REQUEST_BYTES
from schemas.topics import Topics

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
INPUT_RETENTION_MS = 7 * DAY_MS
USUAL_REPLICAS = 3
USUAL_PARTITIONS = 6
LOOKS = 200
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlan:
    """One topic as it should be; `retention_ms` None: kept by key, not by time.

    `max_bytes` None leaves the size of a record to the broker's own limit.
    """

    name: str
    retention_ms: int | None
    max_bytes: int | None = None

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
            TopicPlan(name=topics.dlq(name), retention_ms=dlq_ms, max_bytes=MAX_REQUEST_BYTES)
            for name in topics.inputs
        ),
    )


def ledger_plan(topics: Topics) -> TopicPlan:
    """Return the topic that remembers which dead letters were redriven; made when first needed."""
    return TopicPlan(name=topics.dead_letters_redriven, retention_ms=None)


async def create_topics(
    connection: KafkaConnection,
    wanted: tuple[TopicPlan, ...],
    *,
    partitions: int = USUAL_PARTITIONS,
    replication: int | None = None,
) -> tuple[str, ...]:
    """Make the topics that are missing and return their names; the others stay as they are.

    `replication` None: three, or as many as there are brokers.

    Raises:
        TopicsError: no broker answers, or it refuses.
    """
    try:
        async with administering(connection) as admin:
            present = set(await admin.list_topics())
            brokers = len((await admin.describe_cluster())["brokers"])
            replicas = replication or min(USUAL_REPLICAS, brokers)
            missing = [topic for topic in wanted if topic.name not in present]
            if not missing:
                return ()
            response = await admin.create_topics(
                [
                    NewTopic(
                        name=topic.name,
                        num_partitions=partitions,
                        replication_factor=replicas,
                        topic_configs=dict(topic.config),
                    )
                    for topic in missing
                ]
            )
            made = _made(response.topic_errors)
            await _until_seen(admin, made)
    except KafkaError as error:
        raise TopicsError(f"the topics could not be made: {error!r}") from error
    return made


async def check_topics(
    connection: KafkaConnection, wanted: tuple[TopicPlan, ...], *, topics: Topics
) -> tuple[str, ...]:
    """Return what is wrong with the topics, a line each; empty: all is well.

    Raises:
        TopicsError: no broker answers.
    """
    try:
        async with administering(connection) as admin:
            present = set(await admin.list_topics())
            problems = await _unseen(admin, [topic.name for topic in wanted])
            there = [topic for topic in wanted if topic.name in present]
            problems += await _wrong_policies(admin, there)
            problems += await _unlike_partitions(admin, present, topics)
    except KafkaError as error:
        raise TopicsError(f"the topics could not be checked: {error!r}") from error
    return tuple(problems)


async def unseen_topics(connection: KafkaConnection, names: Collection[str]) -> tuple[str, ...]:
    """Return which of these topics are not there or may not be seen, a line each.

    It never makes a topic, also where brokers make what is asked for.

    Raises:
        TopicsError: no broker answers.
    """
    try:
        async with administering(connection) as admin:
            return tuple(await _unseen(admin, names))
    except KafkaError as error:
        raise TopicsError(f"the topics could not be looked at: {error!r}") from error


def _made(topic_errors: list[tuple[str, int, str | None]]) -> tuple[str, ...]:
    made = []
    for name, code, message, *_ in topic_errors:
        kind = for_code(code)
        if code == 0:
            made.append(name)
        elif kind is not TopicAlreadyExistsError:  # another `topics create` may have been faster
            raise TopicsError(f"{name} was refused: {message or kind.__name__}")
    return tuple(made)


async def _until_seen(admin: AIOKafkaAdminClient, made: tuple[str, ...]) -> None:
    # A broker answers for new topics a little before it lists them.
    for _ in range(LOOKS):
        if set(made) <= set(await admin.list_topics()):
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise TopicsError(
        "the topics were made, but the brokers do not list them yet: check again (a login that may "
        "not describe them never sees them)"
    )


async def _unseen(admin: AIOKafkaAdminClient, names: Collection[str]) -> list[str]:
    absent = sorted(set(names) - set(await admin.list_topics()))
    if not absent:
        return []
    # A list leaves out what this login may not see; asked for by its name, the brokers say so. Not
    # by `describe_topics`: brokers that make topics by themselves would make these.
    request = MetadataRequest(absent, allow_auto_topic_creation=False)
    answer = (await admin._send_request(request)).to_object()  # noqa: SLF001  # no public way
    refused = {
        topic["topic"]
        for topic in answer["topics"]
        if topic["error_code"] == TopicAuthorizationFailedError.errno
    }
    return [
        f"{name} may not be seen by this login: allow it to describe the topic"
        if name in refused
        else f"{name} is missing: run `debrief topics create`"
        for name in absent
    ]


async def _wrong_policies(admin: AIOKafkaAdminClient, there: list[TopicPlan]) -> list[str]:
    if not there:
        return []
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in there]
    found = {
        name: entry[1]
        for response in await admin.describe_configs(asked)
        for _, _, _, name, entries in response.resources
        for entry in entries
        if entry[0] == "cleanup.policy"
    }
    return [
        f"{topic.name} has cleanup.policy={found[topic.name]}, "
        f"it should be {topic.config['cleanup.policy']}: change it with kafka-configs"
        if topic.name in found
        else f"{topic.name}: its cleanup.policy may not be read by this login: allow it to "
        "describe the topic's configs"
        for topic in there
        if found.get(topic.name) != topic.config["cleanup.policy"]
    ]


async def _unlike_partitions(
    admin: AIOKafkaAdminClient, present: set[str], topics: Topics
) -> list[str]:
    outputs = [name for name in topics.outputs if name in present]
    if len(outputs) < 2:
        return []
    counts = {t["topic"]: len(t["partitions"]) for t in await admin.describe_topics(outputs)}
    if len(set(counts.values())) == 1:
        return []
    told = ", ".join(f"{name} has {count} partitions" for name, count in counts.items())
    return [f"{told}: both must have as many, because a user's events share one partition number"]
