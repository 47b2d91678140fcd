"""The composition root of the calls: model providers, what guards them, and who stands in."""

import hashlib
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from consumer.reviewing.calls.fallback import FallbackCaller
from consumer.reviewing.calls.policy import CallLimits
from consumer.reviewing.chain import ReviewersChain
from consumer.reviewing.guards.breaker import BreakerLimits
from consumer.reviewing.guards.budgeted import Budgets, MemoryLedger
from consumer.reviewing.guards.bulkhead import ProviderLimits
from consumer.reviewing.guards.call_metrics import CallMetrics
from consumer.reviewing.guards.guarding import GuardOptions, Guards
from consumer.reviewing.guards.prices import MICROS, Price
from consumer.reviewing.models_reviewer import ModelReviewer
from consumer.reviewing.ports import Journal, Ledger
from consumer.reviewing.rules.reviewer import draft_by_rules
from consumer.reviewing.unattended import Unattended
from consumer.settings import Settings, load_model_prices, secret
from consumer.tracing import Tracing


@asynccontextmanager
async def reviewing_by(
    settings: Settings,
    *,
    journal: Journal,
    ledger: Ledger | None = None,
    registry: CollectorRegistry | None = None,
    tracing: Tracing | None = None,
) -> AsyncIterator[ReviewersChain]:
    """Give the chain of the configured reviewers; their connections end with the block.

    Without a `ledger` budgets are of this process alone; without a `registry` nobody sees the
    figures of the calls.

    Raises:
        ConfigurationError: the price table is wrong.
    """
    rules = draft_by_rules if "rules" in settings.reviewers else None
    names = [name for name in settings.reviewers if name != "rules"]
    if not names:
        yield ReviewersChain(models=None, rules=rules)
        return
    # A process that reviews by rules need not spend the time.
    from consumer.wiring_providers import http_client, provider_of  # noqa: PLC0415  # takes seconds

    options = _guard_options(settings)
    metrics = CallMetrics(registry or CollectorRegistry())
    async with AsyncExitStack() as stack:
        stack.callback(metrics.close)
        unattended = Unattended()
        guards = Guards(
            options,
            ledger=ledger or MemoryLedger(),
            metrics=metrics,
            unattended=unattended,
            clock=lambda: datetime.now(UTC),
            tracing=tracing,
        )
        for name in names:
            limits = _provider_limits(name, settings)
            client = await stack.enter_async_context(http_client(settings, limits))
            guards.add(provider_of(name, settings, client), limits)
        # Before the clients go, what still uses them.
        stack.push_async_callback(unattended.close)
        caller = FallbackCaller(
            guards.guarded,
            limits=CallLimits(),
            chance=random.SystemRandom().random,
            circuits=guards.guarded,
            unattended=unattended,
            on_attempt=metrics.count_attempt,
        )
        models = ModelReviewer(
            caller,
            journal=journal,
            marker_key=_marker_key(settings),
            waits_out_outages=rules is None,
            on_end=metrics.count_end,
        )
        yield ReviewersChain(models=models, rules=rules)


def _guard_options(settings: Settings) -> GuardOptions:
    prices = load_model_prices(settings)
    return GuardOptions(
        breaker=BreakerLimits(
            failures=settings.breaker_failures,
            window_seconds=settings.breaker_window_seconds,
            open_seconds=settings.breaker_open_seconds,
        ),
        hedge_share=settings.hedge_share,
        prices={name: Price(input=read, output=write) for name, (read, write) in prices.items()},
        budgets=Budgets(
            run_micros=_micros(settings.budget_per_run), day_micros=_micros(settings.budget_per_day)
        ),
    )


def _micros(money: float | None) -> int | None:
    return None if money is None else int(money * MICROS)


def _provider_limits(name: str, settings: Settings) -> ProviderLimits:
    if name == "gemini":
        return ProviderLimits(
            max_concurrent=settings.gemini_max_concurrent,
            requests_per_minute=settings.gemini_requests_per_minute,
            tokens_per_minute=settings.gemini_tokens_per_minute,
        )
    return ProviderLimits(
        max_concurrent=settings.openai_max_concurrent,
        requests_per_minute=settings.openai_requests_per_minute,
        tokens_per_minute=settings.openai_tokens_per_minute,
    )


def _marker_key(settings: Settings) -> bytes:
    # Secret, and the same in every process of a deployment, as the prompts' hashes must be.
    keys = (secret(settings.gemini_api_key), secret(settings.openai_api_key))
    return hashlib.sha256("\n".join(("debrief marker", *keys)).encode()).digest()
