"""Positions survive the round trip, and nothing else passes for one."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.position import Position, decode_position


@given(st.uuids(), st.integers(0, 2**31 - 1), st.integers(-1, 2**63 - 1))
def test_what_was_encoded_is_decoded(topic_id: UUID, partition: int, offset: int) -> None:
    position = Position(topic_id, partition, offset)
    assert decode_position(position.encode()) == position


@given(st.text(max_size=80))
def test_any_other_text_is_no_position_and_no_error(text: str) -> None:
    found = decode_position(text)
    assert found is None or found.encode() == text.rstrip("=")


@pytest.mark.parametrize("offset", [-2, -(2**63)])
def test_an_impossible_offset_is_refused(offset: int) -> None:
    assert decode_position(Position(UUID(int=0), 0, offset).encode()) is None
