import pytest

from consumer.publication import Publication
from consumer.stream import done as module
from consumer.stream.completion import Completion
from consumer.stream.done import Done, DoneQueue, largest_of, offsets_of
from producer.records import OutputRecord


def _done(offset: int | None = None, *, run_id: str | None = None, size: int = 0) -> Done:
    publication = None
    if run_id is not None:
        publication = Publication(
            run_id=run_id,
            user_id="u",
            revision=1,
            status="complete",
            published_at_ms=0,
            reviewed_changes=0,
            arc_digest="",
        )
    record = OutputRecord(topic="t", key=b"k", value=b"x" * size)
    return Done(
        Completion((record,), publication=publication),
        offset,
        settled=lambda: None,
        again=lambda _: None,
        too_large=lambda _: None,
    )


def _queue(*all_done: Done) -> DoneQueue:
    queue = DoneQueue()
    for done in all_done:
        queue.put(done)
    return queue


def test_of_one_run_one_publication_goes_at_a_time() -> None:
    first, second, other, plain = (
        _done(1, run_id="a"),
        _done(2, run_id="a"),
        _done(3, run_id="b"),
        _done(4),
    )
    queue = _queue(first, second, other, plain)
    assert queue.batch() == [first, other, plain]
    assert len(queue) == 4
    queue.take([first, other, plain])
    assert queue.batch() == queue.rest() == [second]


def test_a_batch_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_COMPLETIONS", 2)
    queue = _queue(*(_done(number) for number in range(3)))
    assert offsets_of(queue.batch()) == [0, 1]


def test_a_revisit_has_no_offset() -> None:
    assert offsets_of([_done(7), _done(None)]) == [7]


def test_the_largest_is_the_one_with_the_largest_record() -> None:
    small, large = _done(1, size=10), _done(2, size=999)
    assert largest_of([small, large]) is large
