import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consumer.stream.offsets import OffsetMap, Progress


def test_nothing_read_commits_the_base() -> None:
    assert OffsetMap(7).progress() == Progress(7)


def test_an_unfinished_offset_holds_the_position() -> None:
    offsets = OffsetMap(0)
    for offset in (0, 1, 2):
        offsets.begin(offset)
    offsets.finish(1)
    offsets.finish(2)
    assert offsets.progress() == Progress(0, ((1, 3),))
    offsets.finish(0)
    assert offsets.progress() == Progress(3)


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


def test_what_a_predecessor_finished_is_not_begun_again() -> None:
    offsets = OffsetMap(Progress(2, ((3, 5), (7, 8))))
    assert [offset for offset in range(2, 9) if offsets.begin(offset)] == [2, 5, 6, 8]


def test_what_a_predecessor_finished_is_told_on_until_it_is_passed() -> None:
    offsets = OffsetMap(Progress(2, ((3, 5), (7, 8))))
    assert offsets.progress() == Progress(2, ((3, 5), (7, 8)))
    offsets.begin(2)
    offsets.finish(2)
    assert offsets.progress() == Progress(5, ((7, 8),))


def test_the_progress_to_come_leaves_the_map_as_it_is() -> None:
    offsets = OffsetMap(0)
    for offset in range(3):
        offsets.begin(offset)
    assert offsets.progress(finishing={0, 1}) == Progress(2)
    assert offsets.running == {0, 1, 2}


@given(st.data())
def test_the_position_is_the_first_unfinished_offset(data: st.DataObject) -> None:
    read = sorted(data.draw(st.sets(st.integers(0, 60), min_size=1)))
    offsets = OffsetMap(read[0])
    left = list(read)
    for offset in read:
        assert offsets.begin(offset)
    for offset in data.draw(st.permutations(read)):
        offsets.finish(offset)
        left.remove(offset)
        assert offsets.position == (left[0] if left else read[-1] + 1)
        assert offsets.running == set(left)


class ProcessesAgainstAModel(RuleBasedStateMachine):
    """However processes take over from one another, no record is lost and none is begun twice.

    The model is the set of records whose work was committed. A successor starts from what its
    predecessor committed last, and reads on from there.
    """

    LOG = 30

    def __init__(self) -> None:
        super().__init__()
        self.committed = Progress(0)
        self.done: set[int] = set()
        self.offsets = OffsetMap(self.committed)
        self.ready: set[int] = set()

    @precondition(lambda self: self.offsets.read < self.LOG)
    @rule(count=st.integers(1, 6))
    def read(self, count: int) -> None:
        for offset in range(self.offsets.read, min(self.offsets.read + count, self.LOG)):
            # Every seventh offset is a marker: never handed out.
            if offset % 7 == 6:
                self.offsets.advance(offset + 1)
            elif self.offsets.begin(offset):
                assert offset not in self.done
            else:
                assert offset in self.done

    @precondition(lambda self: self.offsets.running)
    @rule(data=st.data())
    def commit_some(self, data: st.DataObject) -> None:
        some = data.draw(st.sets(st.sampled_from(sorted(self.offsets.running)), min_size=1))
        self.committed = self.offsets.progress(finishing=some)
        for offset in some:
            self.offsets.finish(offset)
        assert self.offsets.progress() == self.committed
        self.done |= some

    @rule()
    def die_and_be_succeeded(self) -> None:
        self.offsets = OffsetMap(self.committed)

    @invariant()
    def nothing_below_the_position_is_undone(self) -> None:
        records = {offset for offset in range(self.LOG) if offset % 7 != 6}
        below = {offset for offset in records if offset < self.committed.position}
        ahead = {
            offset
            for offset in records
            for run in self.committed.ahead
            if run[0] <= offset < run[1]
        }
        assert below | ahead == self.done


TestProcessesAgainstAModel = ProcessesAgainstAModel.TestCase
TestProcessesAgainstAModel.settings = settings(max_examples=100, deadline=None)
