import os
import signal
from collections.abc import Iterator

import pytest

from producer.fault_points import FaultPoint, arm, reach


@pytest.fixture(autouse=True)
def deaths(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    seen: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _pid, number: seen.append(number))
    yield seen
    arm("")


def test_nothing_happens_where_nothing_is_armed(deaths: list[int]) -> None:
    arm("")
    for point in FaultPoint:
        reach(point)
    assert deaths == []


def test_the_process_dies_when_the_point_is_reached_so_often(deaths: list[int]) -> None:
    arm("after_call:2")
    reach(FaultPoint.AFTER_CALL)
    reach(FaultPoint.AFTER_GATHER)
    assert deaths == []
    reach(FaultPoint.AFTER_CALL)
    assert deaths == [signal.SIGKILL]


@pytest.mark.parametrize("wrong", ["nowhere:1", "after_call:0", "after_call:x"])
def test_a_wrong_specification_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"nowhere|count|invalid literal"):
        arm(wrong)
