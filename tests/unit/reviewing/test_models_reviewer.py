import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.drafts import ReviewDraft
from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.errors import DebriefError
from consumer.reviewing.calls.fallback import FallbackCaller
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.reviewing.models_reviewer import ModelReviewer
from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest, Journal, NoJournal, Provider
from consumer.reviewing.prompting.prompts import prompts_of
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


async def test_a_fallback_says_so_in_the_provenance(run: Run) -> None:
    draft, _ = await run(FaultRule(fault=Fault.QUOTA, provider="gemini", call="arc"))
    arc_call = draft.calls[0]
    assert (arc_call.provider, arc_call.model, arc_call.fallback) == (
        "openai",
        "emulator-of-o",
        True,
    )
    assert not draft.calls[1].fallback


class Away:
    """A provider that cannot be asked for `call`; asked for another it passes the question on."""

    name = "gemini"
    model = "g"

    def __init__(self, inner: Provider, end: Outcome, *, calls: tuple[str, ...]) -> None:
        self._inner = inner
        self._end = end
        self._calls = calls

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        if request.call in self._calls:
            return self._end
        return await self._inner.complete(request, timeout_seconds=timeout_seconds)


class Circuits:
    """One circuit, open for so long or closed."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds

    def blocked_seconds(self) -> float | None:
        return self.seconds

    def typical_seconds(self, call: str) -> float | None:
        return None


EVERY_CALL = ("arc", "scoring", "perspective")
OPEN = Outcome(kind=OutcomeKind.CIRCUIT_OPEN, retry_after_seconds=7.0)


class Outage:
    """Draft an arc while a provider ends calls in some way."""

    def __init__(
        self, providers_on: Callable[[FaultPlan], Any], arc: Arc, signals: tuple[Signal, ...]
    ) -> None:
        self._gemini = providers_on(FaultPlan())[0]
        self.arc = arc
        self.signals = signals
        self.journal = Memory()
        self.ends: list[tuple[str, str]] = []

    async def draft(
        self,
        end: Outcome = OPEN,
        *,
        calls: tuple[str, ...] = EVERY_CALL,
        blocked: float | None = 7.0,
        waits: bool = True,
        journal: Journal | None = None,
    ) -> ReviewDraft:
        caller = FallbackCaller(
            [Away(self._gemini, end, calls=calls)],
            limits=CallLimits(max_repeats=0),
            chance=lambda: 0.0,
            circuits=[Circuits(blocked)],
        )
        reviewer = ModelReviewer(
            caller,
            journal=journal or self.journal,
            marker_key=b"k",
            waits_out_outages=waits,
            on_end=lambda call, told: self.ends.append((call, told)),
        )
        return await reviewer.draft(
            self.arc,
            self.signals,
            deadline=asyncio.get_running_loop().time() + 30,
            on_progress=lambda *_: None,
        )


@pytest.fixture
def outage(
    providers_on: Callable[[FaultPlan], Any], arc: Arc, signals: tuple[Signal, ...]
) -> Outage:
    return Outage(providers_on, arc, signals)


async def test_where_every_circuit_is_open_the_failure_says_how_long(outage: Outage) -> None:
    with pytest.raises(ReviewCallsFailed) as caught:
        await outage.draft()
    assert caught.value.pause_seconds == 7.0
    assert sorted(caught.value.failures) == ["arc", "scoring"]


async def test_a_run_that_nobody_answers_while_others_would_be_is_no_outage(outage: Outage) -> None:
    with pytest.raises(ReviewCallsFailed) as caught:
        await outage.draft(Outcome(kind=OutcomeKind.TIMEOUT), blocked=None)
    assert caught.value.pause_seconds is None
    assert not caught.value.is_saturation


@pytest.mark.parametrize(("seconds", "pause"), [(3600.0, 3600.0), (None, None)])
async def test_a_spent_day_pauses_all_runs_and_a_spent_run_none(
    outage: Outage, seconds: float | None, pause: float | None
) -> None:
    spent = Outcome(kind=OutcomeKind.OVER_BUDGET, retry_after_seconds=seconds)
    with pytest.raises(ReviewCallsFailed) as caught:
        await outage.draft(spent, blocked=None)
    assert caught.value.pause_seconds == pause


async def test_our_own_limits_are_no_failure_of_the_run(outage: Outage) -> None:
    full = Outcome(kind=OutcomeKind.LOCAL_SATURATION)
    with pytest.raises(ReviewCallsFailed) as caught:
        await outage.draft(full, blocked=None)
    assert caught.value.is_saturation


async def test_what_is_journaled_is_served_while_every_circuit_is_open(outage: Outage) -> None:
    first = await outage.draft(calls=(), blocked=None)
    again = await outage.draft()
    assert again.arc_read == first.arc_read
    assert all(call.reused for call in again.calls)
    assert len(again.calls) == 4


async def test_a_persona_is_waited_for_while_every_circuit_is_open(outage: Outage) -> None:
    with pytest.raises(ReviewCallsFailed) as caught:
        await outage.draft(calls=("perspective",))
    assert caught.value.pause_seconds == 7.0
    draft = await outage.draft(calls=(), blocked=None)
    assert {call.call: call.reused for call in draft.calls} == {
        "arc": True,
        "scoring": True,
        "perspective:boss": False,
        "perspective:peer": False,
    }


async def test_where_rules_may_stand_in_a_persona_is_not_waited_for(outage: Outage) -> None:
    draft = await outage.draft(calls=("perspective",), waits=False)
    assert draft.perspectives == {"boss": None, "peer": None}


async def test_a_persona_that_is_refused_is_not_waited_for(outage: Outage) -> None:
    refused = Outcome(kind=OutcomeKind.REFUSED)
    draft = await outage.draft(refused, calls=("perspective",), blocked=None)
    assert draft.perspectives == {"boss": None, "peer": None}


async def test_every_calls_end_is_told(outage: Outage) -> None:
    await outage.draft(calls=("perspective",), waits=False)
    assert Counter(outage.ends) == {
        ("arc", "answered"): 1,
        ("scoring", "answered"): 1,
        ("perspective", "unanswered"): 2,
    }


class FailsOnce(Memory):
    """A journal whose database is away when one call is to be kept."""

    async def put(self, *, run_id: str, call: str, prompt_hash: str, outcome: str) -> None:
        if call == "arc":
            raise DebriefError("the database is away")
        await super().put(run_id=run_id, call=call, prompt_hash=prompt_hash, outcome=outcome)


async def test_a_journal_that_fails_for_one_call_still_keeps_the_others(outage: Outage) -> None:
    journal = FailsOnce()
    with pytest.raises(DebriefError, match="away"):
        await outage.draft(calls=(), blocked=None, journal=journal)
    assert sorted(call for _, call, _ in journal.kept) == [
        "perspective:boss",
        "perspective:peer",
        "scoring",
    ]
