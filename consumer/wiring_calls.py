"""The composition root of the calls: model providers, what guards them, and who stands in."""

import hashlib
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import httpx2
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from consumer.reviewing.bounded_body import bound_body
from consumer.reviewing.breaker import BreakerLimits
from consumer.reviewing.budgeted import Budgets, MemoryLedger
from consumer.reviewing.bulkhead import ProviderLimits
from consumer.reviewing.call_metrics import CallMetrics
from consumer.reviewing.chain import ReviewersChain
from consumer.reviewing.fallback import FallbackCaller
from consumer.reviewing.gemini import GeminiProvider
from consumer.reviewing.gemini_interactions import GeminiInteractionsProvider
from consumer.reviewing.guarding import GuardOptions, Guards
from consumer.reviewing.models_reviewer import ModelReviewer
from consumer.reviewing.openai_chat import LimitField, OpenAIChatProvider
from consumer.reviewing.openai_provider import OpenAIProvider
from consumer.reviewing.policy import CallLimits
from consumer.reviewing.ports import Journal, Ledger, Provider
from consumer.reviewing.prices import MICROS, Price
from consumer.reviewing.rules.reviewer import draft_by_rules
from consumer.reviewing.unattended import Unattended
from consumer.settings import Settings, load_model_prices


@asynccontextmanager
async def reviewing_by(
    settings: Settings,
    *,
    journal: Journal,
    ledger: Ledger | None = None,
    registry: CollectorRegistry | None = None,
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
        )
        for name in names:
            limits = _provider_limits(name, settings)
            client = await stack.enter_async_context(_http_client(settings, limits))
            guards.add(_provider(name, settings, client), limits)
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


def _provider(name: str, settings: Settings, http_client: httpx2.AsyncClient) -> Provider:
    if name == "gemini":
        by_interactions = settings.gemini_interface == "interactions"
        gemini = GeminiInteractionsProvider if by_interactions else GeminiProvider
        return gemini(
            api_key=_secret(settings.gemini_api_key),
            model=settings.gemini_model,
            base_url=settings.gemini_base_url,
            http_client=http_client,
        )
    if settings.openai_interface == "responses":
        return OpenAIProvider(
            api_key=_secret(settings.openai_api_key),
            model=settings.openai_model,
            base_url=settings.openai_base_url,
            http_client=http_client,
        )
    # OpenAI's reasoning models refuse the older name; many other servers know only that one.
    elsewhere = settings.openai_base_url is not None
    usual: LimitField = "max_tokens" if elsewhere else "max_completion_tokens"
    return OpenAIChatProvider(
        api_key=_secret(settings.openai_api_key),
        model=settings.openai_model,
        base_url=settings.openai_base_url,
        http_client=http_client,
        limit_field=settings.openai_limit_field or usual,
    )


def _http_client(settings: Settings, limits: ProviderLimits) -> httpx2.AsyncClient:
    # The slots bound what is open. Twice as many connections, because a request that was given up
    # may hold its own until the SDK has let go: a full pool would look like a slow provider.
    connections = httpx2.Limits(
        max_connections=2 * limits.max_concurrent,
        max_keepalive_connections=limits.max_concurrent,
    )
    return httpx2.AsyncClient(
        limits=connections,
        timeout=settings.review_deadline_seconds,
        event_hooks={"response": [bound_body]},
    )


def _marker_key(settings: Settings) -> bytes:
    # Secret, and the same in every process of a deployment, as the prompts' hashes must be.
    keys = (_secret(settings.gemini_api_key), _secret(settings.openai_api_key))
    return hashlib.sha256("\n".join(("debrief marker", *keys)).encode()).digest()


def _secret(value: SecretStr | None) -> str:
    return "" if value is None else value.get_secret_value()
