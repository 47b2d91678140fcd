"""What hedging does to the tail: one call in a hundred takes ten times as long.

    .venv/bin/python tests/benchmarks/hedging_tail.py

Both arms run at the same time, on the same draws, through the real OpenAI SDK and all that guards
a provider; only the network is a coroutine that sleeps. A review takes as long as the slowest of
its five calls, so its tail is where one slow call in a hundred hurts.
"""

import asyncio
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import httpx2
from prometheus_client import CollectorRegistry

from consumer.reviewing.answer_schema import canonical_schema
from consumer.reviewing.guards.breaker import BreakerLimits
from consumer.reviewing.guards.budgeted import Budgets, MemoryLedger
from consumer.reviewing.guards.bulkhead import ProviderLimits
from consumer.reviewing.guards.call_metrics import CallMetrics
from consumer.reviewing.guards.guarded import GuardedProvider
from consumer.reviewing.guards.guarding import GuardOptions, Guards
from consumer.reviewing.outcome import OutcomeKind
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.providers.openai.responses import OpenAIProvider
from consumer.reviewing.unattended import Unattended

REVIEWS = 1200
CALLS_A_REVIEW = 5
REVIEWS_AT_ONCE = 8
TYPICAL_SECONDS = 0.3
SLOW_SHARE, SLOW_FACTOR = 0.01, 10
SEED = 20261124

BODY = json.dumps(
    {
        "id": "r",
        "object": "response",
        "status": "completed",
        "output": [
            {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "output_text", "text": "{}", "annotations": []}],
            }
        ],
        "usage": {"input_tokens": 10, "output_tokens": 7, "total_tokens": 17},
    }
).encode()
REQUEST = CompletionRequest(
    call="scoring",
    system="s",
    user="u",
    schema=canonical_schema("scoring"),
    max_output_tokens=100,
)


class Arm:
    """One provider with its guards, hedging or not."""

    def __init__(self, *, share: float) -> None:
        self.draws = random.Random(SEED)
        self.sent = 0
        self.unattended = Unattended()
        self.metrics = CallMetrics(CollectorRegistry())
        guards = Guards(
            GuardOptions(breaker=BreakerLimits(), hedge_share=share, prices={}, budgets=Budgets()),
            ledger=MemoryLedger(),
            metrics=self.metrics,
            unattended=self.unattended,
            clock=lambda: datetime.now(UTC),
        )
        self.client = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))
        adapter = OpenAIProvider(
            api_key="k", model="m", base_url="http://emulated.test", http_client=self.client
        )
        guards.add(adapter, ProviderLimits())
        self.provider: GuardedProvider = guards.guarded[0]
        self.calls: list[float] = []
        self.reviews: list[float] = []

    async def _answer(self, _: httpx2.Request) -> httpx2.Response:
        self.sent += 1
        seconds = TYPICAL_SECONDS * self.draws.uniform(0.7, 1.3)
        if self.draws.random() < SLOW_SHARE:
            seconds *= SLOW_FACTOR
        await asyncio.sleep(seconds)
        return httpx2.Response(200, content=BODY, headers={"content-type": "application/json"})

    async def run(self) -> None:
        slots = asyncio.Semaphore(REVIEWS_AT_ONCE)

        async def review() -> None:
            async with slots:
                seconds = await asyncio.gather(*(self._call() for _ in range(CALLS_A_REVIEW)))
                self.reviews.append(max(seconds))
                self.calls.extend(seconds)

        await asyncio.gather(*(review() for _ in range(REVIEWS)))
        await self.unattended.close()
        await self.client.aclose()

    async def _call(self) -> float:
        clock = asyncio.get_running_loop().time
        started = clock()
        outcome = await self.provider.complete(REQUEST, timeout_seconds=60)
        if outcome.kind is not OutcomeKind.OK:
            sys.exit(f"a call ended as {outcome.kind} ({outcome.detail}): no measurement")
        return clock() - started

    def hedges(self) -> Counter[str]:
        family = next(iter(self.metrics.hedges.collect()))
        return Counter(
            {
                s.labels["answered"]: int(s.value)
                for s in family.samples
                if s.name.endswith("_total")
            }
        )


def quantile(seconds: Sequence[float], share: float) -> float:
    """Return the nearest-rank quantile."""
    return sorted(seconds)[max(0, math.ceil(share * len(seconds)) - 1)]


def row(name: str, seconds: Sequence[float]) -> str:
    shares = (0.5, 0.9, 0.95, 0.99, 0.995, 0.999)
    return f"{name:>24} " + " ".join(f"{quantile(seconds, s) * 1000:8.0f}" for s in shares)


async def main() -> None:
    without, hedged = Arm(share=0.0), Arm(share=0.05)
    await asyncio.gather(without.run(), hedged.run())
    print(f"{REVIEWS} reviews of {CALLS_A_REVIEW} calls an arm; {SLOW_SHARE:.0%} of the calls")
    print(f"take {SLOW_FACTOR} x {TYPICAL_SECONDS} s; in milliseconds:\n")
    print(
        f"{'':>24} " + " ".join(f"{h:>8}" for h in ("p50", "p90", "p95", "p99", "p99.5", "p99.9"))
    )
    for what, arm in (("without hedging", without), ("with hedging", hedged)):
        print(row(f"calls {what}", arm.calls))
        print(row(f"reviews {what}", arm.reviews))
    extra = hedged.sent / (REVIEWS * CALLS_A_REVIEW) - 1
    print(f"\nextra requests with hedging: {extra:.1%} (allowed: 5 %); {dict(hedged.hedges())}")


if __name__ == "__main__":
    asyncio.run(main())
