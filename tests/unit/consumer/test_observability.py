"""What of the libraries' log lines is written."""

import logging

from consumer.observability import REPEAT_SECONDS, Repeated


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
