import base64
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.stream.offset_metadata import (
    LIMIT_CHARACTERS,
    CommittedState,
    decode,
    encode,
    has_room,
)
from consumer.stream.offsets import Progress, Run

TRANSACTION = "00ff00ff00ff00ff"
END = 10**9


def _runs(position: int, lengths: list[int]) -> tuple[Run, ...]:
    runs, at = [], position
    for gap, length in zip(lengths[::2], lengths[1::2], strict=False):
        runs.append((at + gap, at + gap + length))
        at += gap + length
    return tuple(runs)


def _read(offset: int, metadata: str, *, log_start: int = 0, log_end: int = END) -> CommittedState:
    return decode(offset, metadata, log_start=log_start, log_end=log_end)


@given(st.integers(0, 10**6), st.lists(st.integers(1, 5000), max_size=300))
def test_what_fits_comes_back_whole(position: int, lengths: list[int]) -> None:
    progress = Progress(position, _runs(position, lengths))
    text = encode(progress, transaction_id=TRANSACTION)
    assert _read(position, text) == CommittedState(progress=progress, transaction_id=TRANSACTION)
    assert len(text) <= LIMIT_CHARACTERS


@given(st.integers(900, 1200), st.integers())
def test_what_does_not_fit_keeps_the_nearest_runs(count: int, seed: int) -> None:
    chance = random.Random(seed)
    lengths = [chance.randint(2**20, 2**40) for _ in range(count)]
    progress = Progress(5, _runs(5, lengths))
    text = encode(progress, transaction_id=TRANSACTION)
    kept = _read(5, text, log_end=2**62).progress.ahead
    assert len(text) <= LIMIT_CHARACTERS
    assert kept
    assert kept == progress.ahead[: len(kept)]
    assert not has_room(progress)


def test_an_even_pattern_takes_a_bit_an_offset() -> None:
    progress = Progress(0, _runs(0, [1] * 8000))
    assert _read(0, encode(progress, transaction_id=TRANSACTION)).progress == progress


def test_an_empty_map_has_room() -> None:
    assert has_room(Progress(0))
    assert _read(3, encode(Progress(3), transaction_id=TRANSACTION)).progress == Progress(3)


@pytest.mark.parametrize("transaction_id", ["", "xyz", "00FF00FF00FF00FF", "0" * 17])
def test_a_transaction_is_named_by_sixteen_digits(transaction_id: str) -> None:
    with pytest.raises(ValueError, match="transaction_id"):
        encode(Progress(0), transaction_id=transaction_id)


@given(st.text(max_size=200))
def test_foreign_metadata_is_ignored_and_said_so(metadata: str) -> None:
    state = _read(7, metadata)
    assert state == CommittedState(
        progress=Progress(7), transaction_id=None, foreign=bool(metadata)
    )


@given(st.data())
def test_damaged_metadata_is_ignored(data: st.DataObject) -> None:
    text = encode(Progress(7, ((9, 12), (20, 31))), transaction_id=TRANSACTION)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_.,").filter(lambda other: other != text[at]))
    state = _read(7, text[:at] + letter + text[at + 1 :])
    # The last letter holds bits that base64 does not use.
    whole = Progress(7, ((9, 12), (20, 31)))
    assert state.progress == (Progress(7) if state.foreign else whole)
    assert state.foreign or at == len(text) - 1


@given(st.binary(max_size=80))
def test_a_right_checksum_over_anything_crashes_nothing(body: bytes) -> None:
    packed = zlib.crc32(body).to_bytes(4, "big") + body
    text = "d1." + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    state = _read(7, text, log_end=100)
    assert state.progress.position == 7
    assert all(7 < first < end <= 100 for first, end in state.progress.ahead) or body[8:9] == b"b"


def test_a_version_to_come_is_foreign() -> None:
    text = encode(Progress(7), transaction_id=TRANSACTION).replace("d1.", "d2.")
    assert _read(7, text).foreign


def test_runs_end_where_the_log_does() -> None:
    text = encode(Progress(5, ((7, 9), (11, 20), (25, 30))), transaction_id=TRANSACTION)
    assert _read(5, text, log_end=15).progress == Progress(5, ((7, 9), (11, 15)))


@pytest.mark.parametrize("offset", [2, 31])
def test_an_offset_outside_the_log_begins_at_its_start(offset: int) -> None:
    text = encode(Progress(offset, ((offset + 1, offset + 2),)), transaction_id=TRANSACTION)
    state = _read(offset, text, log_start=3, log_end=30)
    assert state == CommittedState(progress=Progress(3), transaction_id=None)
