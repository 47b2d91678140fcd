"""Erasing: the store, then a tombstone a run; as often as it is asked for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from consumer.context.erasing import Erasing
from consumer.context.records import milliseconds
from producer.errors import SendFailedError
from producer.records import OutputRecord
from schemas.events import UserErased
from schemas.topics import Topics

TOPICS = Topics.with_prefix("test.")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)


class World:
    """A store that names two runs, and a sender; `away` fails the next send."""

    def __init__(self) -> None:
        self.erased: list[tuple[str, int]] = []
        self.sent: list[OutputRecord] = []
        self.away = False

    async def erase_user(self, user_id: str, *, erased_at_ms: int) -> tuple[str, ...]:
        self.erased.append((user_id, erased_at_ms))
        return ("run-1", "run-2")

    async def send(self, records: Sequence[OutputRecord]) -> None:
        if self.away:
            self.away = False
            raise SendFailedError("away")
        self.sent += records


def _erasing(world: World) -> Erasing:
    return Erasing(world, world, TOPICS, now_ms=lambda: milliseconds(NOW))


def _event(occurred_at: datetime = NOW) -> UserErased:
    return UserErased(event_id=UUID(int=1), occurred_at=occurred_at, user_id="learner-1")


async def test_every_run_gets_a_tombstone_in_its_users_partition() -> None:
    world = World()
    await _erasing(world).erase(_event(), traceparent=TRACE)
    assert [(one.key, one.value, one.user_id) for one in world.sent] == [
        (b"run-1", None, "learner-1"),
        (b"run-2", None, "learner-1"),
    ]
    headers = dict(world.sent[0].headers)
    assert headers["ce_type"] == b"debrief.review_ready.v1"
    assert headers["traceparent"] == TRACE.encode()


async def test_what_was_not_acknowledged_is_told_and_done_again_alike() -> None:
    world = World()
    world.away = True
    with pytest.raises(SendFailedError):
        await _erasing(world).erase(_event(), traceparent=None)
    await _erasing(world).erase(_event(), traceparent=None)
    first = list(world.sent)
    await _erasing(world).erase(_event(), traceparent=None)
    assert world.sent == first * 2


@pytest.mark.parametrize(
    ("ahead", "erased_at"),
    [(timedelta(days=-3), NOW - timedelta(days=3)), (timedelta(0), NOW), (timedelta(days=9), NOW)],
)
async def test_a_clock_ahead_of_ours_erases_nothing_to_come(
    ahead: timedelta, erased_at: datetime
) -> None:
    world = World()
    await _erasing(world).erase(_event(NOW + ahead), traceparent=None)
    assert world.erased == [("learner-1", milliseconds(erased_at))]
