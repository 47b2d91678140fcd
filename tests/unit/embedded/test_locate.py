from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consumer.embedded import locate
from consumer.embedded.locate import docker_answers, kafka_for_use, running_kafka


class Broker:
    """Stands for our own broker and remembers that it was closed."""

    bootstrap_servers = "127.0.0.1:4"
    closed = False

    def start(self) -> None:
        """Start at once."""

    def close(self) -> None:
        Broker.closed = True


def _container() -> Iterator[str]:
    yield "127.0.0.1:3"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    Broker.closed = False
    monkeypatch.setattr(locate, "EmbeddedKafka", Broker)
    monkeypatch.setattr(locate, "_container", contextmanager(_container))
    return []


def test_a_configured_kafka_comes_first(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "docker_answers", lambda: True)
    with running_kafka("mine:9092", say=said.append) as address:
        assert address == "mine:9092"
    assert said == ["Kafka: yours, at mine:9092"]


def test_a_container_comes_second(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "docker_answers", lambda: True)
    with running_kafka("", say=said.append) as address:
        assert address == "127.0.0.1:3"
    assert "container" in said[0]


async def test_our_own_broker_comes_last_and_ends_with_the_block(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locate, "docker_answers", lambda: False)
    async with kafka_for_use("", say=said.append) as address:
        assert address == "127.0.0.1:4"
        assert not Broker.closed
    assert Broker.closed
    assert len(said) == 1


@pytest.mark.parametrize(("status", "answer"), [(0, True), (1, False)])
def test_a_docker_client_counts_only_with_an_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, *, answer: bool
) -> None:
    client = tmp_path / "docker"
    client.write_text(f"#!/bin/sh\nexit {status}\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert docker_answers() is answer
