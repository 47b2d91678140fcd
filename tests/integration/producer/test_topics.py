"""Topics on a real Kafka: made once, and told where they are not as they should be."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from producer.connection import KafkaConnection
from producer.errors import TopicsError
from producer.topic_plans import TopicPlan, plan
from producer.topics import check_topics, create_topics
from schemas.topics import Topics

pytestmark = pytest.mark.kafka

LOOKS = 200


@pytest.fixture
def connection(kafka_bootstrap: str) -> KafkaConnection:
    return KafkaConnection(bootstrap_servers=kafka_bootstrap)


@pytest.fixture
async def admin(connection: KafkaConnection) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(**connection.client_kwargs())
    await client.start()
    yield client
    await client.close()


@pytest.fixture
def topics() -> Topics:
    return Topics.with_prefix(f"t{uuid.uuid4().hex[:8]}.")


async def test_topics_are_made_once_and_then_all_is_well(
    connection: KafkaConnection, topics: Topics
) -> None:
    wanted = plan(topics, dlq_retention_days=7)

    made = await create_topics(connection, wanted, partitions=2)

    assert sorted(made) == sorted(topic.name for topic in wanted)
    assert await create_topics(connection, wanted, partitions=2) == ()
    assert await check_topics(connection, wanted, topics=topics) == ()


async def test_the_plan_reaches_the_broker(
    connection: KafkaConnection, topics: Topics, admin: AIOKafkaAdminClient
) -> None:
    wanted = plan(topics, dlq_retention_days=2)
    await create_topics(connection, wanted, partitions=3)

    (described,) = await admin.describe_topics([topics.review_ready])
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in wanted]
    found = {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for response in await admin.describe_configs(asked)
        for resource in response.resources
    }

    assert len(described["partitions"]) == 3
    for topic in wanted:
        assert {key: found[topic.name][key] for key in topic.config} == topic.config


async def test_only_what_is_missing_is_made(connection: KafkaConnection, topics: Topics) -> None:
    wanted = plan(topics, dlq_retention_days=7)
    await create_topics(connection, wanted[:3], partitions=1)

    made = await create_topics(connection, wanted, partitions=1)

    assert sorted(made) == sorted(topic.name for topic in wanted[3:])


async def test_what_is_missing_is_told(connection: KafkaConnection, topics: Topics) -> None:
    wanted = plan(topics, dlq_retention_days=7)

    problems = await check_topics(connection, wanted, topics=topics)

    assert sorted(problems) == sorted(
        f"{topic.name} is missing: run `debrief topics create`" for topic in wanted
    )


async def test_a_wrong_policy_and_unlike_partitions_are_told(
    connection: KafkaConnection, topics: Topics, admin: AIOKafkaAdminClient
) -> None:
    wanted = plan(topics, dlq_retention_days=7)
    await admin.create_topics(
        [NewTopic(topics.review_ready, 1, 1, topic_configs={"cleanup.policy": "delete"})]
    )
    await create_topics(connection, wanted, partitions=1)
    await admin.create_partitions({topics.review_progress: NewPartitions(4)})

    policy, partitions = await problems_of(connection, wanted, topics, count=2)

    assert policy.startswith(
        f"{topics.review_ready} has cleanup.policy=delete, it should be compact"
    )
    assert f"{topics.review_ready} has 1 partitions" in partitions
    assert f"{topics.review_progress} has 4 partitions" in partitions


async def test_settings_that_break_a_promise_are_told(
    connection: KafkaConnection, topics: Topics, admin: AIOKafkaAdminClient
) -> None:
    wanted = plan(topics, dlq_retention_days=7)
    letters, ledger = topics.dlq(topics.user_erased), topics.dead_letters_redriven
    made_elsewhere = {letters: {"retention.ms": "-1"}, ledger: {"cleanup.policy": "delete"}}
    await admin.create_topics(
        [NewTopic(name, 1, 1, topic_configs=config) for name, config in made_elsewhere.items()]
    )
    await create_topics(connection, wanted, partitions=1)

    for_ever, policy, small = await problems_of(connection, wanted, topics, count=3)

    assert for_ever.startswith(f"{letters} keeps dead letters for ever")
    assert policy.startswith(f"{ledger} has cleanup.policy=delete, it should be compact")
    assert small.startswith(f"{letters} takes records of 1048588 bytes")


async def test_no_broker_is_an_error_of_ours() -> None:
    nowhere = KafkaConnection(bootstrap_servers="127.0.0.1:1")
    wanted = plan(Topics.with_prefix(""), dlq_retention_days=7)

    with pytest.raises(TopicsError, match="could not be made"):
        await create_topics(nowhere, wanted)
    with pytest.raises(TopicsError, match="could not be checked"):
        await check_topics(nowhere, wanted, topics=Topics.with_prefix(""))


async def problems_of(
    connection: KafkaConnection, wanted: tuple[TopicPlan, ...], topics: Topics, *, count: int
) -> tuple[str, ...]:
    """Check until the broker has seen so many changes; its metadata takes a moment."""
    problems: tuple[str, ...] = ()
    for _ in range(LOOKS):
        problems = await check_topics(connection, wanted, topics=topics)
        if len(problems) == count:
            break
        await asyncio.sleep(0.1)
    return problems


async def test_what_the_broker_refuses_is_an_error_of_ours(
    connection: KafkaConnection, topics: Topics
) -> None:
    with pytest.raises(TopicsError, match="was refused"):
        await create_topics(
            connection, plan(topics, dlq_retention_days=7), partitions=1, replication=99
        )
