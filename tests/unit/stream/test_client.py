"""How Kafka's consumer is used: aiokafka's traps, some looked for in the code itself."""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka.structs import TopicPartition

from consumer.stream import client
from consumer.stream.client import Membership, leave, polling
from consumer.stream.errors import UnreadableRecord
from producer.connection import KafkaConnection

REPOSITORY = Path(__file__).resolve().parents[3]
# A cancelled poll disables `max_poll_interval_ms` for good, and a seek to what was committed passes
# over partitions without a commit.
NEVER = {"getone", "seek_to_committed"}


def _calls() -> Iterator[tuple[str, ast.AST, str]]:
    """Yield every call of a method: where, what holds it, and the method's name."""
    for package in ("consumer", "producer", "gateway"):
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for parent in ast.walk(tree):
                for node in ast.iter_child_nodes(parent):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                        yield (
                            f"{path.relative_to(REPOSITORY)}:{node.lineno}",
                            parent,
                            node.func.attr,
                        )


def test_nothing_is_called_that_aiokafka_gets_wrong() -> None:
    assert [where for where, _, name in _calls() if name in NEVER] == []


def test_a_poll_is_awaited_by_itself_and_never_cut_short() -> None:
    polls = [(where, parent) for where, parent, name in _calls() if name == "getmany"]
    assert len(polls) >= 5
    assert [where for where, parent in polls if not isinstance(parent, ast.Await)] == []


class Connections:
    """The connections of a consumer."""

    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        self.closed = True


class Stubborn:
    """A consumer whose background task lets one cancellation pass."""

    def __init__(self) -> None:
        self.ended = False
        self._client = Connections()

    async def stop(self) -> None:
        task = asyncio.create_task(self._work())
        await asyncio.sleep(0)
        task.cancel()
        await task

    async def _work(self) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            try:
                await asyncio.Event().wait()
            finally:
                self.ended = True


async def test_a_consumer_that_does_not_stop_is_left_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "LEAVE_SECONDS", 0.0)
    membership = Membership(
        job="review",
        connection=KafkaConnection(bootstrap_servers="127.0.0.1:1"),
        group="g",
        topics=("t",),
        rebalance_seconds=0.01,
    )
    stubborn = Stubborn()
    await leave(membership, stubborn)
    assert stubborn.ended


class Unreadable:
    """A consumer of two partitions, one of which holds what cannot be read."""

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition("t", 1), TopicPartition("t", 0)}

    async def position(self, partition: TopicPartition) -> int:
        return 7 + int(partition.partition)


async def test_a_record_that_the_client_cannot_read_is_told_in_a_line() -> None:
    with pytest.raises(UnreadableRecord, match=r"at or after t/0/7, t/1/8\. Nothing is lost"):
        async with polling(Unreadable()):
            b"\xff".decode()
