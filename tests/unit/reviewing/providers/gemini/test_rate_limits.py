"""Rate limits and quotas, which Google tells in the same words at both interfaces."""

from collections.abc import Awaitable, Callable

import pytest

from consumer.reviewing.outcome import Outcome, OutcomeKind
from consumer.reviewing.providers.gemini.content import GeminiProvider
from consumer.reviewing.providers.gemini.interactions import GeminiInteractionsProvider
from tests.unit.reviewing.providers import wire

Ask = Callable[..., Awaitable[Outcome]]


@pytest.fixture(params=[GeminiProvider, GeminiInteractionsProvider])
def ask(ask_by: Callable[..., Ask], request: pytest.FixtureRequest) -> Ask:
    return ask_by(request.param)


async def test_a_rate_limits_wait_comes_from_the_header_or_the_body(ask: Ask) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}
    body = {"error": {"code": 429, "details": [info]}}
    assert (await ask(wire.Replying(429, body=body))).retry_after_seconds == 34.5
    outcome = await ask(wire.Replying(429, body=body, headers={"retry-after": "2"}))
    assert outcome.retry_after_seconds == 2.0


async def test_a_spent_daily_quota_is_no_rate_limit(ask: Ask) -> None:
    failure = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}
    body = {"error": {"code": 429, "details": [failure]}}
    assert (await ask(wire.Replying(429, body=body))).kind is OutcomeKind.QUOTA
