"""Brokers and database that go away and come back while nothing is to be done."""

import asyncio

import pytest

from consumer.stream import dependencies
from consumer.stream.dependencies import NotWellError, watching
from consumer.stream.health import StreamHealth


class Service:
    """Answers, or fails, or says nothing at all."""

    def __init__(self) -> None:
        self.failing = False
        self.silent = False
        self.asked = 0

    async def ping(self) -> None:
        self.asked += 1
        if self.failing:
            raise OSError("no route to host")
        if self.silent:
            await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dependencies, "CHECK_SECONDS", 0.0)
    monkeypatch.setattr(dependencies, "PATIENCE_SECONDS", 0.01)


async def _asked_twice(service: Service) -> None:
    wanted = service.asked + 2
    async with asyncio.timeout(10):
        while service.asked < wanted:  # noqa: ASYNC110  # the watch sets no event
            await asyncio.sleep(0)


@pytest.mark.parametrize("fault", ["failing", "silent"])
async def test_who_does_not_answer_is_red_until_it_does(fault: str) -> None:
    health = StreamHealth(("ingest",))
    health.up("ingest")
    kafka, database = Service(), Service()
    async with watching({"kafka": kafka.ping, "database": database.ping}, health):
        await _asked_twice(kafka)
        assert health.ready
        setattr(kafka, fault, True)
        await _asked_twice(kafka)
        assert not health.ready
        assert health.reasons["kafka"] == "does not answer"
        assert health.reasons["database"] == "ok"
        setattr(kafka, fault, False)
        await _asked_twice(kafka)
        assert health.ready


async def test_what_answered_says_what_is_wrong() -> None:
    async def topics() -> None:
        raise NotWellError("scenario.completed is missing")

    health = StreamHealth(())
    async with watching({"topics": topics}, health), asyncio.timeout(10):
        while health.ready:  # noqa: ASYNC110  # the watch sets no event
            await asyncio.sleep(0)
    assert health.reasons["topics"] == "scenario.completed is missing"


async def test_nobody_is_asked_after_the_block() -> None:
    service = Service()
    async with watching({"kafka": service.ping}, StreamHealth(())):
        await _asked_twice(service)
    asked = service.asked
    await asyncio.sleep(0.01)
    assert service.asked == asked
