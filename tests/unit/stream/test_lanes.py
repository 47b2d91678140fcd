from collections.abc import Iterable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consumer.stream.lanes import Lanes

LIMIT = 3


def _lanes(limit: int, items: Iterable[str]) -> Lanes[str, str]:
    lanes: Lanes[str, str] = Lanes(limit)
    for item in items:
        lanes.add(item[0], item)
    return lanes


def test_two_items_of_one_key_never_run_at_once() -> None:
    lanes = _lanes(5, ["a1", "a2"])
    assert lanes.start() == [("a", "a1")]
    assert lanes.start() == []
    lanes.finish("a")
    assert lanes.start() == [("a", "a2")]


def test_a_busy_key_does_not_hold_up_another() -> None:
    lanes = _lanes(2, ["a1", "a2", "b1"])
    assert lanes.start() == [("a", "a1"), ("b", "b1")]


def test_no_more_than_the_limit_run() -> None:
    lanes = _lanes(2, ["a1", "b1", "c1"])
    assert len(lanes.start()) == 2
    lanes.finish("b")
    assert lanes.start() == [("c", "c1")]


def test_a_waiting_item_holds_no_slot_but_its_lane() -> None:
    lanes = _lanes(1, ["a1", "a2", "b1"])
    lanes.start()
    lanes.wait("a")
    assert lanes.start() == [("b", "b1")]
    lanes.finish("b")
    assert lanes.start() == []
    lanes.resume("a")
    assert lanes.start() == [("a", "a1")]


def test_a_dropped_lane_is_gone_and_frees_its_slot() -> None:
    lanes = _lanes(1, ["a1", "a2", "b1"])
    lanes.start()
    assert lanes.drop("a") == ["a1", "a2"]
    assert lanes.held == 1
    assert lanes.start() == [("b", "b1")]


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        Lanes(0)


class LanesAgainstAModel(RuleBasedStateMachine):
    """Any interleaving behaves as a plain list of items with a state each."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes: Lanes[str, int] = Lanes(LIMIT)
        self.queues: dict[str, list[int]] = {}
        self.running: set[str] = set()
        self.waiting: set[str] = set()
        self.count = 0

    @rule(key=st.sampled_from("abcdef"))
    def add(self, key: str) -> None:
        self.count += 1
        self.lanes.add(key, self.count)
        self.queues.setdefault(key, []).append(self.count)

    @rule()
    def start(self) -> None:
        startable = {
            key
            for key, queue in self.queues.items()
            if queue and key not in self.running and key not in self.waiting
        }
        started = self.lanes.start()
        assert len(started) == min(LIMIT - len(self.running), len(startable))
        for key, item in started:
            assert key in startable
            assert item == self.queues[key][0]
            self.running.add(key)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.running)))
        self.lanes.finish(key)
        self.running.remove(key)
        self.queues[key].pop(0)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def wait(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.running)))
        self.lanes.wait(key)
        self.running.remove(key)
        self.waiting.add(key)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.waiting)))
        self.lanes.resume(key)
        self.waiting.remove(key)

    @rule(key=st.sampled_from("abcdef"))
    def drop(self, key: str) -> None:
        assert self.lanes.drop(key) == self.queues.pop(key, [])
        self.running.discard(key)
        self.waiting.discard(key)

    @invariant()
    def counts_agree(self) -> None:
        assert self.lanes.running == len(self.running) <= LIMIT
        assert self.lanes.waiting == len(self.waiting)
        assert self.lanes.held == sum(map(len, self.queues.values()))


TestLanesAgainstAModel = LanesAgainstAModel.TestCase
TestLanesAgainstAModel.settings = settings(max_examples=60, deadline=None)
