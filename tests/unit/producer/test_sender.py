"""The sender over a client that does as it is told."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, MessageSizeTooLargeError

from producer.connection import KafkaConnection
from producer.errors import RecordTooLargeError, SendFailedError
from producer.partitioning import partition_of
from producer.records import OutputRecord
from producer.sender import KafkaSender

PARTITIONS = 6
LIMIT_BYTES = 2_000


class FakeClient:
    """Stands for AIOKafkaProducer; `begins` and `ends` say what each record does, in turn."""

    def __init__(self) -> None:
        self.begins: list[Exception | None] = []
        self.ends: list[Exception | None] = []
        self.sent: list[dict[str, Any]] = []
        self.open: list[asyncio.Future[None]] = []
        self.connections = 0

    async def stop(self) -> None:
        return

    async def partitions_for(self, topic: str) -> set[int]:
        return set(range(PARTITIONS))

    async def send(self, topic: str, **arguments: Any) -> asyncio.Future[None]:
        begun = self.begins.pop(0) if self.begins else None
        if begun is not None:
            raise begun
        self.sent.append({"topic": topic, **arguments})
        future = asyncio.get_running_loop().create_future()
        self.open.append(future)
        ended = self.ends.pop(0) if self.ends else None
        if ended is None:
            future.get_loop().call_soon(future.set_result, None)
        else:
            future.get_loop().call_soon(future.set_exception, ended)
        return future


def record(key: str, *, user_id: str | None = None) -> OutputRecord:
    return OutputRecord(
        topic="t", key=key.encode(), value=b"v", headers=(("h", b"1"),), user_id=user_id
    )


@pytest.fixture
def client() -> FakeClient:
    return FakeClient()


@pytest.fixture
def sender(client: FakeClient, monkeypatch: pytest.MonkeyPatch) -> KafkaSender:
    made = KafkaSender(KafkaConnection(bootstrap_servers="nowhere:1"))
    made._producer = client
    made._is_started = True
    made._limits._limits["t"] = LIMIT_BYTES

    async def connected() -> FakeClient:
        client.connections += 1
        return client

    monkeypatch.setattr(made, "_connected", connected)
    return made


async def test_records_go_out_in_order_and_are_all_acknowledged(
    sender: KafkaSender, client: FakeClient
) -> None:
    await sender.send([record("a"), record("b")])

    assert [sent["key"] for sent in client.sent] == [b"a", b"b"]
    assert client.sent[0]["headers"] == [("h", b"1")]
    assert all(future.done() for future in client.open)


async def test_a_users_record_goes_to_the_users_partition(
    sender: KafkaSender, client: FakeClient
) -> None:
    await sender.send([record("run-1", user_id="learner-1"), record("run-1")])

    assert [sent["partition"] for sent in client.sent] == [
        partition_of("learner-1", PARTITIONS),
        None,
    ]


async def test_a_sender_not_started_says_so() -> None:
    with pytest.raises(SendFailedError, match="not started"):
        await KafkaSender(KafkaConnection(bootstrap_servers="nowhere:1")).send([record("a")])


@pytest.mark.parametrize(
    ("error", "translated"),
    [
        (KafkaTimeoutError(), SendFailedError),
        (KafkaConnectionError("gone"), SendFailedError),
        (MessageSizeTooLargeError("big"), RecordTooLargeError),
    ],
)
async def test_a_foreign_error_is_translated_wherever_it_comes_from(
    error: Exception, translated: type[Exception], sender: KafkaSender, client: FakeClient
) -> None:
    client.begins = [error]
    with pytest.raises(translated):
        await sender.send([record("a")])

    client.ends = [error]
    with pytest.raises(translated):
        await sender.send([record("a")])


async def test_what_has_begun_is_waited_for_although_another_fails(
    sender: KafkaSender, client: FakeClient
) -> None:
    client.begins = [None, None, MessageSizeTooLargeError("big")]
    client.ends = [KafkaTimeoutError(), None]

    with pytest.raises(RecordTooLargeError):
        await sender.send([record("a"), record("b"), record("c")])

    assert all(future.done() for future in client.open)


async def test_a_producer_that_failed_is_replaced(sender: KafkaSender, client: FakeClient) -> None:
    client.ends = [KafkaTimeoutError()]
    with pytest.raises(SendFailedError):
        await sender.send([record("a")])
    await sender.send([record("b")])
    assert client.connections == 1


async def test_a_record_over_its_topics_limit_is_not_sent(
    sender: KafkaSender, client: FakeClient
) -> None:
    large = record("a" * LIMIT_BYTES)
    with pytest.raises(RecordTooLargeError, match=r"max\.message\.bytes") as caught:
        await sender.send([record("b"), large])
    assert caught.value.record is large
    assert (client.sent, client.connections) == ([], 0)
