"""Drafting while providers cannot be asked: who waits, for how long, and what still comes."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from consumer.arc import Arc
from consumer.drafts import ReviewDraft
from consumer.emulator.faults import FaultPlan
from consumer.errors import DebriefError
from consumer.reviewing.calls.fallback import FallbackCaller
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.reviewing.models_reviewer import ModelReviewer
from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.ports import CompletionRequest, Journal, Provider
from schemas.review import Signal
from tests.unit.reviewing.drafting import Memory


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
