"""`debrief doctor`: each setting and dependency, whether it is well, and what to do if not."""

import asyncio
import difflib
import importlib.resources
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator
from enum import Enum
from typing import Final

from aiokafka.errors import KafkaError
from dotenv import dotenv_values

from consumer.context.errors import StoreError
from consumer.context.store import open_store
from consumer.errors import ConfigurationError
from consumer.settings import Settings, load_base_rates, load_settings
from gateway.errors import ConfigurationError as GatewayConfigurationError
from gateway.settings import GatewaySettings, load_gateway_settings
from producer.admin import administering
from producer.connection_settings import PREFIX
from producer.errors import ProducerError
from producer.refusals import why_not_connected
from producer.topic_plans import plan
from producer.topics import check_topics
from schemas.errors import RegistryError
from schemas.registry_client import SchemaRegistry
from schemas.topics import Topics

TIMEOUT_SECONDS: Final = 15.0
WELL, WRONG, NOTE = "ok   ", "WRONG", "note "

Check = Callable[[Settings], Awaitable[str]]


class Health(Enum):
    """How it stands: all well, something to do, or settings that cannot even be read."""

    WELL = "well"
    NOT_WELL = "not well"
    UNREADABLE = "unreadable"


class _NotWell(Exception):  # noqa: N818  # a finding, not a failure of the command
    """What is wrong and what to do."""


def run_doctor() -> Health:
    """Print one line a finding, and return how it stands."""
    for told in _unknown_settings():
        _tell(NOTE, "settings", told)
    try:
        settings = load_settings(Settings)
    except ConfigurationError as error:
        for problem in dict.fromkeys((*error.problems, *_gateway_problems())):
            _tell(WRONG, "settings", problem)
        return Health.UNREADABLE
    _tell(WELL, "settings", "every value can be read")
    checks: tuple[tuple[str, Check], ...] = (
        ("model keys", _keys),
        ("issue base rates", _base_rates),
        ("kafka", _kafka),
        ("topics", _topics),
        ("schema registry", _registry),
        ("database", _database),
        ("gateway", _gateway),
        ("demo", _demo),
    )
    # Every check is told, also those after one that is not well.
    found = [asyncio.run(_run(name, check, settings)) for name, check in checks]
    return Health.WELL if all(found) else Health.NOT_WELL


def _unknown_settings() -> Iterator[str]:
    """Name what looks like a setting of ours and is none: nobody reads it, so nobody else tells."""
    known = {field.upper() for field in (*GatewaySettings.model_fields, *Settings.model_fields)}
    for name in sorted({*dotenv_values(".env"), *os.environ}):
        ours, _, field = name.upper().partition(PREFIX)
        if not ours and field and field not in known:
            close = difflib.get_close_matches(field, known, n=1, cutoff=0.7)
            guess = f"; did you mean {PREFIX}{close[0]}?" if close else ""
            yield f"{name} is no setting of Debrief and changes nothing{guess}"


async def _run(name: str, check: Check, settings: Settings) -> bool:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            told = await check(settings)
    except _NotWell as error:
        _tell(WRONG, name, str(error))
        return False
    except TimeoutError:
        _tell(WRONG, name, f"no answer within {TIMEOUT_SECONDS:g} s: is the address right?")
        return False
    _tell(WELL, name, told)
    return True


async def _keys(settings: Settings) -> str:
    if not settings.has_keys:
        raise _NotWell(
            "a configured provider has no key: set GEMINI_API_KEY and OPENAI_API_KEY, "
            f"or {PREFIX}REVIEWERS=rules to run without a model"
        )
    interfaces = {"gemini": settings.gemini_interface, "openai": settings.openai_interface}
    told = (f"{n} by {interfaces[n]}" if n in interfaces else n for n in settings.reviewers)
    return f"reviewers: {', '.join(told)}"


async def _base_rates(settings: Settings) -> str:
    rates = load_base_rates(settings.issue_base_rates)
    return "none given" if rates is None else f"{len(rates)} kinds"


async def _kafka(settings: Settings) -> str:
    if not settings.kafka_bootstrap_servers:
        raise _NotWell(f"{PREFIX}KAFKA_BOOTSTRAP_SERVERS is not set: name your brokers, host:port")
    try:
        async with administering(settings.kafka) as admin:
            await admin.describe_cluster()
    except KafkaError as error:
        raise _NotWell(
            f"{why_not_connected(error)}; check {PREFIX}KAFKA_BOOTSTRAP_SERVERS, the security "
            "protocol and the credentials (wrong ones look like an unreachable broker)"
        ) from error
    return f"answers at {settings.kafka_bootstrap_servers}"


async def _topics(settings: Settings) -> str:
    if not settings.kafka_bootstrap_servers:
        raise _NotWell("cannot be looked at without Kafka")
    topics = Topics.with_prefix(settings.topic_prefix)
    wanted = plan(topics, dlq_retention_days=settings.dlq_retention_days)
    try:
        problems = await check_topics(settings.kafka, wanted, topics=topics)
    except ProducerError as error:
        raise _NotWell(str(error)) from error
    if problems:
        raise _NotWell("; ".join(problems))
    return f"all {len(wanted)} are as they should be"


async def _registry(settings: Settings) -> str:
    if settings.schema_registry_url is None:
        return "none set: Avro is written in single-object encoding"
    try:
        async with SchemaRegistry(settings.schema_registry_url.get_secret_value()) as registry:
            await registry.ping()
            return f"answers at {registry.address}"
    except RegistryError as error:
        raise _NotWell(f"{error}; check {PREFIX}SCHEMA_REGISTRY_URL") from error


async def _database(settings: Settings) -> str:
    try:
        store = open_store(settings.database_url.get_secret_value())
        try:
            await store.ping()
        finally:
            await store.close()
    except StoreError as error:
        raise _NotWell(f"{error}; check {PREFIX}DATABASE_URL") from error
    return "answers"


async def _gateway(_settings: Settings) -> str:
    try:
        gateway = load_gateway_settings()
    except GatewayConfigurationError as error:
        raise _NotWell("; ".join(error.problems)) from error
    return f"would listen on {gateway.gateway_host}:{gateway.gateway_port}"


def _gateway_problems() -> tuple[str, ...]:
    try:
        load_gateway_settings()
    except GatewayConfigurationError as error:
        return error.problems
    return ()


async def _demo(_settings: Settings) -> str:
    java = shutil.which("java") is not None
    arcs = importlib.resources.files("producer.arcs").is_dir()
    if not arcs:
        raise _NotWell("the sample arcs are missing: the package is not installed whole")
    return "can run" + ("" if java else " (with the Java that came by pip)")


def _tell(state: str, name: str, told: str) -> None:
    sys.stdout.write(f"{state}  {name}: {told}\n")
