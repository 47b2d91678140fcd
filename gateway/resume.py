"""Where a connection begins: at its own position where that can be promised, else from now on."""

from dataclasses import dataclass

from gateway import frames
from gateway.hub import Frame, Outbox
from gateway.position import Position, decode_position
from gateway.services import Services

# Beyond this many the client is better served by the paged list.
MAX_REPLAYED = 200


@dataclass(frozen=True, slots=True)
class Start:
    """What `hello` says and what follows it before anything live."""

    position: Position
    recovered: bool | None
    replay: tuple[Frame, ...]


async def begin(outbox: Outbox, *, asked: str | None, services: Services) -> Start:
    """Decide where a connection begins. Its outbox must be joined already.

    `recovered` is true only if every review after the asked position is in `replay` or will come
    through the outbox; false wherever that is not known; None where no position was asked for.
    """
    for frame in services.hub.under_way(outbox.user_id):
        outbox.progress(frame)
    now = services.feed.position_of(outbox.user_id)
    replay = None if asked is None else await _replay(outbox, asked, now, services)
    if replay is None:
        outbox.start_after(partition=now.partition, offset=now.offset)
        recovered = None if asked is None else False
        return Start(position=now, recovered=recovered, replay=())
    position, reviews = replay
    last = reviews[-1].offset if reviews else position.offset
    outbox.start_after(partition=position.partition, offset=last)
    return Start(position=position, recovered=True, replay=reviews)


async def _replay(
    outbox: Outbox, asked: str, now: Position, services: Services
) -> tuple[Position, tuple[Frame, ...]] | None:
    position = decode_position(asked)
    if position is None:
        return None
    if (position.topic_id, position.partition) != (now.topic_id, now.partition):
        return None
    if not await services.feed.holds(position):
        return None
    reviews = await services.store.since(
        outbox.user_id,
        topic_id=position.topic_id,
        partition=position.partition,
        offset=position.offset,
        limit=MAX_REPLAYED + 1,
    )
    if len(reviews) > MAX_REPLAYED:
        return None
    return position, tuple(frames.review(now.topic_id, r, replayed=True) for r in reviews)
