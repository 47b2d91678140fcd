"""Builds the configured models' adapters; in a module of its own because the SDKs import slowly."""

import httpx2

from consumer.reviewing.guards.bulkhead import ProviderLimits
from consumer.reviewing.ports import Provider
from consumer.reviewing.providers.bounded_body import bound_body
from consumer.reviewing.providers.gemini.content import GeminiProvider
from consumer.reviewing.providers.gemini.interactions import GeminiInteractionsProvider
from consumer.reviewing.providers.openai.chat import LimitField, OpenAIChatProvider
from consumer.reviewing.providers.openai.responses import OpenAIProvider
from consumer.settings import Settings, secret


def provider_of(name: str, settings: Settings, http_client: httpx2.AsyncClient) -> Provider:
    """Return the adapter of `gemini` or `openai`, by the configured interface."""
    if name == "gemini":
        by_interactions = settings.gemini_interface == "interactions"
        gemini = GeminiInteractionsProvider if by_interactions else GeminiProvider
        return gemini(
            api_key=secret(settings.gemini_api_key),
            model=settings.gemini_model,
            base_url=settings.gemini_base_url,
            http_client=http_client,
        )
    if settings.openai_interface == "responses":
        return OpenAIProvider(
            api_key=secret(settings.openai_api_key),
            model=settings.openai_model,
            base_url=settings.openai_base_url,
            http_client=http_client,
        )
    # OpenAI's reasoning models refuse the older name; many other servers know only that one.
    elsewhere = settings.openai_base_url is not None
    usual: LimitField = "max_tokens" if elsewhere else "max_completion_tokens"
    return OpenAIChatProvider(
        api_key=secret(settings.openai_api_key),
        model=settings.openai_model,
        base_url=settings.openai_base_url,
        http_client=http_client,
        limit_field=settings.openai_limit_field or usual,
    )


def http_client(settings: Settings, limits: ProviderLimits) -> httpx2.AsyncClient:
    """Return a client whose pool fits the provider's slots; the caller closes it."""
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
