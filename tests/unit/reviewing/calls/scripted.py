"""Providers that do as they are told, and callers that ask them."""

import asyncio
from typing import Any

from consumer.emulator.faults import FaultPlan, FaultRule
from consumer.emulator.spoiling import INVENTED_QUOTE
from consumer.reviewing.calls.fallback import FallbackCaller
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.outcome import Outcome, Usage
from consumer.reviewing.ports import CompletionRequest

BOTH = ["gemini", "openai"]


def now() -> float:
    return asyncio.get_running_loop().time()


def plan_of(*rules: FaultRule) -> FaultPlan:
    return FaultPlan(rules)


def providers_asked(plan: FaultPlan) -> list[str]:
    return [provider for provider, _ in plan.requests]


class Scripted:
    """A provider that gives what it is told, and keeps what it was asked."""

    name = "scripted"
    model = "s"

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.requests: list[CompletionRequest] = []
        self.asked = asyncio.Event()

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        self.requests.append(request)
        return self.outcomes.pop(0)


class Hanging(Scripted):
    """A provider that never answers, whatever timeout its SDK was given."""

    async def complete(self, request: CompletionRequest, *, timeout_seconds: float) -> Outcome:
        self.requests.append(request)
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError


def caller_of(*providers: Scripted, **limits: Any) -> FallbackCaller:
    async def sleep(_: float) -> None:
        return

    return FallbackCaller(providers, limits=CallLimits(**limits), chance=lambda: 0.5, sleep=sleep)


def _answer(quote: str) -> str:
    cite = f'{{"source": "objective", "source_id": "o1", "revision": null, "quote": "{quote}"}}'
    row = '{{"dimension_id": "{}", "raw_xp": 50, "rationale": "It held.", "evidence": [{}]}}'
    return f'{{"dimensions": [{row.format("d1", cite)}, {row.format("d2", "")}]}}'


GOOD = Outcome.ok(_answer("Objective A"), Usage(input_tokens=5, output_tokens=2))
UNGROUNDED = Outcome.ok(_answer(INVENTED_QUOTE), Usage(input_tokens=5))
ROW = '{"dimension_id": "%s", "raw_xp": 50, "rationale": "It held.", "evidence": []%s}'
