from typing import get_args

import httpx2
import openai
import pytest
from openai.types.responses import ResponseError

from consumer.reviewing.outcome import Misconfiguration, OutcomeKind
from consumer.reviewing.providers.openai.failures import (
    ERROR_CODES,
    OPENAI_ERRORS,
    PACKAGE,
    code_word,
    failure_of_openai,
)
from tests.unit.reviewing.providers.sdk_errors import sdk_errors


def test_every_exception_class_of_the_sdk_is_mapped_and_nothing_else() -> None:
    found = sdk_errors(PACKAGE)
    assert {"RateLimitError", "StreamAlreadyConsumed", "BrowserError"} <= found
    assert found == set(OPENAI_ERRORS)


def test_every_error_code_that_the_sdk_knows_is_mapped() -> None:
    known = set(get_args(ResponseError.model_fields["code"].annotation))
    assert len(known) > 15
    assert known - set(ERROR_CODES) == set()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, "insufficient_quota", OutcomeKind.QUOTA),
        (400, "content_filter", OutcomeKind.BLOCKED),
        (429, None, OutcomeKind.RATE_LIMITED),
        (503, "nobody knows this", OutcomeKind.TRANSIENT),
    ],
)
def test_a_code_wins_over_the_status(status: int, code: str | None, kind: OutcomeKind) -> None:
    response = httpx2.Response(status, request=httpx2.Request("POST", "http://o.test"))
    error = openai.APIStatusError("no", response=response, body={"code": code})
    assert failure_of_openai(error).kind is kind


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("invalid_api_key", Misconfiguration.KEY_REFUSED),
        ("model_not_found", Misconfiguration.NOT_FOUND),
        ("nobody knows this", "http_400"),
    ],
)
def test_a_key_or_a_model_that_is_refused_is_no_bad_request(code: str, detail: str) -> None:
    response = httpx2.Response(400, request=httpx2.Request("POST", "http://o.test"))
    error = openai.APIStatusError("no", response=response, body={"code": code})
    outcome = failure_of_openai(error)
    assert (outcome.kind, outcome.detail) == (OutcomeKind.PERMANENT, detail)


def test_a_class_without_a_status_is_told_by_its_name() -> None:
    assert failure_of_openai(openai.OpenAIError("no key")).kind is OutcomeKind.PERMANENT


def test_only_a_word_is_repeated_in_the_log() -> None:
    assert code_word("server_error") == "server_error"
    assert code_word("you said: my secret") == "unknown"
    assert code_word("x" * 41) == "unknown"
