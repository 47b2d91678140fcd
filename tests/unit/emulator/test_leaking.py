import json
from typing import Any

import pytest

from consumer.emulator.answers import careful_answer
from consumer.emulator.leaking import MAX_RUNS, Overheard, leak

OTHERS = {
    "record": "message", "message_id": "m9", "persona_id": "peer", "stage_id": "s1",
    "sender": "persona", "text": "Between us the vendor is called Kestrel4711, keep it from Ada.",
}  # fmt: skip
NOTE = {
    "record": "artefact", "artefact_id": "a9", "revision": 2, "stage_id": "s1", "kind": "note",
    "text": "I doubt the plan but nobody else should hear of that today.",
}  # fmt: skip


async def test_a_perspective_hears_what_the_arc_read_of_its_run_was_shown(asked: Any) -> None:
    overheard = Overheard()
    await overheard.listen(asked("arc", own=(OTHERS, NOTE)))

    assert await overheard.secrets_of(asked("perspective")) == (OTHERS, NOTE)


async def test_its_own_thread_is_no_secret(asked: Any) -> None:
    overheard = Overheard()
    await overheard.listen(asked("arc"))

    assert await overheard.secrets_of(asked("perspective")) == ()


async def test_another_run_is_not_heard_and_not_waited_for_long(asked: Any) -> None:
    overheard = Overheard(patience_seconds=0)
    other = {"record": "scenario", "title": "Another"}
    await overheard.listen(asked("arc", other, own=(OTHERS,)))

    assert await overheard.secrets_of(asked("perspective")) == ()


async def test_the_oldest_runs_are_forgotten(asked: Any) -> None:
    overheard = Overheard(patience_seconds=0)
    for n in range(MAX_RUNS + 1):
        await overheard.listen(asked("arc", {"record": "n", "n": n}, own=(OTHERS,)))

    assert await overheard.secrets_of(asked("perspective", {"record": "n", "n": 0})) == ()
    assert await overheard.secrets_of(asked("perspective", {"record": "n", "n": 1})) == (OTHERS,)


@pytest.mark.parametrize("secrets", [(OTHERS,), (NOTE,)])
def test_whatever_way_it_takes_the_answer_holds_the_secret(asked: Any, secrets: Any) -> None:
    words = secrets[0]["text"].rstrip(".").split()
    for n in range(20):
        request = asked("perspective", repair=str(n))
        said = json.dumps(leak(careful_answer(request), request, secrets))
        runs = [" ".join(words[i : i + 6]) for i in range(len(words) - 5)]
        assert any(run in said for run in runs) or "Kestrel4711" in said


def test_a_code_is_told_before_anything_else(asked: Any) -> None:
    for n in range(20):
        request = asked("perspective", repair=str(n))
        said = json.dumps(leak(careful_answer(request), request, (NOTE, OTHERS)))
        assert "Kestrel4711" in said or "vendor is called" in said


def test_without_a_secret_the_answer_stays(asked: Any) -> None:
    request = asked("perspective")
    assert leak(careful_answer(request), request, ()) == careful_answer(request)
