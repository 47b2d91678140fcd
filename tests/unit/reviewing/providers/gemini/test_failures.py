from typing import Any

import httpx2
import pytest
from google.genai import errors

from consumer.reviewing.outcome import OutcomeKind
from consumer.reviewing.providers.gemini.failures import GEMINI_ERRORS, PACKAGE, failure_of_gemini


def test_every_exception_class_of_the_sdk_is_mapped_and_nothing_else(sdk_errors: Any) -> None:
    found = sdk_errors(PACKAGE)
    assert {"ServerError", "GenAiDefaultError", "ContinuationTimeoutError"} <= found
    assert found == set(GEMINI_ERRORS)


@pytest.mark.parametrize("name", ["ClientError", "ServerError", "APIError"])
def test_the_status_wins_over_the_class(name: str) -> None:
    error = getattr(errors, name)(429, {"error": {"code": 429}})
    assert failure_of_gemini(error).kind is OutcomeKind.RATE_LIMITED


def test_a_class_without_a_status_is_told_by_its_name() -> None:
    error = errors.FunctionInvocationError("no")
    assert failure_of_gemini(error).kind is OutcomeKind.PERMANENT


def test_a_body_that_is_not_the_apis_is_transient() -> None:
    assert failure_of_gemini(ValueError("not json")).kind is OutcomeKind.TRANSIENT


@pytest.mark.parametrize("details", [None, 3, [], [3], [{"violations": 3}], "x", {"a": 1}])
def test_details_of_any_shape_leave_the_status(details: object) -> None:
    body = {"error": {"code": 503, "details": details}}
    assert failure_of_gemini(errors.ServerError(503, body)).kind is OutcomeKind.TRANSIENT


def test_a_wrapped_connection_error_is_what_it_was() -> None:
    error = RuntimeError("wrapped")
    error.__cause__ = httpx2.PoolTimeout("full")
    assert failure_of_gemini(error).kind is OutcomeKind.LOCAL_SATURATION
