"""`debrief erase`: ask for a user to be erased, as the platform's `user.erased` does.

The command writes the event and lets the consumers do the work, so that there is one way in which
a user goes: it needs no database, it is finished by whoever is there after a crash, and the event
stands in a compacted topic for every consumer that reads it later.
"""

import asyncio
import sys
from datetime import UTC, datetime
from uuid import uuid4

from pydantic import ValidationError

from consumer.errors import ConfigurationError
from consumer.settings import KafkaSettings, load_settings
from producer.erasure import erasure_record
from producer.sender import KafkaSender
from schemas.events import UserErased
from schemas.registry_client import SchemaRegistry
from schemas.topics import Topics


def run_erase(user_id: str) -> None:
    """Publish the event and return once it is acknowledged.

    Raises:
        ConfigurationError: no Kafka is configured, or `user_id` can be no user's.
        SendFailedError: it was not acknowledged; run it again.
        RegistryUnavailableError, RegistryRefusedError: no schema id is to be had for it.
    """
    settings = load_settings(KafkaSettings)
    try:
        event = UserErased(event_id=uuid4(), occurred_at=datetime.now(UTC), user_id=user_id)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise ConfigurationError((f"USER_ID: {problem}",)) from None
    asyncio.run(_erase(settings, event))
    sys.stdout.write(
        "asked; the consumer erases the user's records, runs and reviews, of up to now\n"
    )


async def _erase(settings: KafkaSettings, event: UserErased) -> None:
    topics = Topics.with_prefix(settings.topic_prefix)
    schema_id = None
    if settings.schema_registry_url is not None:
        async with SchemaRegistry(settings.schema_registry_url.get_secret_value()) as registry:
            schema_id = await registry.id_of("user_erased", topic=topics.user_erased)
    sender = KafkaSender(settings.kafka)
    await sender.start()
    try:
        await sender.send([erasure_record(event, topics, schema_id=schema_id)])
    finally:
        await sender.stop()
