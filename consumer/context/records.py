"""Context records: one upstream event with the record it came in."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from producer.records import Headers, SourceRecord
from schemas.events import ArtefactSubmitted, ContextEvent, ConversationMessage, ObjectiveRolledUp

ContextKind = Literal["objective", "message", "artefact"]
CONTEXT_KINDS: Final[tuple[ContextKind, ...]] = ("objective", "message", "artefact")
MODEL_OF: Final[dict[ContextKind, type[ContextEvent]]] = {
    "objective": ObjectiveRolledUp,
    "message": ConversationMessage,
    "artefact": ArtefactSubmitted,
}

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextRecord:
    """An event, the record it was read from, and whether that was dead-lettered already."""

    event: ContextEvent
    record: SourceRecord
    dead_lettered: bool = False

    @property
    def kind(self) -> ContextKind:
        """Return which of the three contexts this belongs to."""
        if isinstance(self.event, ObjectiveRolledUp):
            return "objective"
        return "message" if isinstance(self.event, ConversationMessage) else "artefact"

    @property
    def entity(self) -> tuple[str, int]:
        """Return what the event is about: its id, and an artefact's revision (else 0)."""
        if isinstance(self.event, ObjectiveRolledUp):
            return (self.event.objective_id, 0)
        if isinstance(self.event, ConversationMessage):
            return (self.event.message_id, 0)
        return (self.event.artefact_id, self.event.revision)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the event's content, whatever framing it came in."""
        return hashlib.sha256(self.event.model_dump_json().encode()).hexdigest()


def milliseconds(moment: datetime) -> int:
    """Return a moment as whole milliseconds since 1970, exactly (floats would round)."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def pack_headers(headers: Headers) -> str:
    """Return record headers as text that any database keeps byte for byte."""
    return json.dumps(
        [
            [name, None if value is None else base64.b64encode(value).decode()]
            for name, value in headers
        ]
    )


def unpack_headers(text: str) -> Headers:
    """Return what `pack_headers` was given."""
    return tuple(
        (name, None if value is None else base64.b64decode(value))
        for name, value in json.loads(text)
    )
