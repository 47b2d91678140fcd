"""An arc that models draft as often as wanted, and a journal in memory."""

import asyncio
from collections.abc import Callable

from consumer.arc import Arc
from consumer.drafts import ReviewDraft
from consumer.emulator.faults import FaultPlan, FaultRule
from consumer.reviewing.calls.fallback import FallbackCaller
from consumer.reviewing.models_reviewer import ModelReviewer
from consumer.reviewing.ports import Journal, NoJournal
from schemas.review import Signal

CallerOn = Callable[..., FallbackCaller]


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
