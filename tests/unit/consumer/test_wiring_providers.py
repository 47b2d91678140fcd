from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from consumer.errors import ConfigurationError
from consumer.reviewing.answer_schema import canonical_schema
from consumer.reviewing.guards.bulkhead import ProviderLimits
from consumer.reviewing.ports import CompletionRequest
from consumer.reviewing.providers.bounded_body import bound_body
from consumer.reviewing.providers.gemini.content import GeminiProvider
from consumer.reviewing.providers.gemini.interactions import GeminiInteractionsProvider
from consumer.reviewing.providers.openai.chat import OpenAIChatProvider
from consumer.reviewing.providers.openai.responses import OpenAIProvider
from consumer.settings import Settings, load_settings
from consumer.wiring_providers import http_client, provider_of

LOCAL = "http://127.0.0.1:11434/v1"
REQUEST = CompletionRequest(
    call="scoring", system="s", user="u", schema=canonical_schema("scoring"), max_output_tokens=9
)


def _settings(**changes: Any) -> Settings:
    keys = {"gemini_api_key": SecretStr("k"), "openai_api_key": SecretStr("k")}
    return load_settings(Settings, overrides=keys | changes)


@pytest.mark.parametrize(
    ("name", "changes", "kind"),
    [
        ("gemini", {}, GeminiProvider),
        ("gemini", {"gemini_interface": "interactions"}, GeminiInteractionsProvider),
        ("openai", {}, OpenAIProvider),
        ("openai", {"openai_interface": "chat_completions"}, OpenAIChatProvider),
    ],
)
async def test_the_interface_is_the_one_that_was_set(
    name: str, changes: dict[str, str], kind: type
) -> None:
    async with httpx2.AsyncClient() as client:
        assert type(provider_of(name, _settings(**changes), client)) is kind


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "max_completion_tokens"),
        ({"openai_base_url": LOCAL}, "max_tokens"),
        (
            {"openai_base_url": LOCAL, "openai_limit_field": "max_completion_tokens"},
            "max_completion_tokens",
        ),
    ],
)
async def test_another_server_is_asked_in_the_older_words_unless_told(
    changes: dict[str, str], field: str
) -> None:
    settings = _settings(openai_interface="chat_completions", **changes)
    async with httpx2.AsyncClient() as client:
        provider = provider_of("openai", settings, client)
    assert isinstance(provider, OpenAIChatProvider)
    assert provider._limit_field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gemini_interface", "responses"),
        ("openai_interface", "chat"),
        ("openai_limit_field", "max_output_tokens"),
    ],
)
def test_an_interface_that_nobody_speaks_is_refused(field: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"DEBRIEF_{field.upper()}"):
        _settings(**{field: value})


@pytest.mark.parametrize(
    ("name", "changes", "url"),
    [
        ("openai", {"openai_base_url": LOCAL}, f"{LOCAL}/responses"),
        (
            "openai",
            {"openai_base_url": LOCAL, "openai_interface": "chat_completions"},
            f"{LOCAL}/chat/completions",
        ),
        ("openai", {}, "https://api.openai.com/v1/responses"),
        ("gemini", {"gemini_base_url": "http://g.test"}, "http://g.test/v1/models/"),
    ],
)
async def test_the_server_that_was_set_is_asked(
    name: str, changes: dict[str, str], url: str
) -> None:
    asked: list[str] = []

    def reply(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(503)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(reply)) as client:
        provider = provider_of(name, _settings(**changes), client)
        await provider.complete(REQUEST, timeout_seconds=5)
    assert len(asked) == 1
    assert asked[0].startswith(url)


async def test_a_client_has_connections_for_every_slot_and_for_what_was_given_up() -> None:
    async with http_client(_settings(), ProviderLimits(max_concurrent=300)) as client:
        pool = client._transport._pool  # type: ignore[attr-defined]  # told nowhere else
        assert (pool._max_connections, pool._max_keepalive_connections) == (600, 300)


async def test_a_client_cuts_bodies_without_end() -> None:
    async with http_client(_settings(), ProviderLimits()) as client:
        assert client.event_hooks["response"] == [bound_body]
