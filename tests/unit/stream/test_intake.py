import pytest

from consumer.stream.intake import Intake


def test_it_stops_at_the_upper_mark_and_goes_on_below_the_lower() -> None:
    intake = Intake(high=10, low=4)
    stopped = []
    for held in (9, 10, 9, 4, 3, 9, 11):
        intake.look(held)
        stopped.append(intake.stopped)
    assert stopped == [False, True, True, True, False, False, True]


def test_only_a_change_is_told() -> None:
    intake = Intake(high=10, low=4)
    assert [intake.look(held) for held in (9, 10, 12, 3, 3)] == [False, True, False, True, False]


def test_no_more_is_taken_than_there_is_room_for() -> None:
    intake = Intake(high=10, low=4)
    assert [intake.room(held) for held in (0, 9, 10, 12)] == [10, 1, 1, 1]


@pytest.mark.parametrize(("high", "low"), [(4, 5), (4, 0)])
def test_marks_that_cannot_be_are_refused(high: int, low: int) -> None:
    with pytest.raises(ValueError, match="low"):
        Intake(high=high, low=low)
