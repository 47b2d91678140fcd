import inspect
from datetime import UTC, datetime

import httpx2
import pytest

from consumer.reviewing.outcome import Misconfiguration, Outcome, OutcomeKind
from consumer.reviewing.providers.http_failures import (
    HTTP_EXCEPTIONS,
    failure_of_class,
    failure_of_status,
    kind_of_status,
    retry_after_seconds,
)


def test_every_exception_of_httpx2_is_mapped_by_name() -> None:
    public = {
        cls
        for _, cls in inspect.getmembers(httpx2, inspect.isclass)
        if issubclass(cls, BaseException) and not issubclass(cls, Warning)
    }
    assert len(public) > 20
    assert public - set(HTTP_EXCEPTIONS) == set()


def _kind(error: Exception, **table: OutcomeKind) -> OutcomeKind:
    return failure_of_class(error, package=Known.__module__, table=table).kind


def test_a_full_pool_is_our_own_saturation_and_no_failure_of_the_provider() -> None:
    assert _kind(httpx2.PoolTimeout("full")) is OutcomeKind.LOCAL_SATURATION


def test_a_full_pool_is_seen_through_the_time_out_that_an_sdk_makes_of_it() -> None:
    wrapped = TimeoutError("request timed out")
    wrapped.__cause__ = httpx2.PoolTimeout("full")
    outcome = failure_of_class(wrapped, package="an.sdk", table={})
    assert (outcome.kind, outcome.detail) == (OutcomeKind.LOCAL_SATURATION, "PoolTimeout")


class Known(Exception):  # noqa: N818 - a name as an SDK might have it
    pass


def test_an_sdks_error_takes_the_kind_of_its_nearest_named_ancestor() -> None:
    class Newer(Known):
        pass

    assert _kind(Newer(), Known=OutcomeKind.PERMANENT) is OutcomeKind.PERMANENT


@pytest.mark.parametrize("error", [Known(), KeyError("k")])
def test_a_name_means_its_own_package_only_and_anything_else_is_transient(error: Exception) -> None:
    table = {"Known": OutcomeKind.PERMANENT, "KeyError": OutcomeKind.PERMANENT}
    outcome = failure_of_class(error, package="another", table=table)
    assert outcome.kind is OutcomeKind.TRANSIENT


def test_a_subclass_nobody_listed_takes_its_ancestors_kind() -> None:
    class Newer(httpx2.ReadTimeout):
        pass

    assert _kind(Newer("late")) is OutcomeKind.TIMEOUT


@pytest.mark.parametrize(
    ("status", "detail"),
    [
        (401, Misconfiguration.KEY_REFUSED),
        (403, Misconfiguration.NOT_ALLOWED),
        (404, Misconfiguration.NOT_FOUND),
        (400, "http_400"),
    ],
)
def test_a_status_that_every_request_would_get_says_what_is_wrong(status: int, detail: str) -> None:
    outcome = failure_of_status(status, {})
    assert (outcome.kind, outcome.detail) == (OutcomeKind.PERMANENT, detail)


def test_what_a_body_says_wins_over_its_status() -> None:
    outcome = failure_of_status(403, {"retry-after": "3"}, kind=OutcomeKind.BLOCKED)
    assert outcome == Outcome(kind=OutcomeKind.BLOCKED, detail="http_403", retry_after_seconds=3.0)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, OutcomeKind.PERMANENT),
        (401, OutcomeKind.PERMANENT),
        (402, OutcomeKind.QUOTA),
        (408, OutcomeKind.TRANSIENT),
        (418, OutcomeKind.PERMANENT),
        (429, OutcomeKind.RATE_LIMITED),
        (500, OutcomeKind.TRANSIENT),
        (501, OutcomeKind.PERMANENT),
        (529, OutcomeKind.TRANSIENT),
        (302, OutcomeKind.TRANSIENT),
    ],
)
def test_a_status_says_whether_asking_again_can_help(status: int, kind: OutcomeKind) -> None:
    assert kind_of_status(status) is kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
    ],
)
def test_retry_after_is_read_as_seconds(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers) == seconds


def test_retry_after_as_a_date_counts_from_the_answers_own_date() -> None:
    headers = {
        "date": "Mon, 05 Jan 2026 09:00:00 GMT",
        "retry-after": "Mon, 05 Jan 2026 09:00:30 GMT",
    }
    assert retry_after_seconds(headers) == 30.0


def test_retry_after_as_a_date_in_the_past_is_no_wait() -> None:
    headers = {"retry-after": "Mon, 05 Jan 2026 09:00:00 GMT"}
    assert retry_after_seconds(headers, now=datetime(2027, 1, 1, tzinfo=UTC)) == 0.0
    assert retry_after_seconds(headers) is None
