"""The hub: who gets what, and what happens to those who do not keep up."""

import pytest

from gateway.errors import TooManyConnectionsError
from gateway.hub import Frame, Hub, Limits, Outbox


def join(hub: Hub, user_id: str = "ada") -> Outbox:
    return hub.join(user_id, wake=lambda: None)


def texts(outbox: Outbox) -> list[str]:
    found = []
    while (frame := outbox.take()) is not None:
        found.append(frame.text)
    return found


def review(offset: int, run_id: str = "") -> Frame:
    return Frame(f"r{offset}", 0, offset, run_id or f"run-{offset}")


def test_only_the_latest_progress_of_a_run_waits_for_a_slow_reader() -> None:
    hub = Hub()
    outbox = join(hub)
    for number in range(1000):
        hub.progress("ada", Frame(f"a{number}", run_id="a"), over=False)
    hub.progress("ada", Frame("b", run_id="b"), over=False)
    assert texts(outbox) == ["a999", "b"]


def test_reviews_are_never_dropped_and_keep_their_order() -> None:
    hub = Hub(Limits(frames=10))
    outbox = join(hub)
    for offset in range(10):
        hub.review("ada", review(offset, "same-run"))
    assert texts(outbox) == [f"r{offset}" for offset in range(10)]


def test_one_frame_over_the_bound_evicts_that_connection_only() -> None:
    hub = Hub(Limits(frames=2))
    slow, fast = join(hub), join(hub)
    for offset in range(3):
        hub.review("ada", review(offset))
        fast.take()
    assert (slow.evicted, len(slow)) == (4408, 0)
    assert fast.evicted is None


def test_too_many_characters_evict_as_well() -> None:
    hub = Hub(Limits(characters=100))
    outbox = join(hub)
    hub.review("ada", Frame("x" * 101, 0, 0, "run"))
    assert outbox.evicted == 4408


def test_characters_are_counted_back_when_taken() -> None:
    hub = Hub(Limits(characters=100))
    outbox = join(hub)
    for offset in range(50):
        hub.review("ada", Frame("x" * 90, 0, offset, "run"))
        outbox.take()
    assert outbox.evicted is None


def test_what_was_replayed_is_not_pushed_again() -> None:
    hub = Hub()
    outbox = join(hub)
    hub.review("ada", review(4))
    hub.review("ada", review(6))
    outbox.start_after(partition=0, offset=5)
    hub.review("ada", review(5))
    hub.review("ada", review(7))
    assert texts(outbox) == ["r6", "r7"]


def test_the_bound_on_connections_is_per_user_and_freed_by_leaving() -> None:
    hub = Hub(Limits(connections_per_user=1))
    first = join(hub)
    join(hub, "eve")
    with pytest.raises(TooManyConnectionsError):
        join(hub)
    hub.leave(first)
    hub.leave(first)
    join(hub)
    assert len(hub) == 2


def test_an_erased_run_is_taken_out_of_what_waits() -> None:
    hub = Hub()
    outbox = join(hub)
    hub.review("ada", review(1, "gone"))
    hub.review("ada", review(2, "kept"))
    hub.progress("ada", Frame("step", run_id="gone"), over=False)
    hub.forget_run("gone")
    assert texts(outbox) == ["r2"]
    assert hub.under_way("ada") == ()


def test_a_run_is_under_way_until_its_review_or_its_end() -> None:
    hub = Hub()
    hub.progress("ada", Frame("1", run_id="a"), over=False)
    hub.progress("ada", Frame("2", run_id="b"), over=False)
    hub.progress("eve", Frame("3", run_id="c"), over=False)
    assert [frame.text for frame in hub.under_way("ada")] == ["1", "2"]
    hub.review("ada", review(1, "a"))
    hub.progress("ada", Frame("4", run_id="b"), over=True)
    assert hub.under_way("ada") == ()
    assert [frame.text for frame in hub.under_way("eve")] == ["3"]


def test_runs_under_way_are_bounded_oldest_first() -> None:
    hub = Hub(Limits(runs_with_progress=2))
    for name in "abc":
        hub.progress("ada", Frame(name, run_id=name), over=False)
    assert [frame.text for frame in hub.under_way("ada")] == ["b", "c"]


def test_everything_put_wakes_the_writer() -> None:
    woken: list[str] = []
    outbox = Hub().join("ada", wake=lambda: woken.append("!"))
    outbox.review(review(1))
    outbox.progress(Frame("p", run_id="a"))
    outbox.control(Frame("c"), kind="pong")
    outbox.close(1012)
    assert len(woken) == 4
