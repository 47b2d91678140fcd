"""What a reader of dead letters makes of a broker that is behind."""

from typing import Any, cast

import pytest
from aiokafka.errors import UnknownTopicOrPartitionError

from consumer.dead_letters import reading
from consumer.dead_letters.errors import DeadLettersError
from consumer.dead_letters.reading import LetterReader
from producer.connection import KafkaConnection
from schemas.topics import Topics

TOPICS = Topics.with_prefix("")


class Behind:
    """A broker that lists a topic only when it was asked often enough, and describes it later."""

    def __init__(self, *, unlisted: int) -> None:
        self.unlisted = unlisted

    async def list_topics(self) -> list[str]:
        self.unlisted -= 1
        return [] if self.unlisted >= 0 else [TOPICS.dead_letters_redriven]

    async def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        code = UnknownTopicOrPartitionError.errno
        return [{"topic": name, "error_code": code, "partitions": []} for name in names]


def _reader(broker: Behind) -> LetterReader:
    return LetterReader(
        KafkaConnection(bootstrap_servers="broker:9092"),
        TOPICS,
        consumer=cast("Any", None),
        admin=cast("Any", broker),
    )


async def test_a_ledger_that_was_never_made_is_empty() -> None:
    ledger = await _reader(Behind(unlisted=9)).ledger()
    assert ledger.topics == frozenset()


async def test_a_ledger_that_was_made_is_waited_for_and_never_taken_for_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "LOOK_SECONDS", 0.0)
    broker = Behind(unlisted=3)
    with pytest.raises(DeadLettersError, match="UnknownTopicOrPartitionError"):
        await _reader(broker).ledger(is_made=True)
    assert broker.unlisted < 0


async def test_a_ledger_that_no_broker_comes_to_list_ends_in_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(DeadLettersError, match="do not list it"):
        await _reader(Behind(unlisted=10**9)).ledger(is_made=True)
