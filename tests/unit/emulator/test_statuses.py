from typing import Any

import pytest

from consumer.emulator.faults import Fault, FaultPlan, FaultRule
from consumer.emulator.statuses import status_reply

INTERFACES = ["generate_content", "interactions", "responses", "chat_completions"]


def _always(fault: Fault) -> FaultPlan:
    return FaultPlan((FaultRule(fault=fault),))


@pytest.mark.parametrize("interface", INTERFACES)
@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.BAD_REQUEST, 400),
        (Fault.UNAUTHORIZED, 401),
        (Fault.BAD_KEY, 400),
        (Fault.PAYMENT_REQUIRED, 402),
        (Fault.FORBIDDEN, 403),
        (Fault.NOT_FOUND, 404),
        (Fault.REQUEST_TIMEOUT, 408),
        (Fault.CONFLICT, 409),
        (Fault.TOO_LARGE, 413),
        (Fault.UNPROCESSABLE, 422),
        (Fault.RATE_LIMITED, 429),
        (Fault.RATE_LIMITED_BARE, 429),
        (Fault.QUOTA, 429),
        (Fault.CANCELLED, 499),
        (Fault.SERVER_ERROR, 500),
        (Fault.BAD_GATEWAY_PAGE, 502),
        (Fault.UNAVAILABLE, 503),
        (Fault.GATEWAY_TIMEOUT, 504),
        (Fault.OVERLOADED, 529),
        (Fault.REDIRECT, 302),
    ],
)
async def test_a_status_fault_shows_its_status(
    post: Any, interface: str, fault: Fault, status: int
) -> None:
    assert (await post(interface, "arc", _always(fault))).status_code == status


@pytest.mark.parametrize(
    ("fault", "header", "wait"),
    [
        (Fault.RATE_LIMITED, "retry-after", "0"),
        (Fault.RATE_LIMITED_LONG, "retry-after", "3600"),
        (Fault.RATE_LIMITED_MS, "retry-after-ms", "1"),
        (Fault.RATE_LIMITED_DATE, "retry-after", "Mon, 05 Jan 2026 09:00:00 GMT"),
        (Fault.RATE_LIMITED_NONSENSE, "retry-after", "soon"),
    ],
)
async def test_a_rate_limit_says_how_long(post: Any, fault: Fault, header: str, wait: str) -> None:
    response = await post("responses", "arc", _always(fault))
    assert response.headers[header] == wait


def test_each_vendor_says_it_in_its_own_words() -> None:
    gemini, openai = (status_reply(Fault.QUOTA, name) for name in ("gemini", "openai"))
    assert gemini is not None
    assert openai is not None
    assert b"RESOURCE_EXHAUSTED" in gemini.body
    assert b"PerDay" in gemini.body
    assert b"insufficient_quota" in openai.body


def test_what_is_told_otherwise_has_no_status() -> None:
    assert status_reply(Fault.SAFETY, "gemini") is None
