"""Drafts by models: their parts, their order, and what fails without the rest."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.reviewing.calls.fallback import FallbackCaller
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.reviewing.models_reviewer import ModelReviewer
from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest, NoJournal, Provider
from consumer.reviewing.prompting.prompts import prompts_of
from schemas.review import Signal
from tests.unit.reviewing.drafting import Run

CALLS = ["arc", "scoring", "perspective:boss", "perspective:peer"]


async def test_a_draft_has_every_part_and_says_who_wrote_it(run: Run) -> None:
    draft, plan = await run()
    assert draft.reviewer == "model"
    assert draft.arc_read.patterns[0].signal_ids == ("recurring_issue-1",)
    assert [d.dimension_id for d in draft.scoring.dimensions] == ["d1", "d2"]
    assert set(draft.perspectives) == {"boss", "peer"}
    assert [call.call for call in draft.calls] == CALLS
    assert {(c.provider, c.model, c.attempts, c.reused) for c in draft.calls} == {
        ("gemini", "emulator-of-g", 1, False)
    }
    assert draft.used is not None
    assert (draft.used.objective_rollups, draft.used.messages, draft.used.artefacts) == (4, 4, 1)
    assert len(plan.requests) == 4


async def test_a_draft_is_in_the_language_of_the_run(run: Run) -> None:
    trigger = run.arc.trigger.model_copy(update={"language": "de"})
    run.arc = replace(run.arc, trigger=trigger)
    draft, _ = await run()
    assert draft.language == "de"


async def test_prompts_are_written_beside_the_loop(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    def written(*arguments: Any, **named: Any) -> Any:
        threads.append(threading.get_ident())
        return prompts_of(*arguments, **named)

    monkeypatch.setattr("consumer.reviewing.models_reviewer.prompts_of", written)
    await run()
    assert len(threads) == 1
    assert threading.get_ident() not in threads


async def test_progress_counts_from_none_to_all(run: Run) -> None:
    await run()
    assert run.progress == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


class AllTogether:
    """A provider that asks nothing of its service before so many calls have come to it."""

    def __init__(self, inner: Provider, calls: int) -> None:
        self.name, self.model = inner.name, inner.model
        self._inner = inner
        self._met = asyncio.Barrier(calls)

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        await self._met.wait()
        return await self._inner.complete(request, timeout_seconds=timeout_seconds)


async def test_the_calls_run_at_the_same_time(
    arc: Arc,
    signals: tuple[Signal, ...],
    providers_on: Callable[[FaultPlan], tuple[Provider, Provider]],
) -> None:
    gemini, _ = providers_on(FaultPlan())
    together = AllTogether(gemini, len(CALLS))
    caller = FallbackCaller((together,), limits=CallLimits(), chance=lambda: 0.5)
    reviewer = ModelReviewer(caller, journal=NoJournal(), marker_key=b"k")
    # One after the other, the first would wait for the second until the deadline, and fail.
    draft = await reviewer.draft(
        arc,
        signals,
        deadline=asyncio.get_running_loop().time() + 60,
        on_progress=lambda *_: None,
    )
    assert [call.call for call in draft.calls] == CALLS


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


async def test_a_fallback_says_so_in_the_provenance(run: Run) -> None:
    draft, _ = await run(FaultRule(fault=Fault.QUOTA, provider="gemini", call="arc"))
    arc_call = draft.calls[0]
    assert (arc_call.provider, arc_call.model, arc_call.fallback) == (
        "openai",
        "emulator-of-o",
        True,
    )
    assert not draft.calls[1].fallback
