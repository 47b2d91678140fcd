"""A burst of late records makes one revision; a trickle makes some; nothing is put off for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.context.late_context import PATIENCE_SECONDS, QUIET_SECONDS, LateRun, LateWatch


def _run(changes: int, *, revision: int = 1, whole: bool = False, run_id: str = "run-1") -> LateRun:
    return LateRun(run_id=run_id, revision=revision, changes=changes, whole=whole)


def test_a_run_is_due_once_nothing_came_for_a_while() -> None:
    watch = LateWatch()

    assert watch.due([_run(1)], now_seconds=0) == set()
    assert watch.due([_run(2)], now_seconds=QUIET_SECONDS) == set()
    assert watch.due([_run(2)], now_seconds=2 * QUIET_SECONDS - 0.1) == set()
    assert watch.due([_run(2)], now_seconds=2 * QUIET_SECONDS) == {"run-1"}


def test_a_run_that_is_whole_now_waits_for_nothing() -> None:
    assert LateWatch().due([_run(1, whole=True), _run(1, run_id="run-2")], now_seconds=0) == {
        "run-1"
    }


def test_a_trickle_does_not_put_the_revision_off_for_ever() -> None:
    watch = LateWatch()
    due = [watch.due([_run(second)], now_seconds=second) for second in range(100)]

    assert due.index({"run-1"}) == PATIENCE_SECONDS


def test_after_its_revision_a_run_is_looked_at_anew() -> None:
    watch = LateWatch()
    watch.due([_run(1)], now_seconds=0)

    assert watch.due([_run(1, revision=2)], now_seconds=QUIET_SECONDS) == set()


def test_what_is_no_longer_late_is_forgotten() -> None:
    watch = LateWatch()
    watch.due([_run(1)], now_seconds=0)
    watch.due([], now_seconds=1)

    assert watch.due([_run(1)], now_seconds=QUIET_SECONDS) == set()


@given(st.lists(st.booleans(), min_size=200, max_size=400))
def test_the_longest_wait_is_bounded_whatever_comes(comes: list[bool]) -> None:
    watch, changes = LateWatch(), 1
    for second, one_more in enumerate(comes):
        changes += one_more
        if watch.due([_run(changes)], now_seconds=second):
            assert second <= PATIENCE_SECONDS
            return
    pytest.fail("it was never due")
