"""How far a client has got: opaque to it, the same on every gateway.

A position says "everything up to this offset of this partition of this very topic has been
handed over". It holds no secret and grants nothing: whose events are read is told by the token.
"""

import base64
import binascii
import struct
from dataclasses import dataclass
from uuid import UUID

_VERSION = 1
_LAYOUT = struct.Struct(">B16sIq")


@dataclass(frozen=True, slots=True)
class Position:
    """The last offset handed over (-1: none yet) in one partition of the topic `topic_id`."""

    topic_id: UUID
    partition: int
    offset: int

    def encode(self) -> str:
        """Return the text that clients keep and hand back."""
        packed = _LAYOUT.pack(_VERSION, self.topic_id.bytes, self.partition, self.offset)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def decode_position(text: str) -> Position | None:
    """Return the position that `encode` wrote, None for anything else."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        version, topic_id, partition, offset = _LAYOUT.unpack(packed)
    except (binascii.Error, struct.error, ValueError):
        return None
    if version != _VERSION or offset < -1:
        return None
    return Position(topic_id=UUID(bytes=topic_id), partition=partition, offset=offset)
