"""The frames of the protocol `debrief.v1`, both ways."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from gateway.errors import BadFrameError
from gateway.hub import Frame
from gateway.position import Position
from gateway.store import StoredReview
from schemas.json_form import rfc3339, to_json
from schemas.progress import ReviewProgress

HEARTBEAT_SECONDS = 20
MAX_POSITION_CHARACTERS = 200

PositionText = Annotated[str, Field(min_length=1, max_length=MAX_POSITION_CHARACTERS)]


class _Incoming(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Ack(_Incoming):
    """The client has handled everything up to `position`."""

    type: Literal["ack"]
    position: PositionText


class Refresh(_Incoming):
    """A newer token of the same user."""

    type: Literal["refresh"]
    token: Annotated[str, Field(min_length=1, max_length=8_192)]


class Ping(_Incoming):
    """Is anybody there?"""

    type: Literal["ping"]


ClientFrame = Ack | Refresh | Ping
_CLIENT_FRAME: TypeAdapter[ClientFrame] = TypeAdapter(
    Annotated[ClientFrame, Field(discriminator="type")]
)


def parse_client_frame(text: str | None) -> ClientFrame:
    """Return the frame that a client sent; None stands for a binary one.

    Raises:
        BadFrameError: it is none; the message names the field and never repeats the content.
    """
    if text is None:
        raise BadFrameError("frames are text")
    try:
        return _CLIENT_FRAME.validate_python(json.loads(text))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "frame"
        raise BadFrameError(f"{where}: {first['type']}") from None
    except (ValueError, RecursionError):
        raise BadFrameError("the frame is not JSON") from None


def hello(*, position: str, recovered: bool | None, expires_at: float) -> Frame:
    """Return the first frame of every connection."""
    return _frame(
        type="hello",
        position=position,
        recovered=recovered,
        heartbeat_seconds=HEARTBEAT_SECONDS,
        expires_at=moment(expires_at),
    )


def review(topic_id: UUID, stored: StoredReview, *, replayed: bool = False) -> Frame:
    """Return the frame that hands over a review, around its JSON text: that is not parsed again."""
    place = Position(topic_id=topic_id, partition=stored.partition, offset=stored.offset)
    head = {
        "type": "review",
        "position": place.encode(),
        "event_id": stored.event_id,
        "replayed": replayed,
    }
    text = f'{json.dumps(head)[:-1]}, "review": {stored.review}}}'
    return Frame(text, stored.partition, stored.offset, stored.run_id)


def progress(step: ReviewProgress) -> Frame:
    """Return the frame of one step."""
    text = json.dumps({"type": "progress", **to_json(step)}, ensure_ascii=False)
    return Frame(text, run_id=step.run_id)


def refreshed(expires_at: float) -> Frame:
    """Return the answer to a good `refresh`."""
    return _frame(type="refreshed", expires_at=moment(expires_at))


def reconnect(after_ms: int) -> Frame:
    """Return the notice that this gateway is going away."""
    return _frame(type="reconnect", after_ms=after_ms)


def error(code: str, message: str) -> Frame:
    """Return what went wrong, in a word and in a sentence."""
    return _frame(type="error", code=code, message=message)


def pong() -> Frame:
    """Return the answer to `ping`."""
    return _frame(type="pong")


def moment(seconds: float) -> str:
    """Return a time (seconds since the epoch) as all times are written."""
    return rfc3339(datetime.fromtimestamp(seconds, UTC))


def _frame(**fields: Any) -> Frame:
    return Frame(json.dumps(fields, ensure_ascii=False))
