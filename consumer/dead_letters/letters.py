"""A dead letter as a value, and which of them an operator asked for. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from producer.dead_letters import NOTE_PREFIX
from producer.records import SourceRecord
from producer.redrive_ledger import LetterId

_AGO: Final = re.compile(r"(\d{1,5})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A record of a dead-letter topic, and the note that was made of it ("" where none stands)."""

    record: SourceRecord
    kind: str
    message: str
    origin: str
    attempts: str
    first_at: str
    last_at: str

    @property
    def letter_id(self) -> LetterId:
        """Return where the letter itself stands."""
        return LetterId(*self.record.position)

    @property
    def origin_position(self) -> tuple[str, int, int] | None:
        """Return where the record that failed stood, None where the note does not say."""
        try:
            origin = LetterId.parse(self.origin)
        except ValueError:
            return None
        return (origin.topic, origin.partition, origin.offset)


def dead_letter(record: SourceRecord) -> DeadLetter:
    """Read the note of a dead letter; whatever is missing or odd in it is shown as it is."""
    notes = {
        name.removeprefix(NOTE_PREFIX): (value or b"").decode("utf-8", errors="replace")
        for name, value in record.headers
        if name.startswith(NOTE_PREFIX)
    }
    place = [notes.get(name, "?") for name in ("topic", "partition", "offset")]
    return DeadLetter(
        record=record,
        kind=notes.get("kind", ""),
        message=notes.get("message", ""),
        origin="/".join(place),
        attempts=notes.get("attempts", ""),
        first_at=notes.get("first-at", ""),
        last_at=notes.get("last-at", ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which dead letters are meant; what is empty or None selects everything.

    Times are those of the letters' own records, in milliseconds: from `since_ms`, before
    `until_ms`.
    """

    kinds: frozenset[str] = frozenset()
    keys: frozenset[bytes] = frozenset()
    since_ms: int | None = None
    until_ms: int | None = None

    def includes(self, letter: DeadLetter) -> bool:
        """Tell whether a letter is meant."""
        at_ms = letter.record.timestamp_ms
        return (
            (not self.kinds or letter.kind in self.kinds)
            and (not self.keys or letter.record.key in self.keys)
            and (self.since_ms is None or at_ms >= self.since_ms)
            and (self.until_ms is None or at_ms < self.until_ms)
        )


def moment_ms(text: str, *, now: datetime) -> int:
    """Read a time as an operator writes it: RFC 3339 (UTC where no zone stands), or 90m, 2h, 7d.

    Raises:
        ValueError: it is neither.
    """
    ago = _AGO.fullmatch(text.strip())
    if ago is not None:
        return _milliseconds(now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f"{text!r} is no time: want 2026-01-31T08:00:00Z, or how long ago: 90m, 2h, 7d"
        ) from None
    return _milliseconds(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def _milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
