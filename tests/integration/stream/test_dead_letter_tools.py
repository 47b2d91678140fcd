"""The dead-letter tools on a real Kafka, counted by an independent read-committed reader."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewPartitions
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from consumer.commands.dlq import Query, _list, _purge, _redrive, _show
from consumer.dead_letters.errors import NoSuchLetterError
from consumer.dead_letters.letters import Selection
from consumer.settings import KafkaSettings, load_settings
from producer.admin import administering
from producer.dead_letters import dead_letter_record
from producer.errors import RedriveTakenOverError
from producer.partitioning import partition_of
from producer.records import OutputRecord, SourceRecord
from producer.redrive import Redriver
from producer.redrive_ledger import LetterId
from producer.sender import KafkaSender
from schemas.errors import ErrorKind

pytestmark = pytest.mark.kafka

HEADERS = (("ce_id", b"\xff\x00"), ("twice", b"1"), ("twice", b""), ("twice", None))

# Runs the command and kills itself where it is told: in the open transaction, or after the commit.
KILLED = """
import asyncio, os, signal, sys
import producer.redrive as redrive
from consumer.commands.dlq import Query, run_dlq_redrive

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[1] == "inside":
    redrive.entry_record = die
else:
    whole = redrive.Redriver.redrive
    async def then_die(self, letters, **changes):
        await whole(self, letters, **changes)
        die()
    redrive.Redriver.redrive = then_die
run_dlq_redrive(Query(), dry_run=False)
"""


def _settings(world: Any) -> KafkaSettings:
    prefix = world.topics.scenario_completed.removesuffix("scenario.completed")
    return load_settings(
        KafkaSettings,
        overrides={
            "kafka_bootstrap_servers": world.connection.bootstrap_servers,
            "topic_prefix": prefix,
        },
    )


async def _bury(world: Any, topic: str, *names: str, kind: ErrorKind = "invalid") -> None:
    now = datetime.now(UTC)
    sender = KafkaSender(world.connection)
    await sender.start()
    for offset, name in enumerate(names):
        original = SourceRecord(
            topic=topic,
            partition=0,
            offset=offset,
            key=name.encode(),
            value=name.encode(),
            headers=HEADERS,
            timestamp_ms=1,
        )
        letter = dead_letter_record(
            original,
            world.topics,
            kind=kind,
            message="why",
            attempts=3,
            first_at=now,
            last_at=now,
        )
        await sender.send([letter])
    await sender.stop()


async def _values(world: Any, topic: str) -> Counter[bytes]:
    return Counter(record.value for record in await world.read(topic))


async def test_originals_come_back_with_key_value_and_headers_once(world: Any) -> None:
    topic = world.topics.scenario_completed
    await _bury(world, topic, "a", "b", "c")
    assert await _redrive(_settings(world), Query(), dry_run=False)
    assert await _redrive(_settings(world), Query(), dry_run=False)
    records = await world.read(topic)
    assert [(one.key, one.value) for one in records] == [(b"a", b"a"), (b"b", b"b"), (b"c", b"c")]
    assert {tuple(one.headers) for one in records} == {HEADERS}
    assert len(await world.read(world.topics.dlq(topic))) == 3


async def test_an_original_without_key_and_value_comes_back(world: Any) -> None:
    topic = world.topics.scenario_completed
    letter = OutputRecord(topic=world.topics.dlq(topic), key=None, value=None)
    sender = KafkaSender(world.connection)
    await sender.start()
    await sender.send([letter])
    await sender.stop()
    assert await _redrive(_settings(world), Query(), dry_run=False)
    assert [(one.key, one.value) for one in await world.read(topic)] == [(None, None)]


async def test_an_original_goes_to_the_partition_that_its_key_hashes_to(world: Any) -> None:
    topic = world.topics.artefact_submitted
    async with administering(world.connection) as admin:
        await admin.create_partitions({topic: NewPartitions(6)})
    await _bury(world, topic, "run-1")
    assert await _redrive(_settings(world), Query(), dry_run=False)
    (entry,) = await world.read(world.topics.dead_letters_redriven)
    assert entry.key.decode() == str(LetterId(world.topics.dlq(topic), 0, 0))
    assert f'"partition": {partition_of("run-1", 6)}' in entry.value.decode()


async def test_filters_leave_holes_and_the_rest_is_redriven_later(world: Any) -> None:
    one, two = world.topics.scenario_completed, world.topics.conversation_message
    await _bury(world, one, "a", "b", kind="invalid")
    await _bury(world, one, "c", kind="failed")
    await _bury(world, one, "d", kind="invalid")
    await _bury(world, two, "e", kind="failed")
    failed = Selection(kinds=frozenset({"failed"}))
    await _redrive(
        _settings(world), Query(topics=("scenario.completed",), selection=failed), dry_run=False
    )
    assert await _values(world, one) == Counter({b"c": 1})
    assert await _values(world, two) == Counter()
    of_d = Selection(keys=frozenset({b"d"}))
    await _redrive(_settings(world), Query(selection=of_d), dry_run=True)
    assert await _values(world, one) == Counter({b"c": 1})
    await _redrive(_settings(world), Query(limit=1), dry_run=False)
    await _redrive(_settings(world), Query(), dry_run=False)
    assert await _values(world, one) == Counter({b"a": 1, b"b": 1, b"c": 1, b"d": 1})
    assert await _values(world, two) == Counter({b"e": 1})


@pytest.mark.parametrize("where", ["inside", "after"])
async def test_a_redrive_killed_half_way_is_finished_by_the_next(world: Any, where: str) -> None:
    topic = world.topics.scenario_completed
    names = [f"run-{number}" for number in range(150)]  # two transactions
    await _bury(world, topic, *names)
    settings = _settings(world)
    environment = os.environ | {
        "DEBRIEF_KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "DEBRIEF_TOPIC_PREFIX": settings.topic_prefix,
    }
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, where, env=environment
    )
    assert await killed.wait() == -signal.SIGKILL
    assert await _redrive(settings, Query(), dry_run=False)
    assert await _values(world, topic) == Counter({name.encode(): 1 for name in names})


async def test_whoever_redrives_later_takes_over(world: Any) -> None:
    topic = world.topics.scenario_completed
    await _bury(world, topic, "a")
    first, second = (Redriver(world.connection, world.topics) for _ in range(2))
    assert await _redrive(_settings(world), Query(), dry_run=False)
    letter = SourceRecord(
        topic=world.topics.dlq(topic),
        partition=0,
        offset=0,
        key=b"a",
        value=b"a",
        headers=(),
        timestamp_ms=1,
    )
    await first.start()
    await second.start()
    try:
        with pytest.raises(RedriveTakenOverError):
            await first.redrive([letter], at_ms=1)
    finally:
        await first.stop()
        await second.stop()
    assert await _values(world, topic) == Counter({b"a": 1})


async def test_what_its_topic_refuses_holds_nobody_up(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    topic = world.topics.conversation_message
    await _bury(world, topic, "a")
    small = ConfigResource(ConfigResourceType.TOPIC, topic, configs={"max.message.bytes": "400"})
    async with administering(world.connection) as admin:
        await admin.alter_configs([small])
    sender = AIOKafkaProducer(**world.connection.client_kwargs())
    await sender.start()
    await sender.send_and_wait(world.topics.dlq(topic), key=b"big", value=os.urandom(2000))
    await sender.stop()
    await _bury(world, topic, "b")
    assert not await _redrive(_settings(world), Query(), dry_run=False)
    assert await _values(world, topic) == Counter({b"a": 1, b"b": 1})
    assert "1 refused" in capsys.readouterr().out


async def test_a_redriven_record_that_fails_again_tells_where_it_came_from(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    topic = world.topics.scenario_completed
    await _bury(world, topic, "a")
    await _redrive(_settings(world), Query(), dry_run=False)
    await _bury(world, topic, "a")  # it stands at offset 0, as the redriven one does
    capsys.readouterr()
    await _list(_settings(world), Query(), as_json=True)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["redriven"]
    assert first["redriven_to"] == f"{topic}/0/0"
    assert not second["redriven"]
    assert second["redriven_from"] == first["letter"]


async def test_a_value_is_shown_only_where_it_is_asked_for(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    topic = world.topics.conversation_message
    await _bury(world, topic, "what-a-person-said")
    letter = LetterId(world.topics.dlq(topic), 0, 0)
    for as_json in (True, False):
        await _show(_settings(world), letter, as_json=as_json, value=False)
        shown = capsys.readouterr().out
        assert '"value"' not in shown.split("headers")[0]
        assert "debrief-error-kind" in shown
        await _show(_settings(world), letter, as_json=as_json, value=True)
        assert capsys.readouterr().out.count("what-a-person-said") == 2  # the key, and the value
    with pytest.raises(NoSuchLetterError, match="no dead letter at"):
        await _show(_settings(world), LetterId(letter.topic, 0, 9), as_json=True, value=False)


async def test_purging_takes_off_beginnings_and_says_what_must_stay(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    topic = world.topics.scenario_completed
    letters = world.topics.dlq(topic)
    await _bury(world, topic, "a", "b", kind="invalid")
    await _bury(world, topic, "c", kind="failed")
    await _bury(world, topic, "d", kind="invalid")
    invalid = Query(selection=Selection(kinds=frozenset({"invalid"})))
    assert not await _purge(_settings(world), invalid, confirmed=False)
    assert len(await world.read(letters)) == 4
    assert not await _purge(_settings(world), invalid, confirmed=True)
    told = capsys.readouterr().out
    assert "2 deleted" in told
    assert "1 cannot be deleted" in told
    assert f"{letters}/0/2" in told
    assert [record.key for record in await world.read(letters)] == [b"c", b"d"]
    assert await _purge(_settings(world), Query(), confirmed=True)
    assert await world.read(letters) == []


async def test_entries_of_letters_that_are_gone_go_too(world: Any) -> None:
    topic = world.topics.scenario_completed
    await _bury(world, topic, "a")
    await _redrive(_settings(world), Query(), dry_run=False)
    await _purge(_settings(world), Query(), confirmed=True)
    await _bury(world, topic, "b")
    await _redrive(_settings(world), Query(), dry_run=False)
    entries = await world.read(world.topics.dead_letters_redriven)
    assert [(one.key.decode().rsplit("/", 1)[1], one.value is None) for one in entries] == [
        ("0", False),
        ("1", False),
        ("0", True),
    ]
    assert await _values(world, topic) == Counter({b"a": 1, b"b": 1})


async def test_what_cannot_be_written_for_lack_of_a_key_holds_nobody_up(
    world: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    topic = world.topics.user_erased
    compacted = ConfigResource(
        ConfigResourceType.TOPIC, topic, configs={"cleanup.policy": "compact"}
    )
    async with administering(world.connection) as admin:
        await admin.alter_configs([compacted])
    sender = AIOKafkaProducer(**world.connection.client_kwargs())
    await sender.start()
    await _bury(world, topic, "a")
    await sender.send_and_wait(world.topics.dlq(topic), key=None, value=b"without a key")
    await sender.stop()
    await _bury(world, topic, "b")
    await _bury(world, world.topics.scenario_completed, "c")
    assert not await _redrive(_settings(world), Query(), dry_run=False)
    assert await _values(world, topic) == Counter({b"a": 1, b"b": 1})
    assert await _values(world, world.topics.scenario_completed) == Counter({b"c": 1})
    told = capsys.readouterr()
    assert "1 refused" in told.out
    assert f"{world.topics.dlq(topic)}/0/1 was not redriven" in told.err
