"""The WebSocket, frame by frame."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from gateway.hub import Frame
from gateway.store import StoredReview

MakeReview = Callable[..., StoredReview]


def coded(token: str) -> str:
    return "bearer." + base64.urlsafe_b64encode(token.encode()).rstrip(b"=").decode()


def test_hello_comes_first_even_for_a_user_who_never_had_an_event(gateway: Any) -> None:
    with gateway.client.websocket_connect("/ws", headers=gateway.bearer()) as socket:
        hello = socket.receive_json()

    assert hello["type"] == "hello"
    assert hello["position"]
    assert hello["recovered"] is None
    assert hello["heartbeat_seconds"] > 0
    assert hello["expires_at"].endswith("Z")


def test_a_review_reaches_every_connection_of_its_user_and_nobody_else(
    gateway: Any, make_review: MakeReview
) -> None:
    connect = gateway.client.websocket_connect
    with (
        connect("/ws", headers=gateway.bearer()) as phone,
        connect("/ws", headers=gateway.bearer()) as desk,
        connect("/ws", headers=gateway.bearer("eve")) as stranger,
    ):
        for socket in (phone, desk, stranger):
            socket.receive_json()
        gateway.publish(make_review("run-1"))
        gateway.publish(make_review("run-2", "eve", offset=1))
        for socket in (phone, desk):
            frame = socket.receive_json()
            assert (frame["type"], frame["review"]["run_id"]) == ("review", "run-1")
            assert frame["replayed"] is False
            assert frame["event_id"] == "event-0"
        assert stranger.receive_json()["review"]["run_id"] == "run-2"


def test_resuming_brings_every_review_since_the_position_once_and_in_order(
    gateway: Any, make_review: MakeReview
) -> None:
    with gateway.client.websocket_connect("/ws", headers=gateway.bearer()) as socket:
        position = socket.receive_json()["position"]
    for offset in range(3):
        gateway.publish(make_review(f"run-{offset}", offset=offset))
    address = f"/ws?position={position}"
    for _ in range(2):  # recovery must work twice
        with gateway.client.websocket_connect(address, headers=gateway.bearer()) as socket:
            assert socket.receive_json()["recovered"] is True
            frames = [socket.receive_json() for _ in range(3)]
            gateway.publish(make_review("live", offset=gateway.feed.next_offset))
            assert [f["review"]["run_id"] for f in frames] == ["run-0", "run-1", "run-2"]
            assert all(frame["replayed"] for frame in frames)
            live = socket.receive_json()
            while live["replayed"]:
                live = socket.receive_json()
            assert live["review"]["run_id"] == "live"
        gateway.feed.next_offset += 1


@pytest.mark.parametrize("position", ["rubbish", "AAAA", "x" * 150])
def test_a_position_that_is_not_ours_is_not_recovered(gateway: Any, position: str) -> None:
    address = f"/ws?position={position}"
    with gateway.client.websocket_connect(address, headers=gateway.bearer()) as socket:
        assert socket.receive_json()["recovered"] is False


def test_a_position_beyond_the_topic_is_not_recovered(
    gateway: Any, make_review: MakeReview
) -> None:
    with gateway.client.websocket_connect("/ws", headers=gateway.bearer()) as socket:
        socket.receive_json()
        gateway.publish(make_review(offset=41))
        position = socket.receive_json()["position"]
    gateway.feed.next_offset = 3  # the topic was made anew and is shorter now
    address = f"/ws?position={position}"
    with gateway.client.websocket_connect(address, headers=gateway.bearer()) as socket:
        assert socket.receive_json()["recovered"] is False


def test_a_bad_header_token_is_refused_before_the_upgrade(gateway: Any) -> None:
    expired = gateway.token(ttl=timedelta(seconds=-1))
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {expired}"}):
        with (
            pytest.raises(WebSocketDenialResponse) as refused,
            gateway.client.websocket_connect("/ws", headers=headers),
        ):
            pass
        assert refused.value.status_code == 401


def test_a_browser_token_is_taken_from_the_subprotocols_and_never_echoed(gateway: Any) -> None:
    offered = ["debrief.v1", coded(gateway.token())]
    with gateway.client.websocket_connect("/ws", subprotocols=offered) as socket:
        assert socket.accepted_subprotocol == "debrief.v1"
        assert socket.receive_json()["type"] == "hello"


def test_a_bad_browser_token_is_accepted_then_closed_4401(gateway: Any) -> None:
    offered = ["debrief.v1", coded("not a token")]
    with gateway.client.websocket_connect("/ws", subprotocols=offered) as socket:
        assert socket.receive_json()["type"] == "error"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4401


def test_a_foreign_origin_is_forbidden(gateway: Any) -> None:
    headers = {**gateway.bearer(), "Origin": "https://evil.example"}
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        gateway.client.websocket_connect("/ws", headers=headers),
    ):
        pass
    assert refused.value.status_code == 403


@pytest.mark.parametrize("origin", ["https://learn.example", "http://testserver"])
def test_our_own_and_an_allowed_origin_may_connect(gateway: Any, origin: str) -> None:
    headers = {**gateway.bearer(), "Origin": origin}
    with gateway.client.websocket_connect("/ws", headers=headers) as socket:
        assert socket.receive_json()["type"] == "hello"


@pytest.mark.parametrize(
    "text", ["no json", "[]", "{}", '{"type":"boo"}', '{"type":"ack"}', "[" * 9_000]
)
def test_a_bad_frame_is_named_and_closes_4400(gateway: Any, text: str) -> None:
    with gateway.client.websocket_connect("/ws", headers=gateway.bearer()) as socket:
        socket.receive_json()
        socket.send_text(text)
        assert socket.receive_json()["code"] == "bad_frame"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4400


def test_ping_is_answered_and_ack_is_taken(gateway: Any) -> None:
    with gateway.client.websocket_connect("/ws", headers=gateway.bearer()) as socket:
        hello = socket.receive_json()
        socket.send_json({"type": "ack", "position": hello["position"]})
        socket.send_json({"type": "ping"})
        assert socket.receive_json() == {"type": "pong"}
    assert b"debrief_gateway_acknowledged_total 1.0" in gateway.services.metrics.text()


def test_refresh_moves_the_end_of_the_connection(gateway: Any) -> None:
    with gateway.client.websocket_connect("/ws", headers=gateway.bearer()) as socket:
        before = socket.receive_json()["expires_at"]
        token = gateway.token(ttl=timedelta(hours=3))
        socket.send_json({"type": "refresh", "token": token})
        refreshed = socket.receive_json()
    assert refreshed["type"] == "refreshed"
    assert refreshed["expires_at"] > before


def test_refresh_to_another_user_is_refused(gateway: Any) -> None:
    with gateway.client.websocket_connect("/ws", headers=gateway.bearer()) as socket:
        socket.receive_json()
        socket.send_json({"type": "refresh", "token": gateway.token("eve")})
        assert socket.receive_json()["code"] == "forbidden"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4403


def test_the_end_of_the_token_ends_the_connection(gateway: Any) -> None:
    headers = {"Authorization": f"Bearer {gateway.token(ttl=timedelta(seconds=2))}"}
    with gateway.client.websocket_connect("/ws", headers=headers) as socket:
        socket.receive_json()
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4401


def test_one_connection_too_many_of_one_user_is_closed_4409(gateway: Any) -> None:
    connect = gateway.client.websocket_connect
    with (
        connect("/ws", headers=gateway.bearer()),
        connect("/ws", headers=gateway.bearer()),
        connect("/ws", headers=gateway.bearer()),
        connect("/ws", headers=gateway.bearer()) as fourth,
    ):
        assert fourth.receive_json()["code"] == "too_many_connections"
        with pytest.raises(WebSocketDisconnect) as closed:
            fourth.receive_json()
    assert closed.value.code == 4409


def test_what_is_under_way_is_told_to_whoever_comes_later(gateway: Any) -> None:
    step = Frame(json.dumps({"type": "progress", "phase": "reviewing"}), run_id="run-1")
    gateway.on_loop(lambda: gateway.services.hub.progress("ada", step, over=False))
    with gateway.client.websocket_connect("/ws", headers=gateway.bearer()) as socket:
        assert socket.receive_json()["type"] == "hello"
        assert socket.receive_json()["phase"] == "reviewing"


def test_a_gateway_that_goes_away_says_so_and_closes_1012(gateway: Any) -> None:
    with gateway.client.websocket_connect("/ws", headers=gateway.bearer()) as socket:
        socket.receive_json()

        def go() -> None:
            for outbox in gateway.services.hub:
                outbox.control(Frame('{"type": "reconnect", "after_ms": 1}'), kind="reconnect")
                outbox.close(1012)

        gateway.on_loop(go)
        assert socket.receive_json()["type"] == "reconnect"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 1012
