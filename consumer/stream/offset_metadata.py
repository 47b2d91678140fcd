"""What stands in a committed offset's metadata: the last transaction, and what is finished ahead.

Pure. The text is `d1.` and, in base64url, a CRC-32 of what follows it, the transaction's id (eight
bytes), a letter for the form, and the finished runs ahead of the offset in the shorter of two
forms: `r`, run lengths (unfinished, finished, unfinished, …) as LEB128 integers, or `b`, one bit an
offset. Kafka keeps 4,096 bytes at most (`offset.metadata.max.bytes`); this stays below 3,072.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from consumer.stream.offsets import Progress, Run

LIMIT_CHARACTERS: Final = 3_072
_VERSION: Final = "d1."
_LIMIT_BYTES: Final = (LIMIT_CHARACTERS - len(_VERSION)) // 4 * 3
_CHECKSUM_BYTES: Final = 4
_TRANSACTION_BYTES: Final = 8
_HEAD_BYTES: Final = _CHECKSUM_BYTES + _TRANSACTION_BYTES + 1
# Until a map of running work has this little room left, intake may go on.
ROOM_BYTES: Final = 512
_LEB_LIMIT_BYTES: Final = 9
_TRANSACTION_ID = re.compile(r"[0-9a-f]{16}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommittedState:
    """A committed offset and what its metadata says.

    `transaction_id` is sixteen hexadecimal digits, None where no transaction of ours wrote it.
    `foreign` says that there was metadata that is not ours or is damaged; it was ignored.
    """

    progress: Progress
    transaction_id: str | None
    foreign: bool = False


def encode(progress: Progress, *, transaction_id: str) -> str:
    """Return the metadata of `progress.position`, holding as many runs as fit, the nearest first.

    A run left out is handed out again after a restart; whoever handles it finds it done.

    Raises:
        ValueError: `transaction_id` is not sixteen hexadecimal digits.
    """
    if not _TRANSACTION_ID.match(transaction_id):
        raise ValueError(f"transaction_id: want 16 hexadecimal digits, got {transaction_id!r}")
    data = _data(progress)
    room = _LIMIT_BYTES - _HEAD_BYTES + 1
    runs = progress.ahead
    while len(data) > room:
        runs = runs[: len(runs) * room // len(data)]
        data = _data(Progress(progress.position, runs))
    body = bytes.fromhex(transaction_id) + data
    checksum = zlib.crc32(body).to_bytes(_CHECKSUM_BYTES, "big")
    return _VERSION + base64.urlsafe_b64encode(checksum + body).decode().rstrip("=")


def has_room(progress: Progress) -> bool:
    """Tell whether the map is small enough to take more work in; False: pause the partition."""
    return len(_data(progress)) <= _LIMIT_BYTES - _HEAD_BYTES - ROOM_BYTES


def decode(offset: int, metadata: str, *, log_start: int, log_end: int) -> CommittedState:
    """Return what was committed, bounded by the log; foreign or damaged metadata is ignored.

    An offset beyond the log's end is of a log that is gone (the topic was made anew): it stands
    for nothing, and reading begins where the log does. One below its start has expired.
    """
    if not log_start <= offset <= log_end:
        return CommittedState(progress=Progress(log_start), transaction_id=None)
    body = _body(metadata)
    runs = None if body is None else _runs(offset, body[_TRANSACTION_BYTES:])
    if body is None or runs is None:
        return CommittedState(
            progress=Progress(offset), transaction_id=None, foreign=bool(metadata)
        )
    inside = tuple((first, min(end, log_end)) for first, end in runs if first < log_end)
    return CommittedState(
        progress=Progress(offset, inside), transaction_id=body[:_TRANSACTION_BYTES].hex()
    )


def _body(metadata: str) -> bytes | None:
    if not metadata.startswith(_VERSION) or len(metadata) > LIMIT_CHARACTERS:
        return None
    text = metadata.removeprefix(_VERSION)
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(packed) < _HEAD_BYTES:
        return None
    checksum, body = packed[:_CHECKSUM_BYTES], packed[_CHECKSUM_BYTES:]
    return body if zlib.crc32(body).to_bytes(_CHECKSUM_BYTES, "big") == checksum else None


def _data(progress: Progress) -> bytes:
    lengths = b"r" + b"".join(map(_leb128, _lengths(progress)))
    span = progress.ahead[-1][1] - progress.position if progress.ahead else 0
    if span // 8 >= len(lengths):
        return lengths
    return min(lengths, b"b" + _bits(progress, span), key=len)


def _lengths(progress: Progress) -> Iterator[int]:
    at = progress.position
    for first, end in progress.ahead:
        yield first - at
        yield end - first
        at = end


def _bits(progress: Progress, span: int) -> bytes:
    bits = 0
    for first, end in progress.ahead:
        bits |= ((1 << (end - first)) - 1) << (first - progress.position)
    return bits.to_bytes((span + 7) // 8, "little")


def _runs(offset: int, data: bytes) -> tuple[Run, ...] | None:
    form, rest = data[:1], data[1:]
    if form == b"b":
        return _runs_of_bits(offset, rest)
    return _runs_of_lengths(offset, rest) if form == b"r" else None


def _runs_of_bits(offset: int, packed: bytes) -> tuple[Run, ...]:
    text = bin(int.from_bytes(packed, "little"))[:1:-1]
    return tuple(
        (offset + found.start(), offset + found.end()) for found in re.finditer("1+", text)
    )


def _runs_of_lengths(offset: int, packed: bytes) -> tuple[Run, ...] | None:
    lengths = _integers(packed)
    if lengths is None or len(lengths) % 2 or 0 in lengths:
        return None
    runs = []
    at = offset
    for unfinished, finished in zip(lengths[::2], lengths[1::2], strict=True):
        runs.append((at + unfinished, at + unfinished + finished))
        at += unfinished + finished
    return tuple(runs)


def _leb128(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _integers(packed: bytes) -> Sequence[int] | None:
    numbers, number, shift = [], 0, 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
            if shift > 7 * _LEB_LIMIT_BYTES:
                return None
        else:
            numbers.append(number)
            number, shift = 0, 0
    return None if shift else numbers
