import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.stream.offsets import OffsetMap


def test_nothing_read_commits_the_base() -> None:
    assert OffsetMap(7).position == 7


def test_an_unfinished_offset_holds_the_position() -> None:
    offsets = OffsetMap(0)
    for offset in (0, 1, 2):
        offsets.begin(offset)
    offsets.finish(1)
    offsets.finish(2)
    assert offsets.position == 0
    assert offsets.finished_ahead == {1, 2}
    offsets.finish(0)
    assert offsets.position == 3
    assert offsets.finished_ahead == frozenset()


def test_gaps_are_passed_over() -> None:
    offsets = OffsetMap(0)
    offsets.begin(3)
    offsets.begin(9)
    offsets.finish(3)
    assert offsets.position == 9
    offsets.finish(9)
    offsets.advance(12)
    assert offsets.position == 12


def test_control_records_behind_a_running_offset_do_not_move_the_position() -> None:
    offsets = OffsetMap(0)
    offsets.begin(4)
    offsets.advance(10)
    assert offsets.position == 4


@pytest.mark.parametrize("again", [1, 2, 3])
def test_an_offset_handed_out_again_is_rejoined(again: int) -> None:
    offsets = OffsetMap(1)
    for offset in (1, 2, 3):
        assert offsets.begin(offset)
    offsets.finish(1)
    offsets.finish(3)
    assert not offsets.begin(again)


def test_only_a_running_offset_can_finish() -> None:
    with pytest.raises(KeyError):
        OffsetMap(0).finish(0)


@given(st.data())
def test_the_position_is_the_first_unfinished_offset(data: st.DataObject) -> None:
    read = sorted(data.draw(st.sets(st.integers(0, 60), min_size=1)))
    offsets = OffsetMap(read[0])
    finished: set[int] = set()
    for offset in read:
        assert offsets.begin(offset)
    for offset in data.draw(st.permutations(read)):
        offsets.finish(offset)
        finished.add(offset)
        left = [other for other in read if other not in finished]
        assert offsets.position == (left[0] if left else read[-1] + 1)
        assert offsets.finished_ahead == {done for done in finished if done > offsets.position}
        assert offsets.running == set(left)
