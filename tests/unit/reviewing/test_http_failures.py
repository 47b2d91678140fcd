import inspect
from datetime import UTC, datetime

import httpx2
import pytest

from consumer.reviewing.http_failures import (
    HTTP_EXCEPTIONS,
    failure_of_http,
    kind_of_status,
    retry_after_seconds,
)
from consumer.reviewing.outcome import OutcomeKind


def test_every_exception_of_httpx2_is_mapped_by_name() -> None:
    public = {
        cls
        for _, cls in inspect.getmembers(httpx2, inspect.isclass)
        if issubclass(cls, BaseException) and not issubclass(cls, Warning)
    }
    assert len(public) > 20
    assert public - set(HTTP_EXCEPTIONS) == set()


def test_a_full_pool_is_our_own_saturation_and_no_failure_of_the_provider() -> None:
    outcome = failure_of_http(httpx2.PoolTimeout("full"))
    assert outcome.kind is OutcomeKind.LOCAL_SATURATION


def test_a_subclass_nobody_listed_takes_its_ancestors_kind() -> None:
    class Newer(httpx2.ReadTimeout):
        pass

    assert failure_of_http(Newer("late")).kind is OutcomeKind.TIMEOUT


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
