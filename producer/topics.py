"""The topics: making those that lack, checking those that are there."""

import asyncio
from collections.abc import Collection

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    KafkaError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.protocol.metadata import MetadataRequest

from producer.admin import administering
from producer.connection import KafkaConnection
from producer.errors import TopicsError
from producer.topic_faults import faults_of, small_dead_letter_topics
from producer.topic_plans import TopicPlan, ledger_plan
from schemas.topics import Topics

USUAL_REPLICAS = 3
USUAL_PARTITIONS = 6
LOOKS = 200
LOOK_SECONDS = 0.05


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
            # The ledger is made when it is first needed, so it may be missing, but not be wrong.
            there = [t for t in (*wanted, ledger_plan(topics)) if t.name in present]
            problems += await _wrong_settings(admin, there, topics)
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
    # Not by `describe_topics`: brokers that make topics by themselves would make these. And a list
    # of all topics leaves out, without a word, what this login may not see.
    request = MetadataRequest(list(names), allow_auto_topic_creation=False)
    answer = (await admin._send_request(request)).to_object()  # noqa: SLF001  # no public way
    found = {topic["topic"]: for_code(topic["error_code"]) for topic in answer["topics"]}
    problems = []
    for name in names:
        if found[name] is TopicAuthorizationFailedError:
            problems.append(f"{name} may not be seen by this login: allow it to describe the topic")
        elif found[name] is UnknownTopicOrPartitionError:
            problems.append(f"{name} is missing: run `debrief topics create`")
    return problems


async def _wrong_settings(
    admin: AIOKafkaAdminClient, there: list[TopicPlan], topics: Topics
) -> list[str]:
    if not there:
        return []
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in there]
    found: dict[str, dict[str, str]] = {
        name: {entry[0]: entry[1] for entry in entries}
        for response in await admin.describe_configs(asked)
        for code, _, _, name, entries in response.resources
        if not code
    }
    problems = [
        f"{topic.name}: its settings may not be read by this login: allow it to describe the "
        "topic's configs"
        for topic in there
        if topic.name not in found
    ]
    problems += [fault for t in there if t.name in found for fault in faults_of(t, found[t.name])]
    return [*problems, *small_dead_letter_topics(topics, found)]


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
