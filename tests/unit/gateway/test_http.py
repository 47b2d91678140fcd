"""The plain HTTP side: reviews, events, probes, headers."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from gateway.store import StoredReview

MakeReview = Callable[..., StoredReview]


def test_reviews_come_newest_first_in_pages_that_join_up(
    gateway: Any, make_review: MakeReview
) -> None:
    for offset in range(5):
        gateway.publish(make_review(f"run-{offset}", offset=offset))
    found: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = gateway.client.get("/reviews", params=query, headers=gateway.bearer()).json()
        found += [review["run_id"] for review in page["reviews"]]
        cursor = page["next_cursor"]
    assert found == ["run-4", "run-3", "run-2", "run-1", "run-0"]
    assert cursor is None


def test_another_users_review_is_as_absent_as_none(gateway: Any, make_review: MakeReview) -> None:
    gateway.publish(make_review("a/b c"))
    own = gateway.client.get("/reviews/a%2Fb%20c", headers=gateway.bearer())
    foreign = gateway.client.get("/reviews/a%2Fb%20c", headers=gateway.bearer("eve"))
    none = gateway.client.get("/reviews/none", headers=gateway.bearer("eve"))
    assert own.json()["run_id"] == "a/b c"
    assert foreign.status_code == none.status_code == 404
    assert foreign.content == none.content
    listed = gateway.client.get("/reviews", headers=gateway.bearer("eve")).json()
    assert listed == {"reviews": [], "next_cursor": None}


@pytest.mark.parametrize("path", ["/reviews", "/reviews/run-1", "/events"])
@pytest.mark.parametrize("header", [None, "Bearer x", "Basic abc", "Bearer"])
def test_without_a_good_token_there_is_nothing(gateway: Any, path: str, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    answer = gateway.client.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_in_the_address_is_not_looked_at(gateway: Any) -> None:
    query = {"token": gateway.token(), "access_token": gateway.token()}
    assert gateway.client.get("/reviews", params=query).status_code == 401


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"cursor": "x"}, {"cursor": "e30"}]
)
def test_a_wrong_page_is_a_bad_request(gateway: Any, query: dict[str, str]) -> None:
    assert gateway.client.get("/reviews", params=query, headers=gateway.bearer()).status_code == 400


def test_readiness_is_that_of_the_feed(gateway: Any) -> None:
    assert gateway.client.get("/readyz").status_code == 200
    gateway.feed.connected = False
    answer = gateway.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "the brokers do not answer"})
    gateway.feed.ready = False
    assert gateway.client.get("/readyz").status_code == 503
    assert gateway.client.get("/healthz").status_code == 200
    gateway.feed.alive = False
    assert gateway.client.get("/healthz").status_code == 500


def test_metrics_name_no_user(gateway: Any) -> None:
    with gateway.client.websocket_connect("/ws", headers=gateway.bearer("ada-lovelace")) as socket:
        socket.receive_json()
        text = gateway.client.get("/metrics").text
    assert 'debrief_gateway_connections{kind="websocket"} 1.0' in text
    assert "ada-lovelace" not in text


@pytest.mark.parametrize("path", ["/", "/reviews", "/page/app.js", "/none"])
def test_every_answer_carries_the_strict_headers(gateway: Any, path: str) -> None:
    headers = gateway.client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_only_allowed_origins_may_read_from_elsewhere(gateway: Any) -> None:
    def allowed(origin: str) -> str | None:
        answer = gateway.client.get("/reviews", headers={"Origin": origin})
        found = answer.headers.get("access-control-allow-origin")
        assert found is None or isinstance(found, str)
        return found

    assert allowed("https://learn.example") == "https://learn.example"
    assert allowed("https://evil.example") is None


def test_the_protocol_is_described(gateway: Any) -> None:
    document = gateway.client.get("/asyncapi.json").json()
    assert document["asyncapi"] == "3.0.0"
    messages = document["components"]["messages"]
    assert {"hello", "review", "progress", "refreshed", "reconnect", "error", "ack", "ping"} <= set(
        messages
    )


def test_events_resume_by_last_event_id(gateway: Any, make_review: MakeReview) -> None:
    for offset in range(2):
        gateway.publish(make_review(f"run-{offset}", offset=offset))
    with gateway.client.websocket_connect("/ws", headers=gateway.bearer()) as socket:
        socket.receive_json()
    first = _events(gateway, {})
    assert [kind for kind, _ in first] == ["hello"]
    gateway.publish(make_review("run-2", offset=2))
    again = _events(gateway, {"Last-Event-ID": first[0][1]})
    assert [kind for kind, _ in again] == ["hello", "review"]


def _events(gateway: Any, headers: dict[str, str]) -> list[tuple[str, str]]:
    """Read a stream until the gateway goes away; return each event's kind and id."""

    def go_away() -> None:
        for outbox in gateway.services.hub:
            outbox.close(1012)

    timer = threading.Timer(0.3, lambda: gateway.on_loop(go_away))
    timer.start()
    text = gateway.client.get("/events", headers={**gateway.bearer(), **headers}).text
    timer.join()
    events = []
    for block in text.split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in block.splitlines() if not line.startswith(":")
        )
        if "event" in fields:
            events.append((fields["event"], fields.get("id", "")))
    return events
