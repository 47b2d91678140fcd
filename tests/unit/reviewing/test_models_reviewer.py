import asyncio
from collections.abc import Callable

import pytest

from consumer.arc import Arc
from consumer.drafts import ReviewDraft
from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.reviewing.fallback import FallbackCaller
from consumer.reviewing.models_reviewer import ModelReviewer
from consumer.reviewing.outcome import OutcomeKind
from consumer.reviewing.ports import Journal, NoJournal
from schemas.review import Signal

CallerOn = Callable[..., FallbackCaller]
CALLS = ["arc", "scoring", "perspective:boss", "perspective:peer"]


class Memory:
    """A journal in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], str] = {}

    async def get(self, *, run_id: str, call: str, prompt_hash: str) -> str | None:
        return self.kept.get((run_id, call, prompt_hash))

    async def put(self, *, run_id: str, call: str, prompt_hash: str, outcome: str) -> None:
        self.kept.setdefault((run_id, call, prompt_hash), outcome)


class Run:
    """Draft the same arc as often as wanted."""

    def __init__(self, caller_on: CallerOn, arc: Arc, signals: tuple[Signal, ...]) -> None:
        self._caller_on = caller_on
        self.arc = arc
        self.signals = signals
        self.progress: list[tuple[int, int]] = []

    async def __call__(
        self, *rules: FaultRule, journal: Journal | None = None, key: bytes = b"k"
    ) -> tuple[ReviewDraft, FaultPlan]:
        plan = FaultPlan(rules)
        reviewer = ModelReviewer(
            self._caller_on(plan), journal=journal or NoJournal(), marker_key=key
        )
        draft = await reviewer.draft(
            self.arc,
            self.signals,
            deadline=asyncio.get_running_loop().time() + 30,
            on_progress=lambda done, total: self.progress.append((done, total)),
        )
        return draft, plan


@pytest.fixture
def run(caller_on: CallerOn, arc: Arc, signals: tuple[Signal, ...]) -> Run:
    return Run(caller_on, arc, signals)


async def test_a_draft_has_every_part_and_says_who_wrote_it(run: Run) -> None:
    draft, plan = await run()
    assert draft.reviewer == "model"
    assert draft.arc_read.patterns[0].signal_ids == ("sig-recurring_issue",)
    assert [d.dimension_id for d in draft.scoring.dimensions] == ["d1", "d2"]
    assert set(draft.perspectives) == {"boss", "peer"}
    assert [call.call for call in draft.calls] == CALLS
    assert {(c.provider, c.model, c.attempts, c.reused) for c in draft.calls} == {
        ("gemini", "g", 1, False)
    }
    assert draft.used is not None
    assert (draft.used.objective_rollups, draft.used.messages, draft.used.artefacts) == (4, 4, 1)
    assert len(plan.requests) == 4


async def test_progress_counts_from_none_to_all(run: Run) -> None:
    await run()
    assert run.progress == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


async def test_the_calls_run_at_the_same_time(
    arc: Arc, signals: tuple[Signal, ...], caller_on: CallerOn
) -> None:
    plan = FaultPlan((FaultRule(fault=Fault.HANG, provider="gemini"),))
    reviewer = ModelReviewer(
        caller_on(plan, fallback_reserve=0.5), journal=NoJournal(), marker_key=b"k"
    )
    loop = asyncio.get_running_loop()
    started = loop.time()
    await reviewer.draft(arc, signals, deadline=started + 0.6, on_progress=lambda *_: None)
    # One after the other, the four hangs alone would take 0.3 + 0.15 + … and find no time left.
    assert loop.time() - started < 0.6
    assert [p for p, _ in plan.requests[:4]] == ["gemini"] * 4


async def test_a_persona_that_fails_everywhere_is_a_value_and_the_rest_ships(run: Run) -> None:
    draft, _ = await run(FaultRule(fault=Fault.REFUSAL, call="perspective:peer"))
    assert draft.perspectives["peer"] is None
    assert draft.perspectives["boss"] is not None
    assert [c.call for c in draft.calls] == CALLS[:3]


@pytest.mark.parametrize("call", ["arc", "scoring"])
async def test_without_arc_or_scoring_there_is_no_draft(run: Run, call: str) -> None:
    with pytest.raises(ReviewCallsFailed) as caught:
        await run(FaultRule(fault=Fault.SAFETY, call=call))
    blocked = OutcomeKind.BLOCKED
    assert caught.value.failures == {call: (blocked, blocked)}
    assert caught.value.retryable


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


async def test_a_fallback_says_so_in_the_provenance(run: Run) -> None:
    draft, _ = await run(FaultRule(fault=Fault.QUOTA, provider="gemini", call="arc"))
    arc_call = draft.calls[0]
    assert (arc_call.provider, arc_call.model, arc_call.fallback) == ("openai", "o", True)
    assert not draft.calls[1].fallback
