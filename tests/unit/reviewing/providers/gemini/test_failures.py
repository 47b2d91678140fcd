import httpx2
import pytest
from google.genai import errors

from consumer.reviewing.outcome import Misconfiguration, OutcomeKind
from consumer.reviewing.providers.gemini.failures import GEMINI_ERRORS, PACKAGE, failure_of_gemini
from tests.unit.reviewing.providers.sdk_errors import sdk_errors


def test_every_exception_class_of_the_sdk_is_mapped_and_nothing_else() -> None:
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


def _refusal(reason: str | None, *, status: str = "INVALID_ARGUMENT") -> errors.ClientError:
    kind = "type.googleapis.com/google.rpc."
    said = "API key not valid. Please pass a valid API key."
    details = [
        {"@type": f"{kind}ErrorInfo", "reason": reason, "domain": "googleapis.com"},
        {"@type": f"{kind}LocalizedMessage", "locale": "en-US", "message": said},
    ]
    error = {"code": 400, "message": said, "status": status, "details": details}
    return errors.ClientError(400, {"error": error})


def test_a_bad_key_is_told_from_a_bad_request_though_both_are_400() -> None:
    outcome = failure_of_gemini(_refusal("API_KEY_INVALID"))
    assert outcome.kind is OutcomeKind.PERMANENT
    assert outcome.detail == Misconfiguration.KEY_REFUSED


def test_an_account_that_may_not_ask_is_no_bad_request_either() -> None:
    outcome = failure_of_gemini(_refusal(None, status="FAILED_PRECONDITION"))
    assert outcome.detail == Misconfiguration.NOT_ALLOWED


def test_any_other_400_blames_the_request() -> None:
    assert failure_of_gemini(_refusal("FIELD_INVALID")).detail == "http_400"
