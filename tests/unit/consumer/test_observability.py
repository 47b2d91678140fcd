"""What of the libraries' log lines is written."""

import logging

from consumer.observability import REPEAT_SECONDS, REPEATS_REMEMBERED, Repeated


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _record(name: str, message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "f.py", 1, message, arguments, None)


def test_a_library_that_complains_on_and_on_is_heard_now_and_then() -> None:
    clock = Clock()
    repeated = Repeated("aiokafka", clock=clock)
    complaint = ("aiokafka.consumer", "no connection to %s", "b:9092")
    assert [repeated.filter(_record(*complaint)) for _ in range(70)] == [True, *[False] * 69]
    clock.now = REPEAT_SECONDS
    record = _record(*complaint)
    assert repeated.filter(record)
    assert record.getMessage() == "no connection to b:9092 (and 69 times more in between)"


def test_another_complaint_and_all_that_is_ours_are_heard_at_once() -> None:
    repeated = Repeated("aiokafka", clock=Clock())
    assert repeated.filter(_record("aiokafka", "one"))
    assert repeated.filter(_record("aiokafka", "another"))
    assert all(repeated.filter(_record("consumer.stream", "ours")) for _ in range(3))


def test_the_same_words_of_another_broker_are_heard_at_once() -> None:
    repeated = Repeated("aiokafka", clock=Clock())
    words = ("aiokafka.consumer", "no connection to %s")
    assert [repeated.filter(_record(*words, name)) for name in "abab"] == [True, True, False, False]


def test_the_same_words_of_another_object_of_the_same_kind_are_the_same() -> None:
    repeated = Repeated("aiokafka", clock=Clock())
    words = ("aiokafka.conn", "closed %s")
    told = [f"<Connection at 0x7f{place:02x} to b:9092>" for place in range(3)]
    assert [repeated.filter(_record(*words, one)) for one in told] == [True, False, False]


def test_words_that_never_come_twice_are_neither_all_told_nor_all_remembered() -> None:
    clock = Clock()
    repeated = Repeated("aiokafka", clock=clock)

    def told() -> int:
        return sum(repeated.filter(_record("aiokafka", "at %d", at)) for at in range(10_000))

    assert told() == REPEATS_REMEMBERED
    clock.now = REPEAT_SECONDS
    assert told() == REPEATS_REMEMBERED
    assert len(repeated._told) == REPEATS_REMEMBERED


def test_one_that_was_forgotten_is_heard_anew() -> None:
    clock = Clock()
    repeated = Repeated("aiokafka", clock=clock)
    assert repeated.filter(_record("aiokafka", "first"))
    clock.now = REPEAT_SECONDS
    for at in range(REPEATS_REMEMBERED):
        assert repeated.filter(_record("aiokafka", "at %d", at))
    assert not repeated.filter(_record("aiokafka", "first"))  # full of what was told just now
    clock.now = 2 * REPEAT_SECONDS
    assert repeated.filter(_record("aiokafka", "first"))
