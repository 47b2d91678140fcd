"""What has been answered is asked for once, whatever failed beside it."""

from collections import Counter

import pytest

from consumer.emulator.faults import Fault, FaultRule
from consumer.reviewing.errors import ReviewCallsFailed
from tests.unit.reviewing.drafting import Memory, Run


async def test_what_was_answered_before_a_failure_is_not_paid_for_again(run: Run) -> None:
    journal = Memory()
    with pytest.raises(ReviewCallsFailed):
        await run(FaultRule(fault=Fault.SAFETY, call="scoring"), journal=journal)
    draft, plan = await run(journal=journal)
    assert plan.requests == [("gemini", "scoring")]
    assert {c.call: c.reused for c in draft.calls} == {
        "arc": True,
        "scoring": False,
        "perspective:boss": True,
        "perspective:peer": True,
    }


async def test_a_repaired_answer_is_not_paid_for_again(run: Run) -> None:
    journal = Memory()
    spoilt = FaultRule(fault=Fault.INVALID_JSON, call="scoring", nth=frozenset({1}))
    first, plan = await run(spoilt, journal=journal)
    assert Counter(plan.requests)["gemini", "scoring"] == 2
    again, plan = await run(spoilt, journal=journal)
    assert plan.requests == []
    assert again.scoring == first.scoring
    repaired = next(c for c in again.calls if c.call == "scoring")
    assert (repaired.attempts, repaired.reused) == (2, True)


async def test_a_reused_answer_is_the_same_answer(run: Run) -> None:
    journal = Memory()
    first, _ = await run(journal=journal)
    second, plan = await run(journal=journal, key=b"a new key after a restart")
    assert plan.requests == []
    assert second.arc_read == first.arc_read
    assert second.perspectives == first.perspectives
    assert [c.model_copy(update={"reused": False}) for c in second.calls] == list(first.calls)


async def test_a_changed_arc_is_asked_about_anew(run: Run) -> None:
    journal = Memory()
    await run(journal=journal)
    run.signals = run.signals[:1]
    _, plan = await run(journal=journal)
    assert len(plan.requests) == 4


@pytest.mark.parametrize("kept", ["", "{}", "not json", '{"version": 9}'])
async def test_an_entry_nobody_can_read_is_no_entry(run: Run, kept: str) -> None:
    journal = Memory()
    await run(journal=journal)
    journal.kept = dict.fromkeys(journal.kept, kept)
    draft, plan = await run(journal=journal)
    assert len(plan.requests) == 4
    assert not any(c.reused for c in draft.calls)


async def test_an_answer_of_another_version_is_asked_for_again(run: Run) -> None:
    journal = Memory()
    await run(journal=journal)
    journal.kept = {key: text.replace("headline", "heading") for key, text in journal.kept.items()}
    _, plan = await run(journal=journal)
    assert plan.requests == [("gemini", "arc")]


async def test_a_failed_call_is_not_kept(run: Run) -> None:
    journal = Memory()
    await run(FaultRule(fault=Fault.REFUSAL, call="perspective"), journal=journal)
    assert sorted(call for _, call, _ in journal.kept) == ["arc", "scoring"]
